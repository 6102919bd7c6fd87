import { CommandError } from './errors.ts';

/** Results that are fetched in batches. Cursors hold no snapshot; their number and idle time are bounded. */
export interface Cursors {
  /** Takes the first batch of `results`, and keeps the rest under an id if there is one (0 otherwise). @param staysOpen when idle */
  open(
    results: Iterator<Uint8Array>,
    namespace: string,
    batchSize: number,
    single: boolean,
    staysOpen?: boolean,
  ): Batch;
  /** @throws CommandError CursorNotFound, Unauthorized for another name space */
  next(id: bigint, namespace: string, batchSize: number): Batch;
  /** @returns whether there was such a cursor */
  kill(id: bigint): boolean;
  /** Closes cursors that nobody asked for since `idleLimit` milliseconds. */
  closeIdle(): void;
}

export interface Batch {
  readonly documents: Uint8Array[];
  /** 0 when there are no more documents. */
  readonly id: bigint;
}

interface OpenCursor {
  readonly results: Iterator<Uint8Array>;
  readonly namespace: string;
  /** A document that was read but did not fit into the batch before. */
  pending: Uint8Array | undefined;
  usedAt: number;
  readonly staysOpen: boolean;
}

/** A batch holds at most this many bytes, so that a reply stays below the largest document. */
const LARGEST_BATCH = 16 * 1024 * 1024;
const MOST_CURSORS = 2000;
const IDLE_LIMIT = 10 * 60_000;

export function createCursors(now: () => Date = () => new Date()): Cursors {
  const cursors = new Map<bigint, OpenCursor>();
  let lastId = BigInt(now().getTime()) << 16n;

  function fill(cursor: OpenCursor, batchSize: number): { documents: Uint8Array[]; exhausted: boolean } {
    const documents: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const document = cursor.pending ?? read(cursor.results);
      cursor.pending = undefined;
      if (document === undefined) return { documents, exhausted: true };
      if (documents.length >= batchSize || (documents.length > 0 && size + document.length > LARGEST_BATCH)) {
        cursor.pending = document;
        return { documents, exhausted: false };
      }
      documents.push(document);
      size += document.length;
    }
  }

  function refuseTooMany(): void {
    if (cursors.size < MOST_CURSORS) return;
    const [oldest] = cursors.keys();
    if (oldest !== undefined) cursors.delete(oldest);
  }

  return {
    open(results, namespace, batchSize, single, staysOpen = false) {
      const cursor: OpenCursor = { results, namespace, pending: undefined, usedAt: now().getTime(), staysOpen };
      // A batch of zero documents must not read any: the client only wants the cursor.
      const filled = batchSize === 0 ? { documents: [], exhausted: false } : fill(cursor, batchSize);
      if (filled.exhausted || single) return { documents: filled.documents, id: 0n };
      refuseTooMany();
      lastId += 1n;
      cursors.set(lastId, cursor);
      return { documents: filled.documents, id: lastId };
    },
    next(id, namespace, batchSize) {
      const cursor = cursors.get(id);
      if (!cursor) throw new CommandError(43, `cursor id ${id} not found`);
      if (cursor.namespace !== namespace)
        throw new CommandError(
          13,
          `Requested getMore on namespace '${namespace}', but the cursor belongs to a different one`,
        );
      cursors.delete(id);
      cursor.usedAt = now().getTime();
      const { documents, exhausted } = fill(cursor, batchSize);
      if (!exhausted) cursors.set(id, cursor);
      return { documents, id: exhausted ? 0n : id };
    },
    kill: (id) => cursors.delete(id),
    closeIdle() {
      const oldest = now().getTime() - IDLE_LIMIT;
      for (const [id, { usedAt, staysOpen }] of cursors) if (usedAt < oldest && !staysOpen) cursors.delete(id);
    },
  };
}

function read(results: Iterator<Uint8Array>): Uint8Array | undefined {
  const { done, value } = results.next();
  return done ? undefined : value;
}
