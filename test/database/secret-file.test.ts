import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readOrCreateSecret } from '../../src/database/secret-file.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sininho-secret-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

it('makes a secret once, for its owner alone', async () => {
  const place = join(directory, 'new', 'folder');
  expect(await readOrCreateSecret(place, 'key', () => 'first')).toEqual({ secret: 'first', created: true });
  expect(await readOrCreateSecret(place, 'key', () => 'second')).toEqual({ secret: 'first', created: false });
  expect((await stat(join(place, 'key'))).mode & 0o777).toBe(0o600);
  expect((await stat(place)).mode & 0o777).toBe(0o700);
  expect(await readFile(join(place, 'key'), 'utf8')).toBe('first\n');
});

it('gives the same to all who ask at once, and leaves nothing else behind', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, number) => readOrCreateSecret(directory, 'key', () => `secret ${number}`)),
  );
  expect(new Set(answers.map(({ secret }) => secret)).size).toBe(1);
  expect(answers.filter(({ created }) => created)).toHaveLength(1);
  expect(await readdir(directory)).toEqual(['key']);
});
