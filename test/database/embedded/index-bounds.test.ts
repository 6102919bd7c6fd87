import { Binary, Decimal128, Long, ObjectId } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';

let engine: EngineUnderTest;

beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

/** Values whose keys begin or end with the outermost bytes. */
const OUTERMOST = [
  new ObjectId('ffffffffffffffffffffffff'),
  new ObjectId('000000000000000000000000'),
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Long.MAX_VALUE,
  Decimal128.fromString('9.999999999999999999999999999999999E6144'),
  Decimal128.fromString('-9.999999999999999999999999999999999E6144'),
  new Binary(Buffer.alloc(3, 0xff)),
  new Binary(Buffer.alloc(0)),
  '\uffff',
  '',
  '\u0000',
  new Date(8.64e15),
  new Date(-8.64e15),
  true,
  false,
];

test.each([1, -1] as const)('a range holds its outermost values, in an index of direction %i', async (direction) => {
  const collection = engine.db.collection(`outermost_${direction}`);
  await collection.createIndex({ value: direction, other: 1 });
  await collection.insertMany(OUTERMOST.map((value) => ({ value, other: '\uffff' })));
  for (const value of OUTERMOST) {
    for (const filter of [{ $gte: value }, { $lte: value }, { $gt: value }, { $lt: value }, { $eq: value }]) {
      const find = (hint: object) =>
        collection
          .find({ value: filter })
          .hint(hint as never)
          .map(({ _id }) => String(_id))
          .toArray();
      expect((await find({ value: direction, other: 1 })).sort()).toEqual((await find({ $natural: 1 })).sort());
    }
  }
});

test.each([1, -1] as const)(
  'a prefix finds the text that is nothing but the prefix, in direction %i',
  async (direction) => {
    const collection = engine.db.collection(`prefix_${direction}`);
    await collection.createIndex({ name: direction });
    await collection.insertMany(['ab', 'abc', 'abcd', 'abc\uffff', 'abd', 'b'].map((name) => ({ name })));
    const found = await collection.find({ name: /^abc/ }).hint({ name: direction }).sort({ name: 1 }).toArray();
    expect(found.map(({ name }) => name)).toEqual(['abc', 'abcd', 'abc\uffff']);
  },
);
