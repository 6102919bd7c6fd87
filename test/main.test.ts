import { stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assinyPayload } from '../scripts/simulate/assiny-payload.ts';
import type { ProductProcess } from './support/product-process.ts';
import { useProductProcesses } from './support/product-processes.ts';

const processes = useProductProcesses();

function start(environment: Record<string, string> = {}): ProductProcess {
  return processes.start({ DATA_DIR: processes.directory, ...environment });
}

interface Client {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
}

function clientOf(address: string, key: string): Client {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  async function ask<T>(path: string, init: RequestInit): Promise<T> {
    const response = await fetch(`${address}/api/v1${path}`, { ...init, headers });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
  return {
    get: (path) => ask(path, {}),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}

async function allPages<T>(client: Client, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: T[]; nextCursor: string | null } = await client.get(
      `${path}?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
    );
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

describe('a start that cannot work says why and what to do', () => {
  test('every problem of the configuration at once', async () => {
    const product = start({
      PORT: 'http',
      LOG_LEVEL: 'loud',
      DEFAULT_TIMEZONE: 'Brasilia',
      MONGODB_URI: 'postgres://x',
    });
    expect(await product.exited).toBe(78);
    for (const name of ['PORT', 'LOG_LEVEL', 'DEFAULT_TIMEZONE', 'MONGODB_URI']) {
      expect(product.output()).toMatch(new RegExp(`- ${name} must`));
    }
    expect(product.output()).not.toContain('    at ');
  });

  test('a port in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const product = start({ PORT: String(port) });
    expect(await product.exited).toBe(69);
    expect(product.output()).toContain(`Port ${port} is in use`);
    expect(product.output()).toContain(`PORT=${port + 1} npm start`);
    expect(product.output()).not.toContain('    at ');
    other.close();
  });

  test('a first start that fails has told the admin key that the next start takes', async () => {
    const database = processes.newDatabase();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const failing = start({ ...database, PORT: String((other.address() as AddressInfo).port) });
    expect(await failing.exited).toBe(69);
    other.close();
    const key = failing.adminKey();
    expect(key).toMatch(/^[\w-]{43}$/);

    const second = start(database);
    const client = clientOf(await second.ready, key ?? '');
    expect(second.adminKey()).toBeNull();
    expect(await client.get<{ items: unknown[] }>('/stores')).toMatchObject({ items: [] });
  });

  test('a data directory that another process holds', async () => {
    await start().ready;
    const second = start();
    expect(await second.exited).toBe(69);
    expect(second.output()).toContain(`Another process is using the data directory ${processes.directory}`);
    expect(second.output()).toContain('DATA_DIR');
    expect(second.output()).not.toContain('    at ');
  });

  test('a data directory that is a file', async () => {
    const file = join(processes.directory, 'file');
    await writeFile(file, '');
    const product = start({ DATA_DIR: file });
    expect(await product.exited).toBe(69);
    expect(product.output()).toContain(file);
    expect(product.output()).not.toContain('    at ');
  });
});

test('the first start prints the admin key once and keeps it for its owner alone', async () => {
  const database = processes.newDatabase();
  const first = start(database);
  const address = await first.ready;
  const key = first.adminKey();
  expect(first.output()).toContain(`Console:   ${address}/`);
  expect(key).toMatch(/^[\w-]{43}$/);
  expect((await stat(join(processes.directory, 'admin-api-key'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(processes.directory, 'secret-key'))).mode & 0o777).toBe(0o600);
  await clientOf(address, key ?? '').post('/stores', { name: 'Curso de Violão', platform: 'assiny' });
  first.signal('SIGTERM');
  expect(await first.exited).toBe(0);

  const second = start(database);
  const client = clientOf(await second.ready, key ?? '');
  expect(second.adminKey()).toBeNull();
  const stores = await client.get<{ items: { name: string; webhookUrl: string }[] }>('/stores');
  expect(stores.items.map(({ name }) => name)).toEqual(['Curso de Violão']);
  second.signal('SIGINT');
  expect(await second.exited).toBe(0);
});

interface Report {
  currencies: { currency: string; orders: number; gross: number }[];
}

/** Posts one approval after another, several at a time, and remembers which were acknowledged. */
function sendSales(webhookUrl: string, name: string) {
  const acknowledged = new Set<string>();
  let sent = 0;
  let stopped = false;
  async function sendOne(): Promise<void> {
    const transactionId = `${name}-${sent}`;
    sent += 1;
    const sale = { event: 'approved_purchase', transactionId, amount: SALE_AMOUNT };
    try {
      const response = await fetch(webhookUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(assinyPayload(sale, Math.random)),
      });
      if (response.ok) acknowledged.add(transactionId);
    } catch {
      // The server died under the request; it was not acknowledged.
    }
  }
  const senders = Array.from({ length: 8 }, async () => {
    while (!stopped) await sendOne();
  });
  return {
    acknowledged,
    async stop() {
      stopped = true;
      await Promise.all(senders);
    },
  };
}

/** What the product says of a store, as far as a test of sales looks at it. */
function viewOf(client: Client, storeId: string) {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Sao_Paulo' });
  const today = (days: number) => day.format(new Date(Date.now() + days * 86_400_000));
  const list = <T>(name: string) => allPages<T>(client, `/stores/${storeId}/${name}`);
  return {
    orders: async () => (await list<{ transactionId: string }>('orders')).map((order) => order.transactionId).sort(),
    waiting: async () =>
      (await list<{ outcome: string }>('deliveries')).filter(({ outcome }) => outcome === 'received').length,
    events: async () => (await list<{ id: string }>('events')).map(({ id }) => id).sort(),
    alertedEvents: async () => (await list<{ eventId: string }>('alerts/posts')).map(({ eventId }) => eventId).sort(),
    // The run may cross midnight.
    report: async () => await client.get<Report>(`/stores/${storeId}/reports?from=${today(-1)}&to=${today(1)}`),
  };
}

const SALE_AMOUNT = 10_000;
/** On a server, work that died with its process is taken up when its claim has ended and the sweep comes round. */
const RECOVERY = { timeout: 120_000 };

test('kill -9 under load loses nothing acknowledged and doubles nothing', { timeout: 300_000 }, async () => {
  const environment = { ...processes.newDatabase(), ADMIN_API_KEY: 'a-key-for-the-crash-test' };
  let product = start(environment);
  let address = await product.ready;
  const store = await clientOf(address, environment.ADMIN_API_KEY).post<{ id: string; webhookUrl: string }>('/stores', {
    name: 'Curso de Violão',
    platform: 'assiny',
  });
  const path = new URL(store.webhookUrl).pathname;
  const acknowledged: string[] = [];
  for (const [name, enough] of [
    ['first', 60],
    ['second', 200],
  ] as const) {
    const sales = sendSales(`${address}${path}`, name);
    await expect.poll(() => sales.acknowledged.size, RECOVERY).toBeGreaterThan(enough);
    product.signal('SIGKILL');
    await product.exited;
    await sales.stop();
    acknowledged.push(...sales.acknowledged);
    product = start(environment);
    address = await product.ready;
  }

  const view = viewOf(clientOf(address, environment.ADMIN_API_KEY), store.id);
  await expect.poll(view.waiting, RECOVERY).toBe(0);
  const orders = await view.orders();
  expect(acknowledged.filter((id) => !orders.includes(id))).toEqual([]);
  expect(new Set(orders).size).toBe(orders.length);
  const events = await view.events();
  expect(events.length).toBe(orders.length);
  expect(await view.alertedEvents()).toEqual(events);
  await expect
    .poll(async () => (await view.report()).currencies, RECOVERY)
    .toMatchObject([{ currency: 'BRL', orders: orders.length, gross: orders.length * SALE_AMOUNT }]);
});
