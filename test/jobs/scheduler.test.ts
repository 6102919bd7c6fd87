import { EventEmitter, once } from 'node:events';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import type { Job } from '../../src/feature/job.ts';
import { startScheduler } from '../../src/jobs/scheduler.ts';
import { useTestDatabase } from '../support/database.ts';

const SOON = { timeout: 20_000, interval: 50 };

describe('the scheduler', () => {
  const database = useTestDatabase();

  async function schedule(jobs: Job[], log: string[] = []) {
    return await startScheduler({
      connection: database.connection,
      jobs,
      log: pino({}, { write: (line) => log.push(line) }),
    });
  }

  it('runs jobs again and again, and a failing one too, which the log names', async () => {
    const log: string[] = [];
    const runs = { steady: 0, failing: 0 };
    const scheduler = await schedule(
      [
        {
          name: 'steady',
          every: '1 second',
          async run() {
            runs.steady += 1;
          },
        },
        {
          name: 'failing',
          every: '1 second',
          async run() {
            runs.failing += 1;
            throw new Error('not today');
          },
        },
      ],
      log,
    );
    await vi.waitFor(() => expect(Math.min(runs.steady, runs.failing)).toBeGreaterThan(1), SOON);
    await scheduler.stop();
    expect(log.join('')).toContain('"job":"failing"');
    expect(log.join('')).not.toContain('"job":"steady"');
  });

  it('waits for the run in progress when it stops', async () => {
    const events = new EventEmitter();
    const ended = vi.fn();
    const started = once(events, 'started');
    const scheduler = await schedule([
      {
        name: 'slow',
        every: '1 second',
        async run() {
          events.emit('started');
          await once(events, 'end');
          ended();
        },
      },
    ]);
    await started;
    const stopped = scheduler.stop();
    expect(ended).not.toHaveBeenCalled();
    events.emit('end');
    await stopped;
    expect(ended).toHaveBeenCalledOnce();
  });

  it('keeps one schedule for a job, however many processes bring it', async () => {
    const runs: string[] = [];
    const bring = (process: string) =>
      schedule([{ name: 'shared', every: '1 second', run: async () => void runs.push(process) }]);
    const schedulers = await Promise.all([bring('first'), bring('second'), bring('third')]);
    await vi.waitFor(() => expect(runs.length).toBeGreaterThan(1), SOON);
    await Promise.all(schedulers.map((scheduler) => scheduler.stop()));
    expect(await database.connection.collection('jobs').countDocuments({ name: 'shared' })).toBe(1);
  });
});
