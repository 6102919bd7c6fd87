import { type Database, open, type RootDatabase, type Transaction } from 'lmdb';
import { CommandError } from './errors.ts';
import { inTransaction, type TransactionGate } from './transaction-gate.ts';

/** Bytes in, bytes out; keys compare as memcmp. */
export type Store = Database<Uint8Array, Uint8Array>;

/**
 * The three ordered maps of the engine, in one LMDB environment, so that one transaction changes them together.
 *
 * Writes: `write` queues a function; all functions queued by then run one after another in one transaction, which is flushed
 * to the disk before any of them is acknowledged. Functions therefore see each other's changes and never run at the same time.
 * The commit is synchronous: while it flushes, nothing else runs on this thread, so a read never sees a state that a crash
 * could still undo. That is why the engine lives on a thread of its own.
 */
export interface Storage {
  /** `collection id (4) · record id (6)` → document, as BSON. */
  readonly documents: Store;
  /** `index id (4) · key` → record id (unique index), or `index id (4) · key · record id (6)` → nothing (any other). */
  readonly entries: Store;
  /** Names → descriptions of collections and indexes, as BSON. */
  readonly catalog: Store;
  /**
   * Runs `work` in the next transaction. It resolves with its result once the transaction is on the disk.
   * A CommandError of `work` rejects this call alone, and `work` must not have changed anything before it throws one.
   * Any other error of `work` undoes its changes and rejects this call; the others of the transaction then run again, so `work`
   * must keep no state of its own between runs. When the transaction cannot be committed, every call in it is rejected.
   */
  write<T>(work: () => T): Promise<T>;
  /** Inside `write`: runs `work` so that everything it changed is undone when it throws. */
  attempt<T>(work: () => T): T;
  /** Called after a transaction was aborted: what is held in memory may be ahead of the store. */
  onAbort(listener: () => void): void;
  /**
   * Forgets the readers of processes that were killed: while LMDB counts on them, no space that becomes free is used again.
   * Opening the store does so as well.
   */
  forgetDeadReaders(): void;
  /** Finishes queued writes and closes the files. */
  close(): Promise<void>;
}

interface QueuedWrite {
  run(): () => void;
  reject(error: unknown): void;
}

const MAXIMUM_NAMED_STORES = 8;
/** A transaction takes at most this many writes, so that clients in a long queue are answered step by step. */
const WRITES_PER_TRANSACTION = 1000;

/** Opens (or creates) the store in `directory`. Its transactions run inside `gate`. */
export function openStorage(directory: string, gate: TransactionGate): Storage {
  const root: RootDatabase = open({
    path: directory,
    maxDbs: MAXIMUM_NAMED_STORES,
    // The flush belongs to the commit: what is committed is on the disk.
    overlappingSync: false,
    // Pages in memory may hold parts of other documents; they must not reach the file.
    noMemInit: false,
  });
  const openStore = (name: string): Store => root.openDB({ name, keyEncoding: 'binary', encoding: 'binary' });
  const [documents, entries, catalog] = inTransaction(
    gate,
    () => [openStore('documents'), openStore('entries'), openStore('catalog')] as const,
  );
  const abortListeners: (() => void)[] = [];
  let queue: QueuedWrite[] = [];
  let scheduled = false;
  let idle: (() => void)[] = [];

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(runQueue);
  }

  function runQueue(): void {
    scheduled = false;
    let batch: readonly QueuedWrite[] = queue.splice(0, WRITES_PER_TRANSACTION);
    while (batch.length > 0) batch = commit(batch);
    if (queue.length > 0) schedule();
    else for (const resume of idle.splice(0)) resume();
  }

  /** Runs a batch in one transaction. @returns the writes that have to run again without the one that aborted it */
  function commit(batch: readonly QueuedWrite[]): readonly QueuedWrite[] {
    const acknowledge: (() => void)[] = [];
    let running: QueuedWrite | undefined;
    try {
      inTransaction(gate, () =>
        root.transactionSync(() => {
          for (running of batch) acknowledge.push(running.run());
          running = undefined;
        }),
      );
    } catch (error) {
      for (const listener of abortListeners) listener();
      return rejected(batch, running, error);
    }
    for (const answer of acknowledge) answer();
    return [];
  }

  function rejected(
    batch: readonly QueuedWrite[],
    culprit: QueuedWrite | undefined,
    error: unknown,
  ): readonly QueuedWrite[] {
    if (culprit && !isDiskFull(error)) {
      culprit.reject(error);
      return batch.filter((queued) => queued !== culprit);
    }
    const answer = commitError(error);
    for (const queued of batch) queued.reject(answer);
    return [];
  }

  function write<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      queue.push({
        reject,
        run() {
          try {
            const result = work();
            return () => resolve(result);
          } catch (error) {
            if (error instanceof CommandError) return () => reject(error);
            throw error;
          }
        },
      });
      schedule();
    });
  }

  async function close(): Promise<void> {
    if (scheduled) await new Promise<void>((resolve) => idle.push(resolve));
    queue = [];
    idle = [];
    await root.close();
  }

  return {
    documents,
    entries,
    catalog,
    write,
    attempt: (work) => root.transactionSync(work),
    onAbort(listener) {
      abortListeners.push(listener);
    },
    forgetDeadReaders() {
      root.readerCheck();
    },
    close,
  };
}

