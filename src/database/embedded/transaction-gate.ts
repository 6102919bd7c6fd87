/**
 * Keeps the process from ending the engine's thread in the middle of a transaction. A thread that ends there takes its
 * presence in the data directory with it (see lock.ts), but then waits for ever for the transaction that nobody ends: the
 * process hangs, and whoever opens the directory after it waits for the same transaction. It is a number that the engine's
 * thread and the one that started it share.
 */
export type TransactionGate = Int32Array;

const FREE = 0;
/** Two bits: whether a transaction runs, and whether another may begin. */
const IN_TRANSACTION = 1;
const SHUT = 2;

export function createTransactionGate(): TransactionGate {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** The engine's thread: runs `work` while the gate cannot be shut. Once it is shut, this waits until the thread is ended. */
export function inTransaction<T>(gate: TransactionGate, work: () => T): T {
  while (Atomics.compareExchange(gate, 0, FREE, IN_TRANSACTION) !== FREE) Atomics.wait(gate, 0, SHUT);
  try {
    return work();
  } finally {
    Atomics.and(gate, 0, SHUT);
    Atomics.notify(gate, 0);
  }
}

/**
 * The other thread: lets no further transaction begin, and waits for the end of the one that runs.
 * @param patience in milliseconds
 * @returns whether none runs any more; `false` when it took longer than `patience`
 */
export function shutGate(gate: TransactionGate, patience: number): boolean {
  Atomics.or(gate, 0, SHUT);
  return Atomics.wait(gate, 0, IN_TRANSACTION | SHUT, patience) !== 'timed-out';
}
