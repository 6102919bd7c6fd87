import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose, { type mongo } from 'mongoose';
import { startEmbeddedServer } from '../../src/database/embedded/server.ts';
import type { RunOutput } from '../terminal/run-output.ts';
import type { Bench, BenchOptions, Figure } from './bench.ts';
import { bestOf, rateOf } from './concurrent-clients.ts';

const CLIENTS = 64;
const DATABASE = 'sininho_bench';
const DOCUMENT_BYTES = 2_500;
const SINGLE_INSERTS = 20_000;
const BATCHES = 400;
const DOCUMENTS_IN_A_BATCH = 100;
const LOOK_UPS = 20_000;
const FEW_DOCUMENTS = 10_000;
const MANY_DOCUMENTS = 1_000_000;
const LOADED_AT_ONCE = 1_000;
const JOBS = 100_000;
const CLAIMS = 5_000;

interface Targets {
  singleInserts: number;
  batchInserts: number;
  lookUps: number;
  growth: number;
  claims: number;
}

const TARGETS: Targets = { singleInserts: 4_000, batchInserts: 20_000, lookUps: 6_000, growth: 1.5, claims: 1_500 };

/** The database engine through the official driver; the embedded one has targets, a server is there to compare. */
export const databaseBench: Bench = async (options, output) => {
  const figures = await measureEmbedded(options, output);
  if (options.serverUri === null) return figures;
  return [...figures, ...(await measureServer(options.serverUri, options, output))];
};

