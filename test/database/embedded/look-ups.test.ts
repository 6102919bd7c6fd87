import type { Collection, Document, Filter } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inconsistencies } from './consistency.ts';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';

const DOCUMENTS = 20_000;

let time = Date.UTC(2026, 0, 1);
let engine: EngineUnderTest;
let orders: Collection;

beforeAll(async () => {
  engine = await startEngine({ now: () => new Date(time) });
  orders = engine.db.collection('orders');
  await orders.createIndexes([
    { key: { code: 1 }, unique: true },
    { key: { store: 1, createdAt: -1 } },
    { key: { 'items.sku': 1 } },
    { key: { dueAt: 1 }, partialFilterExpression: { status: 'waiting' } },
    { key: { coupon: 1 }, sparse: true },
  ]);
  for (let start = 0; start < DOCUMENTS; start += 5000) {
    await orders.insertMany(Array.from({ length: 5000 }, (_, offset) => order(start + offset)));
  }
});
afterAll(() => engine?.stop());

function order(number: number): Document {
  return {
    _id: number,
    code: `code-${number}`,
    store: number % 200,
    createdAt: new Date(number * 1000),
    items: [{ sku: `sku-${number % 4000}` }, { sku: 'everywhere' }],
    dueAt: new Date(number * 1000),
    status: number % 1000 === 0 ? 'waiting' : 'done',
    ...(number % 5000 === 0 && { coupon: `coupon-${number}` }),
  };
}

interface Look {
  readonly filter: Filter<Document>;
  readonly sort?: Document;
  readonly limit?: number;
  /** How many documents it gives, and how many it may read for that. */
  readonly found: number;
  readonly examined: number;
}

test.each<[string, Look]>([
  ['by _id', { filter: { _id: 77 as never }, found: 1, examined: 1 }],
  ['by a unique key', { filter: { code: 'code-19999' }, found: 1, examined: 1 }],
  ['by a list of keys', { filter: { code: { $in: ['code-1', 'code-2', 'none'] } }, found: 2, examined: 2 }],
  ['by the beginning of a text', { filter: { code: /^code-1999/ }, found: 11, examined: 11 }],
  ['by the first field of a compound key', { filter: { store: 7 }, found: 100, examined: 100 }],
  [
    'by a compound key and a range',
    { filter: { store: 7, createdAt: { $gte: new Date(19_000_000) } }, found: 5, examined: 5 },
  ],
  [
    'the newest few in the order of the index',
    { filter: { store: 7 }, sort: { createdAt: -1 }, limit: 3, found: 3, examined: 3 },
  ],
  ['the oldest few against it', { filter: { store: 7 }, sort: { createdAt: 1 }, limit: 3, found: 3, examined: 3 }],
  ['by an element of an array', { filter: { 'items.sku': 'sku-3' }, found: 5, examined: 5 }],
  ['by either of two keys', { filter: { $or: [{ code: 'code-5' }, { store: 3 }] }, found: 101, examined: 101 }],
  [
    'by a partial index',
    { filter: { status: 'waiting', dueAt: { $lte: new Date(5_000_000) } }, found: 6, examined: 6 },
  ],
  ['by a sparse index', { filter: { coupon: 'coupon-5000' }, found: 1, examined: 1 }],
  ['what is not there', { filter: { code: 'nothing' }, found: 0, examined: 0 }],
])('%s reads few documents of many', async (_, { filter, sort = {}, limit = 0, found, examined }) => {
  const { executionStats } = await orders
    .find(filter)
    .sort(sort as never)
    .limit(limit)
    .explain();
  expect(executionStats.nReturned).toBe(found);
  expect(executionStats.totalDocsExamined).toBeLessThanOrEqual(examined);
  expect(executionStats.totalKeysExamined).toBeLessThanOrEqual(examined + 1);
});

test('a count by an index reads no documents, and a look-up without one reads them all', async () => {
  expect(await orders.countDocuments({ store: 7 })).toBe(100);
  const { executionStats } = await orders.find({ status: 'waiting' }).explain();
  expect(executionStats).toMatchObject({ nReturned: 20, totalDocsExamined: DOCUMENTS });
});

test('documents expire when their time has come and not before', async () => {
  const sessions = engine.db.collection('sessions');
  await sessions.createIndex({ seenAt: 1 }, { expireAfterSeconds: 60 });
  const at = (seconds: number) => new Date(time + seconds * 1000);
  await sessions.insertMany([
    { _id: 'now' as never, seenAt: at(0) },
    { _id: 'later' as never, seenAt: at(30) },
    { _id: 'many' as never, seenAt: [at(500), at(10)] },
    { _id: 'text' as never, seenAt: 'yesterday' },
    { _id: 'number' as never, seenAt: 1 },
    { _id: 'none' as never },
  ]);
  const left = async (seconds: number): Promise<unknown[]> => {
    time += seconds * 1000;
    await engine.maintain();
    return (await sessions.find().toArray()).map(({ _id }) => _id);
  };
  expect(await left(0)).toHaveLength(6);
  expect(await left(59)).toHaveLength(6);
  expect(await left(2)).toEqual(['later', 'many', 'text', 'number', 'none']);
  expect(await left(10)).toEqual(['later', 'text', 'number', 'none']);
  expect(await left(1000)).toEqual(['text', 'number', 'none']);
  expect(await inconsistencies(sessions)).toEqual([]);
});

test('the time to live can be changed, and many expire at once', async () => {
  const events = engine.db.collection('events');
  await events.createIndex({ at: -1 }, { expireAfterSeconds: 3600 });
  await events.insertMany(Array.from({ length: 1300 }, (_, number) => ({ at: new Date(time), number })));
  await engine.maintain();
  expect(await events.countDocuments()).toBe(1300);
  await engine.db.command({ collMod: 'events', index: { keyPattern: { at: -1 }, expireAfterSeconds: 5 } });
  time += 6000;
  await engine.maintain();
  expect(await events.countDocuments()).toBe(0);
  expect(await inconsistencies(events)).toEqual([]);
});
