import fc from 'fast-check';
import { type Collection, Decimal128, Double, Long } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inconsistencies } from './consistency.ts';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';

let engine: EngineUnderTest;
let serial = 0;

beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

function fresh(): Collection {
  serial += 1;
  return engine.db.collection(`unique_${serial}`);
}

const duplicate = (keyPattern: object, keyValue: object) => ({ code: 11000, keyPattern, keyValue });

test('numbers that are equal are one key, whatever their types', async () => {
  const numbers = fresh();
  await numbers.createIndex({ n: 1 }, { unique: true });
  await numbers.insertOne({ n: 5 });
  for (const n of [5, new Double(5), Long.fromNumber(5), Decimal128.fromString('5.00')]) {
    await expect(numbers.insertOne({ n })).rejects.toMatchObject({ code: 11000, keyPattern: { n: 1 } });
  }
  await numbers.insertOne({ n: '5' });
  await numbers.insertOne({ n: 5.5 });
});

test('a missing field is null: one document may lack it', async () => {
  const people = fresh();
  await people.createIndex({ email: 1 }, { unique: true });
  await people.insertOne({});
  await expect(people.insertOne({})).rejects.toMatchObject(duplicate({ email: 1 }, { email: null }));
  await expect(people.insertOne({ email: null })).rejects.toMatchObject(duplicate({ email: 1 }, { email: null }));
});

test('a sparse index lets any number lack the field', async () => {
  const people = fresh();
  await people.createIndex({ email: 1 }, { unique: true, sparse: true });
  await people.insertMany([{}, {}, { email: 'a' }]);
  await expect(people.insertOne({ email: 'a' })).rejects.toMatchObject(duplicate({ email: 1 }, { email: 'a' }));
});

test('a partial index counts only the documents of its filter, also when they come into it', async () => {
  const orders = fresh();
  await orders.createIndex({ cart: 1 }, { unique: true, partialFilterExpression: { open: true } });
  await orders.insertMany([
    { _id: 1 as never, cart: 'x', open: true },
    { _id: 2 as never, cart: 'x', open: false },
  ]);
  const refused = duplicate({ cart: 1 }, { cart: 'x' });
  await expect(orders.insertOne({ cart: 'x', open: true })).rejects.toMatchObject(refused);
  await expect(orders.updateOne({ _id: 2 as never }, { $set: { open: true } })).rejects.toMatchObject(refused);
  await orders.updateOne({ _id: 1 as never }, { $set: { open: false } });
  await orders.updateOne({ _id: 2 as never }, { $set: { open: true } });
  expect(await inconsistencies(orders)).toEqual([]);
});

test('a compound key is unique as a whole; an array is one by each of its elements', async () => {
  const lines = fresh();
  await lines.createIndex({ order: 1, 'tags.name': -1 }, { unique: true });
  await lines.insertOne({ order: 1, tags: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] });
  await lines.insertOne({ order: 2, tags: [{ name: 'a' }] });
  await expect(lines.insertOne({ order: 1, tags: [{ name: 'c' }, { name: 'b' }] })).rejects.toMatchObject(
    duplicate({ order: 1, 'tags.name': -1 }, { order: 1, 'tags.name': 'b' }),
  );
  expect(await lines.countDocuments()).toBe(2);
});

test('every kind of write is held to it, and none of a refused one is kept', async () => {
  const people = fresh();
  await people.createIndex({ email: 1 }, { unique: true });
  await people.insertMany([
    { _id: 1 as never, email: 'a' },
    { _id: 2 as never, email: 'b' },
  ]);
  const refused = duplicate({ email: 1 }, { email: 'a' });
  await expect(people.updateOne({ _id: 2 as never }, { $set: { email: 'a', seen: true } })).rejects.toMatchObject(
    refused,
  );
  await expect(people.replaceOne({ _id: 2 as never }, { email: 'a' })).rejects.toMatchObject(refused);
  await expect(people.findOneAndUpdate({ _id: 2 as never }, { $set: { email: 'a' } })).rejects.toMatchObject(refused);
  await expect(people.updateOne({ _id: 3 as never }, { $set: { email: 'a' } }, { upsert: true })).rejects.toMatchObject(
    refused,
  );
  await expect(
    people.insertMany([{ email: 'c' }, { email: 'a' }, { email: 'd' }], { ordered: false }),
  ).rejects.toMatchObject({ code: 11000, insertedCount: 2, writeErrors: [{ index: 1 }] });
  await expect(people.insertMany([{ email: 'e' }, { email: 'a' }, { email: 'f' }])).rejects.toMatchObject({
    code: 11000,
    insertedCount: 1,
  });
  const emails = (await people.find().sort({ email: 1 }).toArray()).map(({ email }) => email);
  expect(emails).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(await people.findOne({ _id: 2 as never })).toEqual({ _id: 2, email: 'b' });
  expect(await inconsistencies(people)).toEqual([]);
});

test('an index that the data breaks is refused, and nothing of it stays', async () => {
  const people = fresh();
  await people.insertMany([{ email: 'a' }, { email: 'a' }]);
  await expect(people.createIndex({ email: 1 }, { unique: true })).rejects.toMatchObject({ code: 11000 });
  expect((await people.listIndexes().toArray()).map(({ name }) => name)).toEqual(['_id_']);
  await people.insertOne({ email: 'a' });
  expect(await inconsistencies(people)).toEqual([]);
});

test('of concurrent writers of one key, exactly one wins', async () => {
  const claims = fresh();
  await claims.createIndex({ key: 1 }, { unique: true });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 20 }), fc.boolean(), async (writers, upsert) => {
      serial += 1;
      const key = `key-${serial}`;
      const outcomes = await Promise.allSettled(
        Array.from({ length: writers }, (_, writer) =>
          upsert
            ? claims.updateOne({ key, writer }, { $set: { writer } }, { upsert: true })
            : claims.insertOne({ key, writer }),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await claims.countDocuments({ key })).toBe(1);
    }),
    { numRuns: 30 },
  );
});
