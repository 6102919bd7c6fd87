import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmbeddedServer } from '../../../src/database/embedded/server.ts';
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

test('a process that exits in the middle of a transaction is gone, and the next one finds the directory free and whole', async () => {
  leaving = spawn(process.execPath, ['--import', 'tsx', ENTRY, directory, String(EXIT_CODE)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  leaving.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  expect(await once(leaving, 'exit')).toEqual([EXIT_CODE, null]);
  expect(output).toBe('');
  const server = await startEmbeddedServer({ directory });
  const client = await MongoClient.connect(server.uri('test'));
  const items = client.db().collection('items');
  await items.insertOne({ number: -1 });
  expect(await items.countDocuments({ number: { $gte: 0 } })).toBe(20_000);
  await client.close();
  await server.stop();
});

test('a transaction that does not end is waited for no longer than the patience of who exits', () => {
  const gate = createTransactionGate();
  expect(inTransaction(gate, () => shutGate(gate, 1))).toBe(false);
  expect(shutGate(gate, 1)).toBe(true);
});
