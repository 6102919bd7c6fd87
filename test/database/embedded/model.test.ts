import fc from 'fast-check';
import type { Collection } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inconsistencies } from './consistency.ts';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';
import { operation } from './random-operations.ts';
import { contentOf, outcomeOf } from './run-operation.ts';

let engine: EngineUnderTest;

beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine?.stop());

let serial = 0;

async function indexedCollection(): Promise<Collection> {
  serial += 1;
  const collection = engine.db.collection(`indexed_${serial}`);
  await collection.createIndexes([
    { key: { a: 1 } },
    { key: { n: -1, a: 1 } },
    { key: { 'c.d': 1 } },
    { key: { t: -1 } },
    { key: { b: -1 }, sparse: true },
    { key: { z: 1 }, partialFilterExpression: { n: { $gte: 1 } } },
  ]);
  return collection;
}

test('any sequence of operations gives the same answers with indexes and without', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 15, maxLength: 40 }), async (operations) => {
      const indexed = await indexedCollection();
      const plain = engine.db.collection(`plain_${serial}`);
      for (const each of operations) {
        const [left, right] = await Promise.all([outcomeOf(indexed, each), outcomeOf(plain, each)]);
        expect(left).toEqual(right);
      }
      expect(await contentOf(indexed)).toEqual(await contentOf(plain));
      expect(await inconsistencies(indexed)).toEqual([]);
      await Promise.all([indexed.drop(), plain.drop()]);
    }),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
});
