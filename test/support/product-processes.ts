import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterEach, beforeEach } from 'vitest';
import { newServerDatabase } from './database.ts';
import { type ProductProcess, startProductProcess } from './product-process.ts';

export interface ProductProcesses {
  /** A directory of the test's own. */
  readonly directory: string;
  /** Starts a process that does not outlive the test. */
  start(environment: Record<string, string>): ProductProcess;
  /** The setting that names a new database on whichever server the suite runs; none for the embedded engine. */
  newDatabase(): Record<string, string>;
}

/** Products as people start them; after each test they, their databases and their directory are gone. */
export function useProductProcesses(): ProductProcesses {
  let directory = '';
  let running: ProductProcess[] = [];
  let databases: string[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sininho-process-'));
    running = [];
    databases = [];
  });

  afterEach(async () => {
    for (const product of running) product.signal('SIGKILL');
    await Promise.all(running.map(({ exited }) => exited));
    for (const uri of databases) {
      const connection = await mongoose.createConnection(uri).asPromise();
      await connection.dropDatabase();
      await connection.close();
    }
    await rm(directory, { recursive: true, force: true });
  });

  return {
    get directory() {
      return directory;
    },
    start(environment) {
      const product = startProductProcess(environment);
      running.push(product);
      return product;
    },
    newDatabase() {
      const uri = newServerDatabase();
      if (uri === null) return {};
      databases.push(uri);
      return { MONGODB_URI: uri };
    },
  };
}
