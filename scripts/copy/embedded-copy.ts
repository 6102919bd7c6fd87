import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_NAME } from '../../src/database/connection.ts';
import { lockDirectory } from '../../src/database/embedded/lock.ts';
import { openSnapshot } from '../../src/database/embedded/snapshot.ts';
import { CopyError, indexesToCopy, isKept, type OpenCopy } from './database-copy.ts';

/**
 * The embedded database as it is at this moment; the product may go on writing meanwhile.
 * @param dataDirectory the product's DATA_DIR
 * @throws CopyError when there is none, EmbeddedError when its files are damaged
 */
export function openEmbeddedCopy(dataDirectory: string, now: () => Date = () => new Date()): OpenCopy {
  const startedAt = now();
  const snapshot = openSnapshot(directoryOf(dataDirectory), DATABASE_NAME);
  const collections = snapshot.collections.filter(({ name }) => isKept(name));
  return {
    ofOneMoment: true,
    startedAt,
    collections: collections.map(({ name, documents }) => ({ name, documents })),
    indexes: collections.flatMap(({ name, indexes }) => indexesToCopy(name, indexes)),
    *documents() {
      for (const { name } of collections) {
        for (const bytes of snapshot.documents(name)) yield { collection: name, bytes };
      }
    },
    close: () => snapshot.close(),
  };
}

/**
 * The embedded database, which nothing writes to until the copy is closed.
 * @throws CopyError when there is none, EmbeddedError when it is in use or its files are damaged
 */
export async function openIdleEmbeddedCopy(dataDirectory: string): Promise<OpenCopy> {
  const lock = await lockDirectory(directoryOf(dataDirectory));
  try {
    const copy = openEmbeddedCopy(dataDirectory);
    return {
      ...copy,
      async close() {
        await copy.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function directoryOf(dataDirectory: string): string {
  const directory = join(dataDirectory, 'database');
  if (existsSync(join(directory, 'data'))) return directory;
  throw new CopyError(
    `There is no embedded database in ${dataDirectory}. Check DATA_DIR, or set MONGODB_URI when the data is on a server.`,
  );
}
