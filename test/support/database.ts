import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { createIndexes, type Database, openDatabase } from '../../src/database/connection.ts';

export interface TestDatabase {
  connection: Connection;
  /** Creates the indexes of the models made so far; call it once the services under test exist. */
  prepare(): Promise<void>;
}

/** The server that `TEST_MONGODB_URI` names, with a database name of its own in the path. */
function serverUri(server: string): string {
  const uri = new URL(server);
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
    const server = process.env.TEST_MONGODB_URI;
    database = await openDatabase({
      uri: server ? serverUri(server) : null,
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
  };
}
