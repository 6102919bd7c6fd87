import type { Connection } from 'mongoose';
import { vi } from 'vitest';

const WRITES = ['insertOne', 'insertMany', 'bulkWrite', 'updateOne', 'updateMany'] as const;

/**
 * Makes the `step`th write on any collection fail, as a lost connection would.
 * @param when `after`: the write took effect although the caller is told that it failed
 * @param forGood whether all writes after it fail too, as those of a process that died
 * @returns how many writes were seen so far
 */
export function interruptWrite(
  connection: Connection,
  step: number,
  when: 'before' | 'after',
  error: Error,
  forGood = false,
): () => number {
  let calls = 0;
  for (const { collection } of Object.values(connection.models)) {
    for (const method of WRITES) {
      const original = collection[method].bind(collection) as (...parameters: unknown[]) => Promise<unknown>;
      vi.spyOn(collection, method).mockImplementation((async (...parameters: unknown[]) => {
        calls += 1;
        const call = calls;
        if (call < step || (call > step && !forGood)) return await original(...parameters);
        if (call === step && when === 'after') await original(...parameters);
        throw error;
      }) as never);
    }
  }
  return () => calls;
}
