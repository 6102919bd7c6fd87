import { mkdtempSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inconsistencies } from './consistency.ts';
import { addressOf, type SeparateEngine, startSeparateEngine } from './separate-engine.ts';

let directory: string;
let engine: SeparateEngine;
let client: MongoClient;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
  engine = await startSeparateEngine(directory);
  client = await MongoClient.connect(addressOf(engine));
});
afterEach(async () => {
  await client.close();
  await engine.kill();
  await rm(directory, { recursive: true });
});

const ROUNDS = 12;
const DOCUMENTS = 1000;
/** After so many rounds every size of document has been there, and the file and the memory should have found their size. */
const WARM_UP = 4;

test('the space of documents that went away is used again: neither the file nor the memory goes on growing', async () => {
  const items = client.db().collection<{ _id: string; round: number; text: string }>('items');
  await items.createIndex({ round: 1, text: 1 });
  const sizes: number[] = [];
  const memories: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await items.insertMany(
      Array.from({ length: DOCUMENTS }, (_, number) => ({
        _id: `${round}-${number}`,
        round,
        text: `${number} `.repeat(1 + ((number * 37) % 900)),
      })),
    );
    await items.updateMany({ round }, { $set: { text: 'short' } });
    await items.deleteMany({ round: { $lt: round } });
    sizes.push(Math.round(statSync(join(directory, 'data', 'data.mdb')).size / 1024));
    memories.push(engine.residentMemory());
  }
  process.stdout.write(`The file after each round, in KiB: ${sizes.join(' ')}\n`);
  process.stdout.write(`The memory after each round, in KiB: ${memories.join(' ')}\n`);
  expect(sizes.at(-1)).toBeLessThanOrEqual((sizes[WARM_UP] ?? 0) * 1.2);
  expect(memories.at(-1)).toBeLessThanOrEqual((memories[WARM_UP] ?? 0) * 1.2);
  expect(await items.countDocuments()).toBe(DOCUMENTS);
  expect(await inconsistencies(items as never)).toEqual([]);
});
