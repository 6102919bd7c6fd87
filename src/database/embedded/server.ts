import { Worker } from 'node:worker_threads';
import { EmbeddedError, type EmbeddedErrorCode } from './errors.ts';
import { createTransactionGate, shutGate, type TransactionGate } from './transaction-gate.ts';

export { EmbeddedError } from './errors.ts';

/** The running engine. */
export interface EmbeddedServer {
  /** A connection string for the official driver, naming `database`. */
  uri(database: string): string;
  /** Finishes what is running, closes all connections and the files. */
  stop(): Promise<void>;
}

/** What the engine's thread tells once: that clients can connect, or why not. */
export type WorkerReport =
  | { readonly address: string | number }
  | { readonly code: EmbeddedErrorCode; readonly message: string; readonly cause: string };

/** In milliseconds. */
const LONGEST_WAIT_AT_EXIT = 5_000;

/**
 * Starts the engine on a data directory, which is created (mode 0700) if need be. It runs on a thread of its own, because it
 * waits for the disk at every commit. Clients reach it through a Unix socket that only the owner can open; on Windows through
 * a port of the loopback interface.
 * @param options.onFailure called when the engine died after its start: the process has no database any more and should end.
 *   Without it the error is thrown where nothing can catch it, which ends the process.
 * @throws EmbeddedError `data_directory_locked` when another process holds the directory, `data_directory_unusable` when it
 *   cannot be created, written or is not a directory, `data_directory_damaged` when its files cannot be read, `engine_failed`
 *   when the engine did not start for another reason
 */
export async function startEmbeddedServer(options: {
  directory: string;
  onFailure?: (error: EmbeddedError) => void;
}): Promise<EmbeddedServer> {
  const { directory, onFailure = throwUncaught } = options;
  const gate = createTransactionGate();
  const worker = startWorker(directory, gate);
  let cause: unknown;
  worker.on('error', (error) => {
    cause = error;
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const beforeExit = () => leaveCleanly(gate);
  process.on('exit', beforeExit);
  void ended.then(() => process.off('exit', beforeExit));
  const report = await Promise.race([firstReport(worker), ended]);
  if (!report) throw new EmbeddedError('engine_failed', 'The embedded database engine did not start.', { cause });
  if ('code' in report) {
    await ended;
    throw new EmbeddedError(report.code, report.message, { cause: report.cause });
  }
  let stopping = false;
  void ended.then(() => {
    if (!stopping) onFailure(died(directory, cause));
  });
  return {
    uri: (database) => connectionString(report.address, database),
    async stop() {
      stopping = true;
      worker.postMessage('stop');
      await ended;
    },
  };
}

/**
 * `process.exit` ends the engine's thread wherever it is, which must not be in a transaction. One that takes too long is cut
 * off with the whole process, which the files survive as they survive a power cut.
 */
function leaveCleanly(gate: TransactionGate): void {
  if (!shutGate(gate, LONGEST_WAIT_AT_EXIT)) process.kill(process.pid, 'SIGKILL');
}

function firstReport(worker: Worker): Promise<WorkerReport> {
  return new Promise((resolve) => worker.once('message', resolve));
}

/** Node cannot load TypeScript by itself before version 22.18; from source, tsx has to do it in the new thread too. */
function startWorker(directory: string, gate: TransactionGate): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const execArgv = extension === 'ts' ? ['--import', typescriptLoader()] : [];
  return new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: { directory, gate }, execArgv });
}

function typescriptLoader(): string {
  const source = `import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))}; register();`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

function died(directory: string, cause: unknown): EmbeddedError {
  return new EmbeddedError(
    'engine_failed',
    `The embedded database engine on ${directory} stopped by itself. Nothing that it acknowledged is lost; start the process again.`,
    { cause },
  );
}

function throwUncaught(error: EmbeddedError): void {
  setImmediate(() => {
    throw error;
  });
}

/** A connection string for the official driver to an engine that listens at `address`. */
export function connectionString(address: string | number, database: string): string {
  const host = typeof address === 'number' ? `127.0.0.1:${address}` : encodeURIComponent(address);
  return `mongodb://${host}/${encodeURIComponent(database)}?directConnection=true`;
}
