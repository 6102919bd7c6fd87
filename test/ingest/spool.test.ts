import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drainSpool, openSpool, type Spool, type SpooledRequest, SpoolFullError } from '../../src/ingest/spool.ts';

let directory = '';
let spool: Spool;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sininho-spool-'));
  spool = await openSpool({ directory, maximumBytes: 1_000 });
});

afterEach(async () => {
  await spool.close();
  await rm(directory, { recursive: true, force: true });
});

function request(number: number, bytes = 10): SpooledRequest {
  return {
    id: number.toString(16).padStart(24, '0'),
    platform: 'assiny',
    token: 'token',
    receivedAt: 1_700_000_000_000 + number,
    headers: [['Content-Type', 'application/json']],
    rawBody: Buffer.alloc(bytes, number),
  };
}

const log = pino({ level: 'silent' });

describe('the spool', () => {
  it('keeps requests, oldest first, through a restart', async () => {
    await Promise.all([3, 1, 2].map((number) => spool.add(request(number))));
    await spool.close();
    spool = await openSpool({ directory, maximumBytes: 1_000 });
    expect(spool.peek(10)).toEqual([request(1), request(2), request(3)]);
    expect(spool.size()).toBe(3);
    await spool.remove([request(1).id]);
    expect(spool.peek(1)).toEqual([request(2)]);
  });

  it('takes no more than its room, counts what a restart finds, and takes again when there is room', async () => {
    await spool.add(request(1, 600));
    await expect(spool.add(request(2, 401))).rejects.toThrow(SpoolFullError);
    await spool.close();
    spool = await openSpool({ directory, maximumBytes: 1_000 });
    await expect(spool.add(request(2, 401))).rejects.toThrow(SpoolFullError);
    await spool.remove([request(1).id]);
    await spool.add(request(2, 1_000));
    expect(spool.size()).toBe(1);
  });

  it('gives out everything in batches, and keeps the batch that could not be stored', async () => {
    for (let number = 0; number < 45; number += 1) await spool.add(request(number, 1));
    const stored: string[] = [];
    let away = true;
    const store = async (batch: readonly SpooledRequest[]) => {
      if (away) throw new Error('the database is away');
      stored.push(...batch.map(({ id }) => id));
    };
    await expect(drainSpool(spool, store, log)).rejects.toThrow('away');
    expect(spool.size()).toBe(45);
    away = false;
    await drainSpool(spool, store, log);
    expect(stored).toEqual(Array.from({ length: 45 }, (_, number) => request(number).id));
    expect(spool.size()).toBe(0);
  });
});
