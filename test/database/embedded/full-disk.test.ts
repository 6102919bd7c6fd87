import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inconsistencies } from './consistency.ts';
import { addressOf, type SeparateEngine, startSeparateEngine } from './separate-engine.ts';

interface Piece {
  _id: number;
  group: number;
  text: string;
}

let directory: string;
let engine: SeparateEngine;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
});
afterEach(async () => {
  await engine.kill();
  await rm(directory, { recursive: true, force: true });
});

const OUT_OF_DISK_SPACE = 14031;
const LARGEST_FILE = 4 * 1024 * 1024;
const CLIENTS = 8;

test('a full disk is an error for who writes, and nothing more', async () => {
  engine = await startSeparateEngine(directory, { largestFile: LARGEST_FILE });
  const client = await MongoClient.connect(addressOf(engine));
  const pieces = client.db().collection<Piece>('pieces');
  await pieces.createIndex({ group: 1, text: 1 });

  const acknowledged = new Set<number>();
  const refusals: unknown[] = [];
  async function fill(first: number): Promise<void> {
    for (let _id = first; ; _id += CLIENTS) {
      try {
        await pieces.insertOne({ _id, group: _id % 10, text: `${_id} `.repeat(2000) });
        acknowledged.add(_id);
      } catch (error) {
        refusals.push(error);
        return;
      }
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, first) => fill(first)));
  expect(refusals).toHaveLength(CLIENTS);
  for (const refusal of refusals) expect(refusal).toMatchObject({ code: OUT_OF_DISK_SPACE });
  await expect(pieces.createIndex({ text: -1, group: 1 })).rejects.toMatchObject({ code: OUT_OF_DISK_SPACE });

  const idsIn = async (collection: typeof pieces) =>
    (await collection.find({}, { sort: { _id: 1 } }).toArray()).map(({ _id }) => _id);
  const expected = [...acknowledged].sort((left, right) => left - right);
  expect(expected.length).toBeGreaterThan(50);
  expect(await idsIn(pieces)).toEqual(expected);
  expect(await pieces.countDocuments({ group: 3 })).toBe(expected.filter((_id) => _id % 10 === 3).length);
  expect(await inconsistencies(pieces as never)).toEqual([]);
  await client.close();
  await engine.kill();

  engine = await startSeparateEngine(directory);
  const again = await MongoClient.connect(addressOf(engine));
  const left = again.db().collection<Piece>('pieces');
  expect(await idsIn(left)).toEqual(expected);
  await left.createIndex({ text: -1, group: 1 });
  await left.insertOne({ _id: -1, group: 1, text: 'there is room again' });
  expect(await inconsistencies(left as never)).toEqual([]);
  await again.close();
});
