import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Collection, MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServedDirectory, serveDirectory } from '../../../src/database/embedded/served-directory.ts';
import { connectionString } from '../../../src/database/embedded/server.ts';

const ENTRY = fileURLToPath(new URL('./snapshot-process.ts', import.meta.url));
const DOCUMENTS = 1000;
const ROUNDS = 12;

let directory: string;
let served: ServedDirectory;
let client: MongoClient;
let items: Collection<{ _id: number; text: string }>;
let reader: ChildProcess | undefined;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
  await start();
  await items.insertMany(Array.from({ length: DOCUMENTS }, (_, _id) => ({ _id, text: '' })));
  await rewrite();
});
afterEach(async () => {
  reader?.kill('SIGKILL');
  await stop();
  await rm(directory, { recursive: true });
});

async function start(): Promise<void> {
  served = await serveDirectory({ directory });
  client = await MongoClient.connect(connectionString(served.address, 'test'));
  items = client.db().collection('items');
}

async function stop(): Promise<void> {
  await client.close();
  await served.close();
}

/** @returns the size of the file afterwards, in bytes */
async function rewrite(): Promise<number> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await items.updateMany({}, { $set: { text: String(round % 10).repeat(2500) } });
  }
  return statSync(join(directory, 'data', 'data.mdb')).size;
}

async function openReader(): Promise<ChildProcess> {
  reader = fork(ENTRY, [directory, 'test', 'items'], { execArgv: ['--import', 'tsx'] });
  await once(reader, 'message');
  return reader;
}

async function killReader(): Promise<void> {
  const killed = await openReader();
  killed.kill('SIGKILL');
  await once(killed, 'exit');
}

test('after a reader was killed, the file grows until the next clean-up and no longer', async () => {
  const before = await rewrite();
  await killReader();
  const kept = await rewrite();
  expect(kept).toBeGreaterThan(before * 1.2);
  await served.maintain();
  expect(await rewrite()).toBe(kept);
});

test('a reader that was killed before the engine started is not waited for', async () => {
  const before = await rewrite();
  await killReader();
  await stop();
  await start();
  expect(await rewrite()).toBeLessThanOrEqual(before * 1.2);
});

test('another reader that opens clears the killed one away too', async () => {
  const before = await rewrite();
  await killReader();
  const living = await openReader();
  living.send('read on');
  await once(living, 'message');
  await once(living, 'exit');
  expect(await rewrite()).toBeLessThanOrEqual(before * 1.2);
});

test('a reader that lives goes on seeing its moment through a clean-up', async () => {
  const living = await openReader();
  await served.maintain();
  await items.deleteMany({ _id: { $gte: 10 } });
  await rewrite();
  await served.maintain();
  living.send('read on');
  expect(await once(living, 'message')).toContain(DOCUMENTS);
});
