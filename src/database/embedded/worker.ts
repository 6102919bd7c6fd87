import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { EmbeddedError } from './errors.ts';
import { serveDirectory } from './served-directory.ts';
import type { WorkerReport } from './server.ts';
import type { TransactionGate } from './transaction-gate.ts';

interface ServedOptions {
  directory: string;
  gate: TransactionGate;
}

/** The engine's thread: it serves the directory that `workerData` names until a message tells it to stop. */

if (parentPort) await serve(parentPort, workerData as ServedOptions);

async function serve(port: MessagePort, options: ServedOptions): Promise<void> {
  const report = (message: WorkerReport): void => port.postMessage(message);
  try {
    const served = await serveDirectory(options);
    port.once('message', () => void served.close().then(() => port.close()));
    report({ address: served.address });
  } catch (error) {
    if (!(error instanceof EmbeddedError)) throw error;
    report({ code: error.code, message: error.message, cause: String(error.cause ?? '') });
    port.close();
  }
}
