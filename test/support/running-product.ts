import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type Product, startProduct } from '../../src/start.ts';
import { newServerDatabase } from './database.ts';

export const ADMIN_KEY = 'an-admin-key-for-tests';

export interface ApiRequest {
  /** Sent as JSON, unless it is text already. */
  body?: unknown;
  /** Null: no key. */
  key?: string | null;
  workspace?: string;
  headers?: Record<string, string>;
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The body read as JSON; what it holds is for the test to say. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared with what they should be, and nothing is built on their types
  json: any;
}

export interface RunningProduct {
  /** `http://localhost:PORT` */
  readonly address: string;
  /** All lines that were logged, at every level. */
  readonly log: string[];
  /** A request to a path below `/api/v1`. */
  api(method: string, path: string, request?: ApiRequest): Promise<ApiAnswer>;
}

/** The whole product, listening on a port of its own, for the tests of one file; on the database server when one is named. */
export function useRunningProduct(): RunningProduct {
  const log: string[] = [];
  let directory = '';
  let server: string | null = null;
  let product: Product | null = null;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sininho-product-'));
    server = newServerDatabase();
    const environment = {
      PORT: '0',
      DATA_DIR: directory,
      ADMIN_API_KEY: ADMIN_KEY,
      ...(server ? { MONGODB_URI: server } : {}),
    };
    product = await startProduct(
      readConfig(environment),
      pino({ level: 'trace' }, { write: (line) => log.push(line) }),
    );
    await product.ready;
  });

  afterAll(async () => {
    await product?.stop();
    if (server) {
      const connection = await mongoose.createConnection(server).asPromise();
      await connection.dropDatabase();
      await connection.close();
    }
    await rm(directory, { recursive: true, force: true });
  });

  function address(): string {
    if (!product) throw new Error('The product runs only while tests run');
    return product.localUrl;
  }

  return {
    log,
    get address() {
      return address();
    },
    async api(method, path, { body, key = ADMIN_KEY, workspace, headers } = {}) {
      const response = await fetch(`${address()}/api/v1${path}`, {
        method,
        headers: {
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
          ...(workspace === undefined ? {} : { 'sininho-workspace': workspace }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
    },
  };
}
