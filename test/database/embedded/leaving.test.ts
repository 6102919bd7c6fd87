import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EmbeddedError } from '../../../src/database/embedded/errors.ts';
import { type ServedDirectory, serveDirectory } from '../../../src/database/embedded/served-directory.ts';
import { connectionString } from '../../../src/database/embedded/server.ts';
import { createTransactionGate, inTransaction, shutGate } from '../../../src/database/embedded/transaction-gate.ts';

const ENTRY = fileURLToPath(new URL('./leaving-process.ts', import.meta.url));
const EXIT_CODE = 42;

let directory: string;
let leaving: ChildProcess;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
});
afterEach(async () => {
  leaving?.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

/** Opens the directory as soon as it is let in. */
async function openWhenFree(): Promise<{ served: ServedDirectory; refusals: string[] }> {
  const refusals: string[] = [];
  for (;;) {
    try {
      return { served: await serveDirectory({ directory }), refusals };
    } catch (error) {
      refusals.push((error as EmbeddedError).code);
    }
  }
}

test('a process that exits in the middle of a transaction ends it, is gone, and lets nobody in before', async () => {
  leaving = spawn(process.execPath, ['--import', 'tsx', ENTRY, directory, String(EXIT_CODE)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(leaving, 'exit');
  if (leaving.stdout) await once(leaving.stdout, 'data');
  const { served, refusals } = await openWhenFree();
  expect(new Set(refusals)).toEqual(new Set(['data_directory_locked']));
  expect(await exited).toEqual([EXIT_CODE, null]);
  const client = await MongoClient.connect(connectionString(served.address, 'test'));
  const items = client.db().collection('items');
  await items.insertOne({ text: 'new' });
  expect(await items.countDocuments({ text: 'changed' })).toBe(20_000);
  await client.close();
  await served.close();
});

test('a transaction that does not end is waited for no longer than the patience of who exits', () => {
  const gate = createTransactionGate();
  expect(inTransaction(gate, () => shutGate(gate, 1))).toBe(false);
  expect(shutGate(gate, 1)).toBe(true);
});
