import type { Logger } from 'pino';

/** Work that several places ask for and that never overlaps with itself in this process. */
export interface BackgroundTask {
  /** Resolves once a run that began after this call has ended. @throws what the run throws */
  run(): Promise<void>;
  /** Asks for a run without waiting for it; a failure is logged. */
  wake(): void;
  /** Waits for the run in progress; from then on nothing runs. */
  stop(): Promise<void>;
}

/**
 * Calls during a run are answered by one more run after it, so nothing that came meanwhile is overlooked.
 * @param task.run should end soon after the signal is aborted
 */
export function createBackgroundTask(task: {
  name: string;
  run(signal: AbortSignal): Promise<void>;
  log: Logger;
}): BackgroundTask {
  const stopping = new AbortController();
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  function begin(): Promise<void> {
    const started = stopping.signal.aborted ? Promise.resolve() : task.run(stopping.signal);
    current = started.finally(() => {
      current = null;
    });
    return current;
  }

  function run(): Promise<void> {
    if (!current) return begin();
    next ??= current
      .catch(() => undefined)
      .then(() => {
        next = null;
        return begin();
      });
    return next;
  }

  return {
    run,
    wake() {
      run().catch((error: unknown) => {
        task.log.error(
          { err: error, task: task.name },
          'Background work failed; it is tried again on schedule. Check the database.',
        );
      });
    },
    async stop() {
      stopping.abort();
      await (next ?? current)?.catch(() => undefined);
    },
  };
}
