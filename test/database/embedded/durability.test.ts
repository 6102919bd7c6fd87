import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Collection, MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmbeddedServer } from '../../../src/database/embedded/server.ts';
import { inconsistencies } from './consistency.ts';
import { type Load, type StoredOrder, startLoad } from './load.ts';
import { addressOf, type SeparateEngine, startSeparateEngine } from './separate-engine.ts';

let directory: string;
const started: SeparateEngine[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((engine) => engine.kill()));
  await rm(directory, { recursive: true, force: true });
});

async function start(): Promise<SeparateEngine> {
  const engine = await startSeparateEngine(directory);
  started.push(engine);
  return engine;
}

test('data, indexes and their options survive a restart', async () => {
  const first = await startEmbeddedServer({ directory });
  const before = await MongoClient.connect(first.uri('test'));
  const people = before.db().collection('people');
  await people.createIndexes([
    { key: { email: 1 }, unique: true },
    { key: { 'address.city': 1, born: -1 }, name: 'by_city' },
    { key: { phone: 1 }, unique: true, partialFilterExpression: { active: true } },
    { key: { code: 1 }, unique: true, sparse: true },
    { key: { seenAt: 1 }, expireAfterSeconds: 3600 },
  ]);
  await people.insertOne({
    email: 'ana@example.com',
    phone: '1',
    active: true,
    address: { city: 'Recife' },
    born: 1990,
  });
  await people.insertOne({
    email: 'bia@example.com',
    phone: '1',
    active: false,
    address: { city: 'Olinda' },
    born: 1980,
  });
  const indexes = await people.listIndexes().toArray();
  const documents = await people.find().toArray();
  await before.close();
  await first.stop();

  const second = await startEmbeddedServer({ directory });
  const after = await MongoClient.connect(second.uri('test'));
  const again = after.db().collection('people');
  expect(await again.find().toArray()).toEqual(documents);
  expect(await again.listIndexes().toArray()).toEqual(indexes);
  await expect(again.insertOne({ email: 'ana@example.com' })).rejects.toMatchObject({
    code: 11000,
    keyPattern: { email: 1 },
    keyValue: { email: 'ana@example.com' },
  });
  await expect(again.insertOne({ email: 'c@example.com', phone: '1', active: true })).rejects.toMatchObject({
    code: 11000,
    keyPattern: { phone: 1 },
  });
  const explained = await again.find({ 'address.city': 'Recife' }).explain();
  expect(JSON.stringify(explained.queryPlanner.winningPlan)).toContain('by_city');
  expect(await inconsistencies(again)).toEqual([]);
  await after.close();
  await second.stop();
});

/** `KILL_ROUNDS=200` takes some minutes. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 15);
/** After so many rounds the next begin with an empty directory, so that comparing all documents stays quick. */
const ROUNDS_PER_DIRECTORY = 25;
const CLIENTS = 24;
/** After how many acknowledged writes the process is killed, in each round. */
const MOMENTS = fc.sample(fc.integer({ min: 1, max: 600 }), { numRuns: ROUNDS, seed: 20_261_124 });
const TIMEOUT = 60_000 + ROUNDS * 10_000;

test(
  `kill -9 under load, ${ROUNDS} times: nothing acknowledged is lost, nothing is half written`,
  async () => {
    const totals = { rounds: 0, writes: 0, builds: 0 };
    for (let first = 0; first < ROUNDS; first += ROUNDS_PER_DIRECTORY) {
      const load = startLoad();
      for (const moment of MOMENTS.slice(first, first + ROUNDS_PER_DIRECTORY)) {
        await killDuring(load, moment);
        totals.rounds += 1;
      }
      await expectIntact(load);
      totals.writes += load.acknowledged();
      totals.builds += load.builtIndexes();
      await rm(directory, { recursive: true });
    }
    expect(totals.rounds).toBe(ROUNDS);
    expect(totals.writes).toBeGreaterThan(ROUNDS);
    expect(totals.builds).toBeGreaterThan(0);
    process.stdout.write(
      `${totals.rounds} processes killed; ${totals.writes} acknowledged writes and ${totals.builds} index builds all there\n`,
    );
  },
  TIMEOUT,
);

/** Starts the engine on what the kill before left, compares that with what was acknowledged, and kills it under load. */
async function killDuring(load: Load, moment: number): Promise<void> {
  const engine = await start();
  const client = await MongoClient.connect(addressOf(engine), { maxPoolSize: CLIENTS + 1 });
  const orders = client.db().collection<StoredOrder>('orders');
  await orders.createIndexes([
    { key: { code: 1 }, unique: true },
    { key: { owner: 1, version: -1 } },
    { key: { tags: 1 } },
  ]);
  await compare(load, orders);
  const [one] = await orders.find().limit(1).toArray();
  if (one) {
    await expect(orders.insertOne({ ...one, _id: 'another' })).rejects.toMatchObject({
      code: 11000,
      keyPattern: { code: 1 },
      keyValue: { code: one.code },
    });
  }
  await load.run(orders, CLIENTS, moment, async () => {
    await engine.kill();
    // Otherwise the writers would wait for a server that does not come back.
    await client.close();
  });
}

async function expectIntact(load: Load): Promise<void> {
  const server = await startEmbeddedServer({ directory });
  const client = await MongoClient.connect(server.uri('test'));
  await compare(load, client.db().collection<StoredOrder>('orders'));
  await client.close();
  await server.stop();
}

async function compare(load: Load, orders: Collection<StoredOrder>): Promise<void> {
  const indexes = await orders.listIndexes().toArray();
  load.compareWith(
    await orders.find().toArray(),
    indexes.map(({ name }) => name),
  );
  expect(await inconsistencies(orders as never)).toEqual([]);
}

test('a second process is refused while the first lives, and let in at once when it was killed', async () => {
  const holder = await start();
  expect((await start()).report).toMatchObject({ code: 'data_directory_locked' });
  await expect(startEmbeddedServer({ directory })).rejects.toMatchObject({ code: 'data_directory_locked' });
  await holder.kill();
  const next = await start();
  const client = await MongoClient.connect(addressOf(next));
  expect(await client.db().command({ ping: 1 })).toMatchObject({ ok: 1 });
  await client.close();
});

test('of many processes that find a dead holder, exactly one gets the directory', async () => {
  await (await start()).kill();
  const reports = await Promise.all(Array.from({ length: 4 }, async () => (await start()).report));
  expect(reports.filter((report) => 'uri' in report)).toHaveLength(1);
  expect(reports.filter((report) => 'code' in report && report.code === 'data_directory_locked')).toHaveLength(3);
});