async function measureEmbedded(options: BenchOptions, output: RunOutput): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'sininho-bench-'));
  try {
    const engine = await startEmbeddedServer({ directory });
    const figures = await measure('embedded', engine.uri(DATABASE), TARGETS, options, output);
    await engine.stop();
    await checkAfterRestart(directory, options);
    return figures;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What was acknowledged has to be there when the files are opened again. */
async function checkAfterRestart(directory: string, { runs }: BenchOptions): Promise<void> {
  const engine = await startEmbeddedServer({ directory });
  const client = new mongoose.mongo.MongoClient(engine.uri(DATABASE));
  const database = client.db(DATABASE);
  await expectCount(database.collection('singles'), runs * SINGLE_INSERTS);
  await expectCount(database.collection('batches'), runs * BATCHES * DOCUMENTS_IN_A_BATCH);
  await expectCount(database.collection('jobs'), JOBS - runs * CLAIMS);
  await client.close();
  await engine.stop();
}

async function measureServer(uri: string, options: BenchOptions, output: RunOutput): Promise<Figure[]> {
  const client = new mongoose.mongo.MongoClient(uri);
  try {
    await client.db(DATABASE).dropDatabase();
    return await measure('server', uri, null, options, output);
  } finally {
    await client.db(DATABASE).dropDatabase();
    await client.close();
  }
}

async function measure(
  name: string,
  uri: string,
  targets: Targets | null,
  { runs }: BenchOptions,
  output: RunOutput,
): Promise<Figure[]> {
  const client = new mongoose.mongo.MongoClient(uri, {
    maxPoolSize: CLIENTS,
    writeConcern: { w: 'majority', journal: true },
  });
  const database = client.db(DATABASE);
  const atLeast = (target: number | undefined) => (target === undefined ? null : { atLeast: target });
  try {
    output.say(`${name}: inserts`);
    const singles = await bestOf(runs, (run) => insertSingly(database, run));
    const batches = await bestOf(runs, (run) => insertBatches(database, run));
    output.say(`${name}: look-ups`);
    const few = await lookUps(database, 'few', FEW_DOCUMENTS, runs);
    const many = await lookUps(database, 'many', MANY_DOCUMENTS, runs);
    output.say(`${name}: claims`);
    const claims = await claimJobs(database, runs);
    return [
      {
        what: `${name}: durable inserts of 2.5 kB`,
        value: singles,
        unit: '/s',
        target: atLeast(targets?.singleInserts),
      },
      {
        what: `${name}: insertMany of 100 × 2.5 kB`,
        value: batches * DOCUMENTS_IN_A_BATCH,
        unit: 'documents/s',
        target: atLeast(targets?.batchInserts),
      },
      { what: `${name}: look-ups among 10,000`, value: few, unit: '/s', target: atLeast(targets?.lookUps) },
      { what: `${name}: look-ups among 1,000,000`, value: many, unit: '/s', target: atLeast(targets?.lookUps) },
      {
        what: `${name}: time of a look-up, 1,000,000 to 10,000`,
        value: few / many,
        unit: '×',
        target: targets && { atMost: targets.growth },
      },
      {
        what: `${name}: claims among 100,000 jobs, each then removed`,
        value: claims,
        unit: '/s',
        target: atLeast(targets?.claims),
      },
    ];
  } finally {
    await client.close();
  }
}

/** A webhook delivery in size: mostly one body, and a few small fields. */
function deliveryLike(): mongo.Document {
  return {
    storeId: '6b0591e0ccd2e02a42e48453',
    receivedAt: new Date(),
    outcome: 'received',
    attempts: 0,
    rawBody: new mongoose.mongo.Binary(randomBytes(DOCUMENT_BYTES - 150)),
  };
}

async function insertSingly(database: mongo.Db, run: number): Promise<number> {
  const singles = database.collection('singles');
  const rate = await rateOf(SINGLE_INSERTS, CLIENTS, async () => {
    await singles.insertOne(deliveryLike());
  });
  await expectCount(singles, (run + 1) * SINGLE_INSERTS);
  return rate;
}

async function insertBatches(database: mongo.Db, run: number): Promise<number> {
  const batches = database.collection('batches');
  const rate = await rateOf(BATCHES, CLIENTS, async () => {
    await batches.insertMany(Array.from({ length: DOCUMENTS_IN_A_BATCH }, deliveryLike));
  });
  await expectCount(batches, (run + 1) * BATCHES * DOCUMENTS_IN_A_BATCH);
  return rate;
}

async function lookUps(database: mongo.Db, name: string, documents: number, runs: number): Promise<number> {
  const collection = database.collection(name);
  await collection.createIndex({ key: 1 });
  await rateOf(documents / LOADED_AT_ONCE, 4, async (batch) => {
    const first = batch * LOADED_AT_ONCE;
    await collection.insertMany(
      Array.from({ length: LOADED_AT_ONCE }, (_, offset) => ({ key: keyOf(first + offset), text: 'x'.repeat(100) })),
    );
  });
  return await bestOf(
    runs,
    async () =>
      await rateOf(LOOK_UPS, CLIENTS, async () => {
        const key = keyOf(Math.floor(Math.random() * documents));
        const found = await collection.findOne({ key });
        if (found?.key !== key) throw new Error(`The look-up of ${key} found ${String(found?.key)}`);
      }),
  );
}

function keyOf(number: number): string {
  return `key-${number}`;
}

/** Agenda's index and its query for the next job; each job is claimed once, and removed as soon as it is done. */
async function claimJobs(database: mongo.Db, runs: number): Promise<number> {
  const jobs = database.collection('jobs');
  await jobs.createIndex({ name: 1, nextRunAt: 1, priority: -1, lockedAt: 1, disabled: 1 });
  const due = Date.now() - JOBS;
  await rateOf(JOBS / LOADED_AT_ONCE, 4, async (batch) => {
    const first = batch * LOADED_AT_ONCE;
    await jobs.insertMany(
      Array.from({ length: LOADED_AT_ONCE }, (_, offset) => ({
        name: 'send',
        type: 'normal',
        priority: 0,
        nextRunAt: new Date(due + first + offset),
        lockedAt: null,
        data: { message: first + offset },
      })),
    );
  });
  const claimed = new Set<string>();
  const rate = await bestOf(
    runs,
    async () =>
      await rateOf(CLAIMS, CLIENTS, async () => {
        const now = new Date();
        const job = await jobs.findOneAndUpdate(
          {
            name: 'send',
            disabled: { $ne: true },
            $or: [
              { lockedAt: { $eq: null }, nextRunAt: { $lte: now } },
              { lockedAt: { $lte: new Date(now.getTime() - 600_000) } },
            ],
          },
          { $set: { lockedAt: now, lastModifiedBy: null } },
          { returnDocument: 'after', sort: { nextRunAt: 1, priority: -1 } },
        );
        if (!job) throw new Error('A claim found no job');
        claimed.add(job._id.toHexString());
        await jobs.deleteOne({ _id: job._id });
      }),
  );
  if (claimed.size !== runs * CLAIMS) throw new Error(`${runs * CLAIMS} claims gave ${claimed.size} jobs`);
  return rate;
}

async function expectCount(collection: mongo.Collection, expected: number): Promise<void> {
  const found = await collection.countDocuments();
  if (found !== expected) throw new Error(`${collection.collectionName} has ${found} documents instead of ${expected}`);
}
