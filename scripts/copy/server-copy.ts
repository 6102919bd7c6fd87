import type { mongo } from 'mongoose';
import { type DatabaseCopy, indexesToCopy, isKept, type OpenCopy } from './database-copy.ts';
import { connectToServer } from './server.ts';
import { inReadingOrder } from './settle-copy.ts';

const DOCUMENTS_IN_A_BATCH = 1_000;

/**
 * The database on a MongoDB server.
 * @throws CopyError when the server cannot be reached
 */
export async function openServerCopy(uri: string): Promise<OpenCopy> {
  const { database, close } = await connectToServer(uri);
  return { ...(await copyOfCollections(database)), close };
}

/**
 * Reads a database collection by collection, because a server that is not a replica set can show no single moment;
 * settle-copy.ts says how what changes meanwhile is put right.
 */
export async function copyOfCollections(database: mongo.Db, now: () => Date = () => new Date()): Promise<DatabaseCopy> {
  const startedAt = now();
  const names = inReadingOrder(await keptCollections(database));
  const collections = await Promise.all(
    names.map(async (name) => ({ name, documents: await database.collection(name).estimatedDocumentCount() })),
  );
  const indexes = await Promise.all(
    names.map(async (name) => indexesToCopy(name, await database.collection(name).listIndexes().toArray())),
  );
  return {
    ofOneMoment: false,
    startedAt,
    collections,
    indexes: indexes.flat(),
    async *documents() {
      for (const name of names) {
        const found = database.collection(name).find<Uint8Array>({}, { raw: true, batchSize: DOCUMENTS_IN_A_BATCH });
        for await (const bytes of found) yield { collection: name, bytes };
      }
    },
  };
}

/** The names of the collections that hold what has to be kept. */
export async function keptCollections(database: mongo.Db): Promise<string[]> {
  const found = await database.listCollections({}, { nameOnly: true }).toArray();
  return found.map(({ name }) => name).filter(isKept);
}
