import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { createIndexes, type Database, openDatabase } from '../../src/database/connection.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/database/embedded/server.ts';

export interface TestDatabase {
  connection: Connection;
  /** Creates the indexes of the models made so far; call it once the services under test exist. */
  prepare(): Promise<void>;
  /** Takes away all that there is. */
  empty(): Promise<void>;
}

/** A new database on the server that `TEST_MONGODB_URI` names, or null when the suite runs on the embedded engine. */
export function newServerDatabase(): string | null {
  if (!process.env.TEST_MONGODB_URI) return null;
  const uri = new URL(process.env.TEST_MONGODB_URI);
  uri.pathname = `/test_${randomUUID().replaceAll('-', '')}`;
  return uri.toString();
}

/**
 * A database for the tests of one file: on the server of `TEST_MONGODB_URI`, else on the embedded engine.
 * It is dropped at the end.
 */
export function useTestDatabase(): TestDatabase {
  let database: Database | null = null;
  let directory = '';

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sininho-test-'));
    database = await openDatabase({
      uri: newServerDatabase(),
      directory,
      log: pino({ level: 'silent' }),
    });
    await database.connected;
  });

  afterAll(async () => {
    await database?.connection.dropDatabase();
    await database?.close();
    await rm(directory, { recursive: true, force: true });
  });

  return {
    get connection() {
      if (!database) throw new Error('The test database is there only while tests run');
      return database.connection;
    },
    async prepare() {
      await createIndexes(this.connection);
    },
    async empty() {
      const { connection } = this;
      for (const { name } of await connection.listCollections()) await connection.collection(name).deleteMany({});
    },
  };
}

export interface SharedDatabase {
  /** For `MONGODB_URI`. */
  readonly uri: string;
  /** A connection of its own, as another process would have it. */
  open(): Promise<Database>;
}

/** One database for several processes in the tests of a file: on the server of `TEST_MONGODB_URI`, else on an embedded engine. It is dropped at the end. */
export function useSharedDatabase(): SharedDatabase {
  const opened: Database[] = [];
  let directory = '';
  let engine: EmbeddedServer | null = null;
  let uri = '';

  async function open(): Promise<Database> {
    const database = await openDatabase({ uri, directory, log: pino({ level: 'silent' }) });
    opened.push(database);
    await database.connected;
    return database;
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sininho-test-'));
    const server = newServerDatabase();
    engine = server === null ? await startEmbeddedServer({ directory }) : null;
    uri = server ?? engine?.uri('test_shared') ?? '';
  });

  afterAll(async () => {
    const { connection } = await open();
    await connection.dropDatabase();
    for (const database of opened) await database.close();
    await engine?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  return {
    get uri() {
      return uri;
    },
    open,
  };
}
