import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Db, MongoClient } from 'mongodb';
import { serveDirectory } from '../../../src/database/embedded/served-directory.ts';
import { connectionString } from '../../../src/database/embedded/server.ts';

/** An engine on a directory of its own with a connected client, for one test file. */
export interface EngineUnderTest {
  readonly address: string | number;
  readonly uri: string;
  readonly client: MongoClient;
  readonly db: Db;
  /** What the engine does every minute by itself. */
  maintain(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an engine on the thread of the test, so that the test can set its clock. */
export async function startEngine(options: { now?: () => Date } = {}): Promise<EngineUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
  const served = await serveDirectory({ ...options, directory });
  const uri = connectionString(served.address, 'test');
  const client = await MongoClient.connect(uri);
  return {
    address: served.address,
    uri,
    client,
    db: client.db(),
    maintain: () => served.maintain(),
    async stop() {
      await client.close();
      await served.close();
      await rm(directory, { recursive: true });
    },
  };
}
