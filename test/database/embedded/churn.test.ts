import { mkdtempSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbeddedServer } from '../../../src/database/embedded/server.ts';
import { inconsistencies } from './consistency.ts';

let directory: string;
let server: EmbeddedServer;
let client: MongoClient;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
  server = await startEmbeddedServer({ directory });
  client = await MongoClient.connect(server.uri('test'));
});
afterEach(async () => {
  await client.close();
  await server.stop();
  await rm(directory, { recursive: true });
});

const ROUNDS = 12;
const DOCUMENTS = 1000;
/** After so many rounds every size of document has been there, and the file should have found its size. */
const WARM_UP = 4;

test('the space of documents that went away is used again: the file stops growing', async () => {
  const items = client.db().collection<{ _id: string; round: number; text: string }>('items');
  await items.createIndex({ round: 1, text: 1 });
  const sizes: number[] = [];
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
    sizes.push(statSync(join(directory, 'data', 'data.mdb')).size);
  }
  process.stdout.write(
    `The file after each round, in KiB: ${sizes.map((size) => Math.round(size / 1024)).join(' ')}\n`,
  );
  expect(sizes.at(-1)).toBeLessThanOrEqual((sizes[WARM_UP] ?? 0) * 1.2);
  expect(await items.countDocuments()).toBe(DOCUMENTS);
  expect(await inconsistencies(items as never)).toEqual([]);
});