/** What a client is told when a transaction could not be committed. Nothing of it was kept. */
function commitError(error: unknown): CommandError {
  const message = error instanceof Error ? error.message : String(error);
  return isDiskFull(error)
    ? new CommandError(
        14031,
        'The disk is full or takes no more; nothing of this command was stored. Free some space and try again.',
      )
    : new CommandError(1, `The write could not be stored: ${message}`);
}

/** LMDB calls it an input/output error when a part of its data still found room (`mdb_page_flush`: "short write"). */
function isDiskFull(error: unknown): boolean {
  return (
    error instanceof Error &&
    /no space|file too large|input\/output error|ENOSPC|EFBIG|EIO|MDB_MAP_FULL|MDB_PROBLEM/i.test(error.message)
  );
}

/** Entries fetched per step of a scan. Between steps no cursor and no snapshot stays open. */
const FIRST_STEP = 32;
const LARGEST_STEP = 1024;

/** A range of keys: from `start` (included) to `end` (excluded). */
export interface KeyRange {
  readonly start: Buffer;
  readonly end: Buffer;
}

/** One key with its value; the value is missing when the scan was asked for keys alone. */
export interface StoredEntry {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
}

/**
 * Walks a range in order. The range is read in steps, each from the then current state, so a scan may stay open for long
 * without keeping old pages alive; what changes behind it is not seen again, what changes ahead of it is.
 * @param options.transaction reads the state of this snapshot at every step instead
 */
export function* scanRange(
  store: Store,
  range: KeyRange,
  options: { reverse: boolean; values: boolean; transaction?: Transaction },
): Generator<StoredEntry> {
  let from = options.reverse ? range.end : range.start;
  const to = options.reverse ? range.start : range.end;
  let exclusiveStart = options.reverse;
  let step = FIRST_STEP;
  for (;;) {
    const request = {
      start: from,
      end: to,
      reverse: options.reverse,
      limit: step,
      exclusiveStart,
      inclusiveEnd: options.reverse,
      ...(options.transaction && { transaction: options.transaction }),
    };
    const found: StoredEntry[] = options.values
      ? [...store.getRange(request)]
      : Array.from(store.getKeys(request), (key) => ({ key }));
    yield* found;
    const last = found.at(-1);
    if (found.length < step || last === undefined) return;
    from = Buffer.from(last.key);
    exclusiveStart = true;
    step = Math.min(step * 2, LARGEST_STEP);
  }
}
