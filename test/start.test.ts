import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { startProduct } from '../src/start.ts';
import { useSharedDatabase } from './support/database.ts';

const shared = useSharedDatabase();
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sininho-start-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function start() {
  const environment = { PORT: '0', DATA_DIR: directory, MONGODB_URI: shared.uri };
  return startProduct(readConfig(environment), pino({ level: 'silent' }));
}

describe('a product that is stopped while it starts', () => {
  // Each turn of the event loop is another point of the start: connecting, making indexes, making the schedule.
  it.each([0, 1, 10, 100, 1_000])('ends %i turns later, and nothing of it fails unseen', async (turns) => {
    const product = await start();
    for (let turn = 0; turn < turns; turn += 1) await setImmediate();
    await product.stop();
    expect(await product.ready).toEqual(expect.any(Boolean));
  });

  it('never says that it is ready', async () => {
    const product = await start();
    await product.stop();
    expect(await product.ready).toBe(false);
  });
});
