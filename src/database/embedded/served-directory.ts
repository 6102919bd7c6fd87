import { accessSync, constants, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createEngine } from './engine.ts';
import { EmbeddedError } from './errors.ts';
import { listen } from './listener.ts';
import { lockDirectory } from './lock.ts';
import { socketDirectory } from './socket-path.ts';
import { createTransactionGate, type TransactionGate } from './transaction-gate.ts';

/** An engine that serves a data directory from the thread it was started on. */
export interface ServedDirectory {
  /** The path of a Unix socket, or a port of the loopback interface. */
  readonly address: string | number;
  /** Removes expired documents, the remains of dropped collections, idle cursors and what killed readers left, as happens every minute. */
  maintain(): Promise<void>;
  /** Finishes what is running, closes all connections and the files, and gives the lock back. */
  close(): Promise<void>;
}

const MAINTENANCE_INTERVAL = 60_000;

/**
 * Locks a data directory, which is created (mode 0700) if need be, opens the engine on it and listens: on a Unix socket that
 * only the owner can open, or on Windows on a port of the loopback interface.
 * @param options.gate what another thread shuts before it ends this one
 * @throws EmbeddedError when the directory is locked, cannot be used, or holds damaged files
 */
export async function serveDirectory(options: {
  directory: string;
  gate?: TransactionGate;
  now?: () => Date;
}): Promise<ServedDirectory> {
  const { gate = createTransactionGate() } = options;
  const directory = resolve(options.directory);
  prepareDirectory(directory);
  const lock = await lockDirectory(directory, gate);
  try {
    const engine = createEngine({ ...options, gate, directory: join(directory, 'data') });
    const listener = await listen(engine, socketAddress(directory));
    const maintenance = setInterval(() => {
      // A clean-up that failed is tried again in a minute, and nothing depends on it.
      engine
        .maintain()
        .catch((error: unknown) => process.emitWarning(`The database's clean-up failed: ${String(error)}`));
    }, MAINTENANCE_INTERVAL);
    maintenance.unref();
    return {
      address: listener.address,
      maintain: () => engine.maintain(),
      async close() {
        clearInterval(maintenance);
        await listener.close();
        await engine.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function socketAddress(directory: string): string | 0 {
  if (process.platform === 'win32') return 0;
  const path = join(socketDirectory(directory), 'engine.sock');
  // Whatever is left there is of a process that died: the lock is held.
  rmSync(path, { force: true });
  return path;
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
