import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Db, MongoClient } from 'mongodb';
import { type EmbeddedServer, startEmbeddedServer } from '../../../src/database/embedded/server.ts';

/** A server on a directory of its own with a connected client, for one test file. */
export interface EngineUnderTest {
  readonly directory: string;
  readonly server: EmbeddedServer;
  readonly client: MongoClient;
  readonly db: Db;
  stop(): Promise<void>;
}

export async function startEngine(): Promise<EngineUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-test-'));
  const server = await startEmbeddedServer({ directory });
  const client = await MongoClient.connect(server.uri('test'));
  return {
    directory,
    server,
    client,
    db: client.db(),
    async stop() {
      await client.close();
      await server.stop();
      await rm(directory, { recursive: true });
    },
  };
}
