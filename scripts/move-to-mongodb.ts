import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type mongoose from 'mongoose';
import type { Connection } from 'mongoose';
import { pino } from 'pino';
import { readConfig } from '../src/config.ts';
import { openDatabase } from '../src/database/connection.ts';
import { refusedAsDuplicates } from '../src/database/duplicate-key.ts';

const USAGE = `Copies everything from the embedded database in DATA_DIR to a MongoDB server.

  npm run move-to-mongodb -- --to mongodb://user:password@host/sininho

Stop Sininho first. The embedded data stays as it is; a copy that was interrupted can be started again.`;

const DOCUMENTS_IN_A_BATCH = 1_000;
/** Agenda's schedule and its log: they belong to running processes and are made anew at the next start. */
const SCHEDULE: ReadonlySet<string> = new Set(['jobs', 'agenda_logs']);

interface CopiedCollection {
  name: string;
  documents: number;
}

/**
 * Copies every collection, with the types of all values as they are. Documents that are already there are left alone.
 * @throws Error when a collection of the target holds other documents as well
 */
export async function copyDatabase(source: Connection, target: Connection): Promise<CopiedCollection[]> {
  const copied: CopiedCollection[] = [];
  for (const name of await collectionNames(source)) {
    await copyCollection(source, target, name);
    const documents = await source.collection(name).countDocuments();
    if ((await target.collection(name).countDocuments()) !== documents) {
      throw new Error(
        `The target’s collection “${name}” holds documents of something else too. Choose an empty database and start again.`,
      );
    }
    copied.push({ name, documents });
  }
  return copied;
}

async function collectionNames(source: Connection): Promise<string[]> {
  const collections = await source.listCollections();
  return collections
    .map(({ name }) => name)
    .filter((name) => !SCHEDULE.has(name) && !name.startsWith('system.'))
    .sort();
}

async function copyCollection(source: Connection, target: Connection, name: string): Promise<void> {
  const documents = source.collection(name).find({}, { promoteValues: false, batchSize: DOCUMENTS_IN_A_BATCH });
  let batch: mongoose.mongo.Document[] = [];
  const write = async () => {
    if (batch.length > 0) await refusedAsDuplicates(target.collection(name).insertMany(batch, { ordered: false }));
    batch = [];
  };
  for await (const document of documents) {
    batch.push(document);
    if (batch.length === DOCUMENTS_IN_A_BATCH) await write();
  }
  await write();
}

function readTarget(): string {
  const { values } = parseArgs({ options: { to: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help || !values.to) throw new Error(USAGE);
  return readConfig({ MONGODB_URI: values.to }).mongodbUri ?? '';
}

async function main(): Promise<void> {
  const uri = readTarget();
  const { dataDirectory } = readConfig(process.env);
  const log = pino({ level: 'warn' });
  const directory = join(dataDirectory, 'database');
  if (!existsSync(directory)) throw new Error(`There is no embedded database in ${dataDirectory}. Check DATA_DIR.`);
  const source = await openDatabase({ uri: null, directory, log });
  try {
    await source.connected;
    const target = await openDatabase({ uri, directory: '', log });
    try {
      await target.connected;
      const copied = await copyDatabase(source.connection, target.connection);
      for (const { name, documents } of copied) process.stdout.write(`  ${documents}  ${name}\n`);
      process.stdout.write(
        `Copied. Now start Sininho with MONGODB_URI, and keep DATA_DIR (or SECRET_KEY): it opens the webhook URLs.\n`,
      );
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

if (import.meta.filename === process.argv[1]) {
  await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
