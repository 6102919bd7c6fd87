import { join } from 'node:path';
import type { Config } from '../../src/config.ts';
import { DATABASE_NAME } from '../../src/database/connection.ts';
import { startEmbeddedServer } from '../../src/database/embedded/server.ts';
import type { OpenCopy } from './database-copy.ts';
import { openEmbeddedCopy } from './embedded-copy.ts';
import { connectToServer, type Server } from './server.ts';
import { openServerCopy } from './server-copy.ts';

/** The product's data, to be read, wherever its configuration says that it is. */
export async function openProductCopy({ mongodbUri, dataDirectory }: Config): Promise<OpenCopy> {
  return mongodbUri === null ? openEmbeddedCopy(dataDirectory) : await openServerCopy(mongodbUri);
}

/**
 * The product's database, to be written to.
 * @throws EmbeddedError when the embedded database is in use
 */
export async function openProductDatabase({ mongodbUri, dataDirectory }: Config): Promise<Server> {
  if (mongodbUri !== null) return await connectToServer(mongodbUri);
  const engine = await startEmbeddedServer({ directory: join(dataDirectory, 'database') });
  const { database, close } = await connectToServer(engine.uri(DATABASE_NAME));
  return {
    database,
    async close() {
      await close();
      await engine.stop();
    },
  };
}
