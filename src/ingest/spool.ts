import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import type { Logger } from 'pino';

/** A request that was answered 2xx while the database was away. */
export interface SpooledRequest {
  /** The id that its delivery will have, hex. */
  id: string;
  platform: string;
  token: string;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  headers: [string, string][];
  rawBody: Buffer;
}

/** The disk space that waiting requests may take, in bytes. */
const MAXIMUM_BYTES = 1024 ** 3;

export class SpoolFullError extends Error {
  constructor() {
    super(`The spool holds ${MAXIMUM_BYTES} bytes of requests and takes no more`);
    this.name = 'SpoolFullError';
  }
}

export interface Spool {
  /** Resolves once the request is on the disk. @throws SpoolFullError, or what the disk says */
  add(request: SpooledRequest): Promise<void>;
  /** The oldest waiting requests. */
  peek(limit: number): SpooledRequest[];
  remove(ids: readonly string[]): Promise<void>;
  size(): number;
  close(): Promise<void>;
}

/** Keeps webhook requests on this machine's disk while the database is away. */
export async function openSpool(options: { directory: string; maximumBytes?: number }): Promise<Spool> {
  const directory = join(options.directory, 'spool');
  const maximumBytes = options.maximumBytes ?? MAXIMUM_BYTES;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const database: RootDatabase<SpooledRequest, string> = open({ path: directory, maxDbs: 1 });
  let bytes = 0;
  for (const { value } of database.getRange()) bytes += value.rawBody.length;

  return {
    async add(request) {
      if (bytes + request.rawBody.length > maximumBytes) throw new SpoolFullError();
      bytes += request.rawBody.length;
      await database.put(request.id, request);
      await database.flushed;
    },
    peek(limit) {
      return [...database.getRange({ limit })].map(({ value }) => value);
    },
    async remove(ids) {
      for (const id of ids) bytes -= database.get(id)?.rawBody.length ?? 0;
      await database.batch(() => {
        for (const id of ids) database.remove(id);
      });
      await database.flushed;
    },
    size: () => database.getKeysCount(),
    close: () => database.close(),
  };
}

/**
 * Moves spooled requests into the database, oldest first. A request that was already stored is not stored twice: its
 * delivery's id was chosen when it came.
 * @param store keeps a batch; rejects while the database is away
 */
export async function drainSpool(
  spool: Spool,
  store: (batch: readonly SpooledRequest[]) => Promise<void>,
  log: Logger,
): Promise<void> {
  const batchSize = 200;
  for (let batch = spool.peek(batchSize); batch.length > 0; batch = spool.peek(batchSize)) {
    await store(batch);
    await spool.remove(batch.map(({ id }) => id));
    log.info({ requests: batch.length }, 'Requests that were spooled while the database was away are worked off');
  }
}
