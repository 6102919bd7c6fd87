import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startProductProcess } from '../../test/support/product-process.ts';

const ADMIN_KEY = 'admin-key-for-the-bench';
const LOOK_AGAIN_MILLISECONDS = 50;

/** The product as people run it, in a process of its own with a database of its own. */
export interface BenchProduct {
  /** `http://localhost:PORT` */
  readonly address: string;
  /** Calls the admin API. @param path below `/api/v1` @throws Error when it is refused */
  call<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** Lets `use` have a product that is ready, and takes it away again. */
export async function withProduct<Result>(
  environment: Record<string, string>,
  use: (product: BenchProduct) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'sininho-bench-'));
  const process = startProductProcess({ DATA_DIR: directory, ADMIN_API_KEY: ADMIN_KEY, ...environment });
  try {
    const address = await process.ready;
    await untilReady(address);
    return await use({ address, call: (method, path, body) => callAdminApi(address, method, path, body) });
  } finally {
    process.signal('SIGTERM');
    await process.exited;
    await rm(directory, { recursive: true, force: true });
  }
}

/** @returns the address that a new store's deliveries are sent to, and its id */
export async function newBenchStore(product: BenchProduct, name: string): Promise<{ id: string; webhookUrl: string }> {
  return await product.call('POST', '/stores', { name, platform: 'assiny' });
}

/** @throws Error when it is not taken */
export async function sendDelivery(webhookUrl: string, payload: unknown): Promise<void> {
  const response = await fetch(webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`A delivery was answered ${response.status}`);
}

async function untilReady(address: string): Promise<void> {
  for (;;) {
    const { status } = await fetch(`${address}/readyz`);
    if (status === 200) return;
    await pause(LOOK_AGAIN_MILLISECONDS);
  }
}

async function callAdminApi<Answer>(address: string, method: string, path: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${address}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
