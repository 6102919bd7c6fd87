import { BSONRegExp, type Collection, Decimal128, Double } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';

/** Corners of MongoDB's behaviour that other engines, and this one once, get wrong. */

let engine: EngineUnderTest;

beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

let serial = 0;

async function collectionOf(...documents: object[]): Promise<Collection> {
  serial += 1;
  const collection = engine.db.collection(`corner_${serial}`);
  await collection.insertMany(documents.map((document, _id) => ({ _id: _id as never, ...document })));
  return collection;
}

async function idsOf(found: Promise<object[]>): Promise<unknown[]> {
  return (await found).map((document) => (document as { _id: unknown })._id);
}

test('$elemMatch wants an array at the end of its path, and documents in it to look into', async () => {
  const lists = await collectionOf({ c: [{ d: 'z' }] }, { c: [{ d: ['z'] }] }, { c: ['z'] }, { c: [{ e: 1 }] });
  expect(await idsOf(lists.find({ 'c.d': { $elemMatch: { $gt: 'a' } } }).toArray())).toEqual([1]);
  expect(await idsOf(lists.find({ c: { $elemMatch: { d: null } } }).toArray())).toEqual([3]);
  expect(await idsOf(lists.find({ c: { $all: [{ $elemMatch: { d: 'z' } }] } }).toArray())).toEqual([0, 1]);
});

test('a regular expression finds texts and its like, with an index and without', async () => {
  const texts = await collectionOf(
    { a: new BSONRegExp('^ab', '') },
    { a: new BSONRegExp('^ab', 'i') },
    { a: 'abc' },
    { a: 'b' },
  );
  for (const filter of [{ a: /^ab/ }, { a: { $in: [/^ab/] } }]) {
    expect(await idsOf(texts.find(filter).hint({ $natural: 1 }).toArray())).toEqual([0, 2]);
  }
  await texts.createIndex({ a: 1 });
  expect(await idsOf(texts.find({ a: /^ab/ }).hint({ a: 1 }).sort({ _id: 1 }).toArray())).toEqual([0, 2]);
});

test('findAndModify shows the changed document also when it does not match any more', async () => {
  const things = await collectionOf({ n: 1 });
  const options = { returnDocument: 'after', projection: { n: 1, twice: { $multiply: ['$n', 2] } } } as const;
  expect(await things.findOneAndUpdate({ n: 1 }, { $set: { n: 5 } }, options)).toEqual({ _id: 0, n: 5, twice: 10 });
});

test('to $group a missing field is null alone, and left out beside others', async () => {
  const things = await collectionOf({ a: 1 }, {});
  const idsBy = async (_id: object) => idsOf(things.aggregate([{ $sort: { _id: 1 } }, { $group: { _id } }]).toArray());
  expect(await idsBy({ a: '$a' })).toEqual([{ a: 1 }, { a: null }]);
  expect(await idsBy({ a: '$a', b: '$a' })).toEqual([{ a: 1, b: 1 }, {}]);
});

test('a sort takes elements of an array that are no documents for documents without the field', async () => {
  const lists = await collectionOf({ c: [{ d: 1 }] }, { c: [{ d: 2 }, 'plain'] }, { c: { d: 0 } });
  expect(await idsOf(lists.find().sort({ 'c.d': 1, _id: 1 }).toArray())).toEqual([1, 2, 0]);
  expect(await idsOf(lists.find().sort({ 'c.d': -1, _id: 1 }).toArray())).toEqual([1, 0, 2]);
});

test('$unwind numbers the elements by int64, and has no number for what was no array', async () => {
  const lists = await collectionOf({ t: ['a', 'b'] }, { t: 'c' });
  const unwound = await lists
    .aggregate([{ $unwind: { path: '$t', includeArrayIndex: 'position' } }], { promoteValues: false })
    .toArray();
  expect(unwound.map(({ position }) => position?._bsontype ?? position)).toEqual(['Long', 'Long', null]);
});

test.each<[string, number | Double | Decimal128, string]>([
  ['a double brings fifteen digits', new Double(2), '5.000000000000000'],
  ['an int32 brings its own', 2, '5.0'],
  ['a zero keeps its sign', Decimal128.fromString('-0'), '-0.0'],
])('arithmetic with decimals: %s', async (_, factor, product) => {
  const things = await collectionOf({ n: Decimal128.fromString('2.5') });
  await things.updateOne({}, { $mul: { n: factor } });
  expect(String((await things.findOne({}))?.n)).toBe(product);
});

test('$size of what is no array is an error with its code', async () => {
  const things = await collectionOf({ t: 'text' });
  const large = { $gt: [{ $size: '$t' }, 1] };
  await expect(things.find({ $expr: large }).toArray()).rejects.toMatchObject({ code: 17124 });
  await expect(things.aggregate([{ $project: { large } }]).toArray()).rejects.toMatchObject({ code: 17124 });
});

test('sizes are told of databases, collections and indexes', async () => {
  const things = await collectionOf({ a: 1 }, { a: 2 });
  await things.createIndex({ a: 1 });
  const { databases, totalSize } = await engine.db.admin().listDatabases();
  expect(databases.map(({ name }) => name)).toEqual(['test']);
  expect(databases[0]?.sizeOnDisk).toBe(totalSize);
  const {
    indexSizes,
    totalIndexSize,
    size,
    totalSize: whole,
  } = await engine.db.command({ collStats: things.collectionName });
  expect(Object.keys(indexSizes)).toEqual(['_id_', 'a_1']);
  expect(indexSizes._id_).toBeGreaterThan(0);
  expect(indexSizes._id_ + indexSizes.a_1).toBe(totalIndexSize);
  expect(size + totalIndexSize).toBe(whole);
  expect(totalSize).toBeGreaterThanOrEqual(whole);
});

test('lists come in batches when they are asked for so', async () => {
  const things = await collectionOf({ a: 1 });
  await things.createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }]);
  expect((await things.listIndexes({ batchSize: 1 }).toArray()).map(({ name }) => name)).toEqual([
    '_id_',
    'a_1',
    'b_1',
  ]);
  const all = await engine.db.listCollections({}, { nameOnly: true }).toArray();
  expect(await engine.db.listCollections({}, { nameOnly: true, batchSize: 1 }).toArray()).toEqual(all);
  expect(all.length).toBeGreaterThan(1);
});
