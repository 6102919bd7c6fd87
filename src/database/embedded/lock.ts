import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { open } from 'lmdb';
import { checkDataFile } from './data-file.ts';
import { EmbeddedError } from './errors.ts';
import { socketDirectory } from './socket-path.ts';
import { createTransactionGate, inTransaction, type TransactionGate } from './transaction-gate.ts';

/**
 * One process per data directory. The holder listens on a socket of its own, which the kernel closes when the process dies,
 * however it dies. The address of that socket is kept in a small LMDB environment, whose write transactions exclude each other
 * between processes: of several processes that find a dead holder, exactly one can put its own address in its place.
 */
export interface DirectoryLock {
  release(): Promise<void>;
}

const HOLDER = 'holder';

/** @throws EmbeddedError data_directory_locked, or data_directory_damaged when the record of the holder cannot be read */
export async function lockDirectory(
  directory: string,
  gate: TransactionGate = createTransactionGate(),
): Promise<DirectoryLock> {
  const recordsDirectory = join(directory, 'lock');
  checkDataFile(recordsDirectory);
  const address = presenceAddress(directory);
  const server = await listen(address);
  const records = open<string, string>({ path: recordsDirectory, encoding: 'string', overlappingSync: false });
  try {
    for (;;) {
      const holder = records.get(HOLDER);
      if (holder !== undefined && (await answers(holder))) throw locked(directory);
      const claimed = inTransaction(gate, () =>
        records.transactionSync(() => {
          if (records.get(HOLDER) !== holder) return false;
          records.putSync(HOLDER, address);
          return true;
        }),
      );
      if (!claimed) continue;
      if (holder !== undefined && process.platform !== 'win32') rmSync(holder, { force: true });
      return { release: () => release(server, records) };
    }
  } catch (error) {
    await release(server, records);
    throw error;
  }
}

function presenceAddress(directory: string): string {
  const name = `lock-${randomUUID().slice(0, 8)}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(socketDirectory(directory), name);
}

function listen(address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(address, () => resolve(server));
  });
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // A holder that is too busy to accept is still there; only a missing or dead socket means that it is gone.
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}

async function release(server: Server, records: { close(): Promise<void> }): Promise<void> {
  await records.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function locked(directory: string): EmbeddedError {
  return new EmbeddedError(
    'data_directory_locked',
    `Another process is using the data directory ${directory}. Stop it, or choose another DATA_DIR.`,
  );
}
