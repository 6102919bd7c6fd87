import { deserialize } from 'bson';
import mongoose, { type mongo } from 'mongoose';
import { markFinished, markUnfinished } from '../../src/database/unfinished-copy.ts';
import type { RunOutput } from '../terminal/run-output.ts';
import { type CopiedCollection, CopyError, type DatabaseCopy, totalOf } from './database-copy.ts';
import { keptCollections } from './server-copy.ts';
import { isCountedAnew, settleCopy } from './settle-copy.ts';

const DOCUMENTS_IN_A_BATCH = 1_000;
const BYTES_IN_A_BATCH = 8 * 1024 * 1024;
/** Every value keeps the type that it has in BSON. */
const EXACT = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const;

/** @throws CopyError when the database holds anything */
export async function refuseData(database: mongo.Db, remedy: string): Promise<void> {
  for (const name of await keptCollections(database)) {
    if (!(await database.collection(name).findOne({}, { projection: { _id: 1 } }))) continue;
    throw new CopyError(`The database “${database.databaseName}” holds data already (in “${name}”). ${remedy}`);
  }
}

/** Removes everything that a copy could bring, and the schedule, which is made anew. */
export async function emptyDatabase(database: mongo.Db): Promise<void> {
  await markUnfinished(database);
  for (const name of [...(await keptCollections(database)), 'jobs']) await database.collection(name).drop();
}

/**
 * Writes a copy into an empty database that nothing works on meanwhile; the product does not start on it before it is whole.
 * An index that cannot be made is told and left out: those that the product needs it makes when it starts.
 * @returns how many documents each collection holds now
 * @throws CopyError when the database does not hold what was written in the end
 */
export async function writeCopy(
  copy: DatabaseCopy,
  database: mongo.Db,
  output: RunOutput,
): Promise<CopiedCollection[]> {
  const written = new Map<string, number>();
  const isLeftOut = (name: string) => !copy.ofOneMoment && isCountedAnew(name);
  for (const { name } of copy.collections) if (!isLeftOut(name)) written.set(name, 0);
  const progress = output.begin('Documents', totalOf(copy.collections));
  await markUnfinished(database);
  try {
    for await (const { collection, documents } of batchesOf(copy)) {
      if (isLeftOut(collection)) continue;
      await database.collection(collection).insertMany(documents, { ordered: false });
      written.set(collection, (written.get(collection) ?? 0) + documents.length);
      for (const _ of documents) progress.advance();
    }
  } finally {
    progress.end();
  }
  await checkCounts(database, written);
  if (!copy.ofOneMoment) await settleCopy(database, copy.startedAt);
  await makeIndexes(copy, database, output);
  await markFinished(database);
  return [...written].map(([name, documents]) => ({ name, documents }));
}

async function makeIndexes({ indexes }: DatabaseCopy, database: mongo.Db, output: RunOutput): Promise<void> {
  for (const { collection, specification } of indexes) {
    try {
      await database.command({ createIndexes: collection, indexes: [specification] });
    } catch (error) {
      if (!(error instanceof mongoose.mongo.MongoServerError)) throw error;
      output.say(`The index ${specification.name} of ${collection} could not be made here: ${error.message}`);
    }
  }
}

async function* batchesOf(copy: DatabaseCopy): AsyncGenerator<{ collection: string; documents: mongo.Document[] }> {
  let batch: mongo.Document[] = [];
  let bytesInBatch = 0;
  let current = '';
  for await (const { collection, bytes } of copy.documents()) {
    const isFull = batch.length >= DOCUMENTS_IN_A_BATCH || bytesInBatch >= BYTES_IN_A_BATCH;
    if (batch.length > 0 && (isFull || collection !== current)) {
      yield { collection: current, documents: batch };
      batch = [];
      bytesInBatch = 0;
    }
    current = collection;
    batch.push(deserialize(bytes, EXACT));
    bytesInBatch += bytes.length;
  }
  if (batch.length > 0) yield { collection: current, documents: batch };
}

async function checkCounts(database: mongo.Db, written: ReadonlyMap<string, number>): Promise<void> {
  for (const [name, documents] of written) {
    const found = await database.collection(name).countDocuments();
    if (found === documents) continue;
    throw new CopyError(
      `The collection “${name}” has ${found} documents instead of ${documents}. Something else writes to the database: stop it, and start again with an empty one.`,
    );
  }
}
