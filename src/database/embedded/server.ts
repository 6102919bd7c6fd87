import { accessSync, constants, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createEngine } from './engine.ts';
import { EmbeddedError } from './errors.ts';
import { listen } from './listener.ts';
import { lockDirectory } from './lock.ts';
import { socketDirectory } from './socket-path.ts';

export { EmbeddedError } from './errors.ts';

/** The running engine. */
export interface EmbeddedServer {
  /** A connection string for the official driver, naming `database`. */
  uri(database: string): string;
  /** Finishes what is running, closes all connections and the files. */
  stop(): Promise<void>;
}

/** How often expired documents and the remains of dropped collections are removed, in milliseconds. */
const MAINTENANCE_INTERVAL = 60_000;

/**
 * Starts the engine on a data directory, which is created (mode 0700) if need be. Clients reach it through a Unix socket that
 * only the owner can open; on Windows through a port of the loopback interface.
 * @throws EmbeddedError `data_directory_locked` when another process holds the directory, `data_directory_unusable` when it
 *   cannot be created, written or is not a directory
 */
export async function startEmbeddedServer(options: { directory: string }): Promise<EmbeddedServer> {
  const directory = resolve(options.directory);
  prepareDirectory(directory);
  const lock = await lockDirectory(directory);
  const engine = createEngine({ directory: join(directory, 'data') });
  const address = process.platform === 'win32' ? 0 : join(socketDirectory(directory), 'engine.sock');
  // Whatever is left there is of a process that died: the lock is held.
  if (typeof address === 'string') rmSync(address, { force: true });
  const listener = await listen(engine, address);
  const maintenance = setInterval(() => void engine.maintain().catch(() => undefined), MAINTENANCE_INTERVAL);
  maintenance.unref();
  return {
    uri: (database) => connectionString(listener.address, database),
    async stop() {
      clearInterval(maintenance);
      await listener.close();
      await engine.close();
      await lock.release();
    },
  };
}

function connectionString(address: string | number, database: string): string {
  const host = typeof address === 'number' ? `127.0.0.1:${address}` : encodeURIComponent(address);
  return `mongodb://${host}/${encodeURIComponent(database)}?directConnection=true`;
}

function prepareDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new EmbeddedError(
      'data_directory_unusable',
      `The data directory ${directory} cannot be used. It has to be a directory that this user may write; check DATA_DIR and its permissions.`,
      { cause },
    );
  }
}
