import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { pino } from 'pino';
import { afterEach, beforeEach } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type Product, startProduct } from '../../src/start.ts';
import { newServerDatabase } from './database.ts';

export interface WholeProduct {
  /** Starts it as `npm start` would with this environment, on any free port, and waits until it is ready. */
  start(environment: Record<string, string>): Promise<Product>;
  /** All that it logged, however small. */
  log(): string;
}

/** The product with nothing but its environment, stopped and emptied after each test. */
export function useWholeProduct(): WholeProduct {
  let directory = '';
  let server: string | null = null;
  let product: Product | null = null;
  let lines: string[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sininho-whole-'));
    server = newServerDatabase();
    lines = [];
  });

  afterEach(async () => {
    await product?.stop();
    product = null;
    if (server) {
      const connection = await mongoose.createConnection(server).asPromise();
      await connection.dropDatabase();
      await connection.close();
    }
    await rm(directory, { recursive: true, force: true });
  });

  return {
    async start(environment) {
      const config = readConfig({
        PORT: '0',
        DATA_DIR: directory,
        ...(server ? { MONGODB_URI: server } : {}),
        ...environment,
      });
      product = await startProduct(config, pino({ level: 'trace' }, { write: (line) => lines.push(line) }));
      await product.ready;
      return product;
    },
    log: () => lines.join(''),
  };
}

/** What `/readyz` says. */
export async function readinessAt(address: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${address}/readyz`);
  return { status: response.status, body: await response.json() };
}

/** Sends a body to a webhook URL as a checkout does. */
export async function postWebhook(url: string, body: unknown): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.status;
}
