import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createBackgroundTask } from '../../src/feature/background-task.ts';

/** A task whose runs end when the test says so. */
function heldTask() {
  const held: { end(): void; fail(error: Error): void }[] = [];
  const log: string[] = [];
  const task = createBackgroundTask({
    name: 'posting',
    run: () => new Promise((resolve, reject) => held.push({ end: resolve, fail: reject })),
    log: pino({}, { write: (line) => log.push(line) }),
  });
  return { task, held, log };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a background task', () => {
  it('never overlaps with itself, and answers all calls during a run with one more', async () => {
    const { task, held } = heldTask();
    const first = task.run();
    const second = task.run();
    const third = task.run();
    task.wake();
    await turn();
    expect(held).toHaveLength(1);
    held[0]?.end();
    await first;
    await turn();
    expect(held).toHaveLength(2);
    held[1]?.end();
    await Promise.all([second, third]);
    await turn();
    expect(held).toHaveLength(2);
  });

  it('logs a failed wake by its name and runs again', async () => {
    const { task, held, log } = heldTask();
    task.wake();
    held[0]?.fail(new Error('the database is away'));
    await turn();
    expect(log.join('')).toContain('"task":"posting"');
    task.wake();
    await turn();
    expect(held).toHaveLength(2);
    held[1]?.end();
  });

  it('tells a caller of the failure, and goes on with the run that waited', async () => {
    const { task, held } = heldTask();
    const first = task.run();
    const second = task.run();
    held[0]?.fail(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    await turn();
    held[1]?.end();
    await expect(second).resolves.toBeUndefined();
  });

  it('stops after the run in progress, which is told, and runs nothing more', async () => {
    let runs = 0;
    let told = false;
    const task = createBackgroundTask({
      name: 'processing',
      async run(signal) {
        runs += 1;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        told = signal.aborted;
      },
      log: pino({ level: 'silent' }),
    });
    task.wake();
    const waiting = task.run();
    await task.stop();
    await waiting;
    expect({ runs, told }).toEqual({ runs: 1, told: true });
    await task.run();
    expect(runs).toBe(1);
  });
});
