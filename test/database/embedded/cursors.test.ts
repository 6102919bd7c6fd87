import fc from 'fast-check';
import type { MongoClient } from 'mongodb';
import { Long } from 'mongodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';

const MINUTE = 60_000;

let time = Date.UTC(2026, 0, 1);
let engine: EngineUnderTest;

beforeAll(async () => {
  engine = await startEngine({ now: () => new Date(time) });
});
afterAll(() => engine?.stop());

beforeEach(async () => {
  await engine.db.dropDatabase();
});

async function fill(name: string, count: number): Promise<void> {
  await engine.db.collection(name).insertMany(Array.from({ length: count }, (_, number) => ({ _id: number as never })));
}

/** Opens a cursor that has given its first two documents. */
async function openCursor(client: MongoClient = engine.client, options: object = {}): Promise<Long> {
  const find = { find: 'numbers', batchSize: 2, sort: { _id: 1 }, ...options };
  const { cursor } = await client.db('test').command(find);
  return Long.fromValue(cursor.id);
}

const next = (id: Long, batchSize = 3) => engine.db.command({ getMore: id, collection: 'numbers', batchSize });

test('many cursors at once each give every document once, in order, whatever their batches', async () => {
  await fill('numbers', 500);
  const cursors = Array.from({ length: 20 }, (_, index) =>
    engine.db
      .collection('numbers')
      .find()
      .sort({ _id: 1 })
      .batchSize(index * 13 + 2)
      .map(({ _id }) => _id)
      .toArray(),
  );
  const expected = Array.from({ length: 500 }, (_, number) => number);
  for (const found of await Promise.all(cursors)) expect(found).toEqual(expected);
});

test('a cursor is known to every connection, and gone when it was read to its end or killed', async () => {
  await fill('numbers', 6);
  const id = await openCursor();
  expect((await next(id, 3)).cursor.nextBatch).toEqual([{ _id: 2 }, { _id: 3 }, { _id: 4 }]);
  expect((await next(id, 3)).cursor).toMatchObject({ nextBatch: [{ _id: 5 }] });
  await expect(next(id)).rejects.toMatchObject({ code: 43 });

  const killed = await openCursor();
  const unknown = Long.fromNumber(42);
  expect(await engine.db.command({ killCursors: 'numbers', cursors: [killed, unknown] })).toMatchObject({
    cursorsKilled: [killed],
    cursorsNotFound: [42],
  });
  await expect(next(killed)).rejects.toMatchObject({ code: 43 });
});

test('documents that others leave alone come exactly once, however the rest changes between two batches', async () => {
  const change = fc.record({ id: fc.nat({ max: 59 }), kind: fc.constantFrom('grow', 'remove', 'insert') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      async (changes, batchSize) => {
        const numbers = engine.db.collection<{ _id: number }>('numbers');
        await numbers.deleteMany({});
        await fill('numbers', 60);
        const pending = [...changes];
        const found: number[] = [];
        for await (const { _id } of numbers.find().sort({ _id: 1 }).batchSize(batchSize)) {
          found.push(_id);
          const next = pending.pop();
          if (next?.kind === 'grow') await numbers.updateOne({ _id: next.id }, { $set: { text: 'x'.repeat(3000) } });
          if (next?.kind === 'remove') await numbers.deleteOne({ _id: next.id });
          if (next?.kind === 'insert') await numbers.insertOne({ _id: next.id + 1000 + found.length * 100 });
        }
        const removed = new Set(changes.filter(({ kind }) => kind === 'remove').map(({ id }) => id));
        const untouched = Array.from({ length: 60 }, (_, id) => id).filter((id) => !removed.has(id));
        expect(found.filter((id) => id < 60 && !removed.has(id))).toEqual(untouched);
        expect(new Set(found).size).toBe(found.length);
      },
    ),
    { numRuns: 25 },
  );
});

test('a cursor of another collection is refused, and goes on for its own', async () => {
  await fill('numbers', 6);
  const id = await openCursor();
  await expect(engine.db.command({ getMore: id, collection: 'other' })).rejects.toMatchObject({ code: 13 });
  expect((await next(id)).cursor.nextBatch).toHaveLength(3);
});

test('a cursor that nobody asks for is closed after ten minutes, one in use or without a time-out is kept', async () => {
  await fill('numbers', 30);
  const [idle, used] = [await openCursor(), await openCursor()];
  const kept = await openCursor(engine.client, { noCursorTimeout: true });
  for (let step = 0; step < 3; step += 1) {
    time += 4 * MINUTE;
    await engine.maintain();
    await next(used, 1);
  }
  await expect(next(idle)).rejects.toMatchObject({ code: 43 });
  expect((await next(used)).cursor.nextBatch).toHaveLength(3);
  expect((await next(kept)).cursor.nextBatch).toHaveLength(3);
});

test('a cursor goes on when its documents go away, and never reads from a later collection of the same name', async () => {
  await fill('numbers', 10);
  const [ofDocuments, ofCollection] = [await openCursor(), await openCursor()];
  await engine.db.collection('numbers').deleteMany({ _id: { $gte: 4 as never } });
  expect((await next(ofDocuments, 100)).cursor.nextBatch).toEqual([{ _id: 2 }, { _id: 3 }]);
  await engine.db.collection('numbers').drop();
  await engine.db.collection('numbers').insertMany([{ _id: 'new' as never }, { _id: 'newer' as never }]);
  const { nextBatch } = (await next(ofCollection, 100)).cursor;
  expect(nextBatch.filter(({ _id }: { _id: unknown }) => typeof _id === 'string')).toEqual([]);
});
