import type { Connection } from 'mongoose';
import { vi } from 'vitest';

const WRITES = ['insertOne', 'insertMany', 'bulkWrite', 'updateOne', 'updateMany'] as const;

/**
 * Makes the `step`th write on any collection fail, as a lost connection would.
 * @param when `after`: the write took effect although the caller is told that it failed
 * @returns how many writes were seen so far
 */
export function interruptWrite(
  connection: Connection,
  step: number,
  when: 'before' | 'after',
  error: Error,
): () => number {
  return failWrites(connection, WRITES, error, {
    fails: (call) => call === step,
    tookEffect: () => when === 'after',
  });
}

/**
 * Lets nothing be written from the `step`th write on, as if the process had been killed there, until mocks are restored.
 * @param when `after`: that write still took effect
 * @returns how many writes were tried so far
 */
export function killAtWrite(connection: Connection, step: number, when: 'before' | 'after'): () => number {
  const methods = [...WRITES, 'findOneAndUpdate'] as const;
  return failWrites(connection, methods, new Error('killed'), {
    fails: (call) => call >= step,
    tookEffect: (call) => when === 'after' && call === step,
  });
}

function failWrites(
  connection: Connection,
  methods: readonly ((typeof WRITES)[number] | 'findOneAndUpdate')[],
  error: Error,
  which: { fails(call: number): boolean; tookEffect(call: number): boolean },
): () => number {
  let calls = 0;
  for (const { collection } of Object.values(connection.models)) {
    for (const method of methods) {
      const original = collection[method].bind(collection) as (...parameters: unknown[]) => Promise<unknown>;
      vi.spyOn(collection, method).mockImplementation((async (...parameters: unknown[]) => {
        calls += 1;
        const call = calls;
        if (!which.fails(call)) return await original(...parameters);
        if (which.tookEffect(call)) await original(...parameters);
        throw error;
      }) as never);
    }
  }
  return () => calls;
}
