import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { serveDirectory } from '../../../src/database/embedded/served-directory.ts';
import { connectionString, type EmbeddedError, startEmbeddedServer } from '../../../src/database/embedded/server.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
});
afterEach(async () => {
  chmodSync(directory, 0o700);
  await rm(directory, { recursive: true, force: true });
});

/** The refusal of a start; on this thread, where it is the same and faster. */
async function refusal(path = directory): Promise<EmbeddedError> {
  return serveDirectory({ directory: path }).then(
    async (served) => {
      await served.close();
      throw new Error('the engine started');
    },
    (error: EmbeddedError) => error,
  );
}

test('a directory that cannot be made, written or is a file is refused', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  const unusable = [file, join(file, 'below')];
  // Permissions do not stop root.
  if (process.getuid?.() !== 0) {
    chmodSync(directory, 0o500);
    unusable.push(directory, join(directory, 'below'));
  }
  for (const path of unusable) expect(await refusal(path)).toMatchObject({ code: 'data_directory_unusable' });
  await expect(startEmbeddedServer({ directory: file })).rejects.toMatchObject({
    name: 'EmbeddedError',
    code: 'data_directory_unusable',
    message: expect.stringContaining(file),
  });
});

describe('a damaged data file is refused with its name, and nothing is made anew in its place', () => {
  let filled: string;

  beforeAll(async () => {
    filled = mkdtempSync(join(tmpdir(), 'embedded-test-'));
    const served = await serveDirectory({ directory: filled });
    const client = await MongoClient.connect(connectionString(served.address, 'test'));
    const rows = Array.from({ length: 1500 }, (_, row) => ({ row, text: 'x'.repeat(500) }));
    await client.db().collection('rows').insertMany(rows);
    await client.close();
    await served.close();
  });
  afterAll(() => rm(filled, { recursive: true, force: true }));

  function copyOfData(): string {
    cpSync(filled, directory, { recursive: true, filter: (path) => basename(path) !== 'run' });
    return join(directory, 'data', 'data.mdb');
  }

  const damages: Record<string, (file: string) => void> = {
    'it is gone': (file) => rmSync(file),
    'it is empty': (file) => truncateSync(file, 0),
    'its first page is cut': (file) => truncateSync(file, 100),
    'only its first page is left': (file) => truncateSync(file, 4096),
    'half of it is left': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
    'it is text': (file) => writeFileSync(file, 'this is no database\n'.repeat(1000)),
    'it is noise': (file) => writeFileSync(file, randomBytes(300_000)),
    'it is a folder': (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    'it was written by a later version': (file) => writeFileSync(join(dirname(file), 'format'), '2\n'),
  };

  test.each(Object.keys(damages))('%s', async (name) => {
    const file = copyOfData();
    damages[name]?.(file);
    const before = sizeOf(file);
    const error = await refusal();
    expect(error).toMatchObject({ name: 'EmbeddedError', code: 'data_directory_damaged' });
    expect(error.message).toContain(file);
    expect(sizeOf(file)).toBe(before);
  });

  test.each(['', '1'])('a note of the format of which only %j was written does no harm', async (written) => {
    const file = copyOfData();
    const note = join(dirname(file), 'format');
    writeFileSync(note, written);
    await (await serveDirectory({ directory })).close();
    expect(readFileSync(note, 'utf8')).toBe('1\n');
    expect(readdirSync(dirname(file)).sort()).toEqual(['data.mdb', 'format', 'lock.mdb']);
  });

  test('a record of the lock that is noise', async () => {
    copyOfData();
    writeFileSync(join(directory, 'lock', 'data.mdb'), randomBytes(20_000));
    expect(await refusal()).toMatchObject({ code: 'data_directory_damaged' });
  });
});

test('an engine that dies tells so, once', async () => {
  const created = once(process, 'worker') as Promise<[Worker]>;
  const failures: EmbeddedError[] = [];
  await startEmbeddedServer({ directory, onFailure: (error) => failures.push(error) });
  const [worker] = await created;
  await worker.terminate();
  await vi.waitFor(() => expect(failures).toMatchObject([{ code: 'engine_failed' }]));
  // Its lock went with it.
  await (await startEmbeddedServer({ directory })).stop();
  expect(failures).toHaveLength(1);
});

test('an engine that is stopped does not count as failed', async () => {
  const failures: EmbeddedError[] = [];
  const server = await startEmbeddedServer({ directory, onFailure: (error) => failures.push(error) });
  await server.stop();
  await server.stop();
  expect(failures).toEqual([]);
});

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}
