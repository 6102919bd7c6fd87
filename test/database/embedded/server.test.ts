import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedServer, startEmbeddedServer } from '../../../src/database/embedded/server.ts';

const directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
let server: EmbeddedServer;
let client: MongoClient;
let db: Db;

beforeAll(async () => {
  server = await startEmbeddedServer({ directory });
  client = await MongoClient.connect(server.uri('test'));
  db = client.db();
});

afterAll(async () => {
  await client?.close();
  await server?.stop();
  await rm(directory, { recursive: true });
});

test('a document is inserted, found, changed and removed', async () => {
  const people = db.collection<{ name: string; age: number; tags?: string[] }>('people');
  const { insertedId } = await people.insertOne({ name: 'Ana', age: 30 });
  expect(await people.findOne({ name: 'Ana' })).toEqual({ _id: insertedId, name: 'Ana', age: 30 });
  expect(await people.updateOne({ _id: insertedId }, { $inc: { age: 1 }, $push: { tags: 'vip' } })).toMatchObject({
    matchedCount: 1,
    modifiedCount: 1,
  });
  expect(await people.findOne({ age: { $gt: 30 } })).toEqual({ _id: insertedId, name: 'Ana', age: 31, tags: ['vip'] });
  expect((await people.deleteOne({ _id: insertedId })).deletedCount).toBe(1);
  expect(await people.countDocuments()).toBe(0);
});
