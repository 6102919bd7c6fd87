import { vi } from 'vitest';

/** Longer than anything takes on a busy machine; what never comes true fails the test in the end. */
const PATIENCE_MILLISECONDS = 20_000;

/** Waits until an assertion holds. @throws what it threw last, when it does not come to hold */
export async function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return await vi.waitFor(assertion, { timeout: PATIENCE_MILLISECONDS, interval: 10 });
}
