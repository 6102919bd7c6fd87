import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openProductDatabase } from '../../scripts/copy/product-database.ts';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import { readConfig } from '../../src/config.ts';
import { markUnfinished } from '../../src/database/unfinished-copy.ts';
import type { ProductProcess } from '../support/product-process.ts';
import { useProductProcesses } from '../support/product-processes.ts';
import { runScript } from '../support/script-process.ts';

const ADMIN_KEY = 'an-admin-key-for-tests';
const AMOUNT = 10_000;
const SENDERS = 8;

const processes = useProductProcesses();

type Environment = Record<string, string>;

/** A data directory with a database of its own, on whichever server the suite runs. */
async function newHome(name: string): Promise<Environment> {
  const home = join(processes.directory, name);
  await mkdir(home);
  return { DATA_DIR: home, ...processes.newDatabase() };
}

async function start(home: Environment): Promise<{ product: ProductProcess; address: string }> {
  const product = processes.start({ ADMIN_API_KEY: ADMIN_KEY, ...home });
  return { product, address: await product.ready };
}

async function api<T>(address: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${address}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

interface StoreAnswer {
  id: string;
  name: string;
  webhookUrl: string;
}

async function sell(address: string, { webhookUrl }: StoreAnswer, sale: number): Promise<void> {
  const facts = { event: 'approved_purchase', transactionId: `sale-${sale}`, amount: AMOUNT };
  const response = await fetch(`${address}${new URL(webhookUrl).pathname}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(assinyPayload(facts, Math.random)),
  });
  expect(response.status).toBe(200);
}

interface ListAnswer<T> {
  items: T[];
  nextCursor: string | null;
}

async function all<T>(address: string, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor = '';
  do {
    const page = await api<ListAnswer<T>>(address, `${path}?limit=200${cursor}`);
    items.push(...page.items);
    cursor = page.nextCursor === null ? '' : `&cursor=${encodeURIComponent(page.nextCursor)}`;
  } while (cursor !== '');
  return items;
}

function daysFromNow(days: number): string {
  return new Date(Date.now() + days * 24 * 60 * 60 * 1_000).toISOString().slice(0, 10);
}

/** Waits until every delivery is processed and counted, and gives the orders that the report counts and those that there are. */
async function settled(address: string, store: StoreAnswer) {
  return await vi.waitUntil(
    async () => {
      const deliveries = await all<{ outcome: string }>(address, `/stores/${store.id}/deliveries`);
      if (deliveries.some(({ outcome }) => outcome === 'received')) return null;
      const orders = await all<{ id: string }>(address, `/stores/${store.id}/orders`);
      const { currencies } = await api<{ currencies: { orders: number; gross: number }[] }>(
        address,
        `/stores/${store.id}/reports?from=${daysFromNow(-300)}&to=${daysFromNow(1)}`,
      );
      const counted = currencies[0]?.orders ?? 0;
      // Orders are counted a moment after they are made.
      return counted < orders.length
        ? null
        : { orders: orders.length, counted, gross: currencies[0]?.gross ?? 0, deliveries: deliveries.length };
    },
    { timeout: 120_000, interval: 200 },
  );
}

it('a backup made under load is restored and goes on, with nothing lost and nothing counted twice', async () => {
  const home = await newHome('old');
  const old = await start(home);
  const store = await api<StoreAnswer>(old.address, '/stores', { name: 'Curso de Violão', platform: 'assiny' });
  const file = join(processes.directory, 'sininho.backup');

  let sale = 0;
  let isLoaded = true;
  const senders = Array.from({ length: SENDERS }, async () => {
    while (isLoaded) {
      sale += 1;
      await sell(old.address, store, sale);
    }
  });
  await vi.waitUntil(() => sale > 200, { timeout: 30_000 });
  const soldBefore = sale - SENDERS;
  const backup = await runScript('backup', [file], home);
  expect(backup).toMatchObject({ code: 0 });
  expect(backup.output).toContain(`are in ${file}.`);
  expect(sale).toBeGreaterThan(soldBefore + SENDERS);
  isLoaded = false;
  await Promise.all(senders);
  const sold = sale;
  old.product.signal('SIGTERM');
  await old.product.exited;

  const newer = await newHome('new');
  await copyFile(join(processes.directory, 'old', 'secret-key'), join(processes.directory, 'new', 'secret-key'));
  const restored = await runScript('restore', [file], newer);
  expect(restored.output).toContain('are restored. Start Sininho: npm start');
  expect(restored.output).not.toContain('secret-key');
  expect(restored.code).toBe(0);

  const { product, address } = await start(newer);
  const [moved] = (await api<ListAnswer<StoreAnswer>>(address, '/stores')).items;
  expect(new URL(moved?.webhookUrl ?? '').pathname).toBe(new URL(store.webhookUrl).pathname);
  const after = await settled(address, store);
  expect(after.deliveries).toBeGreaterThanOrEqual(soldBefore);
  expect(after).toMatchObject({
    orders: after.deliveries,
    counted: after.deliveries,
    gross: after.deliveries * AMOUNT,
  });

  // Everything comes again: what the backup had is known, what came after it is new.
  let again = 0;
  const repeat = async () => {
    while (again < sold) {
      again += 1;
      await sell(address, store, again);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, repeat));
  expect(await settled(address, store)).toMatchObject({ orders: sold, counted: sold, gross: sold * AMOUNT });

  const refused = await runScript('restore', [file], newer);
  expect(refused.code).not.toBe(0);
  expect(refused.output).toMatch(/Another process is using the data directory|holds data already/);
  product.signal('SIGTERM');
  await product.exited;
}, 180_000);

it('a restore takes a database with data only when it is told to, and a damaged file never', async () => {
  const home = await newHome('home');
  const first = await start(home);
  await api(first.address, '/stores', { name: 'Curso de Violão', platform: 'assiny' });
  const file = join(processes.directory, 'sininho.backup');
  expect(await runScript('backup', [file], home)).toMatchObject({ code: 0 });
  await api(first.address, '/stores', { name: 'Curso de Canto', platform: 'assiny' });
  first.product.signal('SIGTERM');
  await first.product.exited;

  const refused = await runScript('restore', [file], home);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.output).toContain('holds data already (in “stores”). Add --force to throw that away.');
  expect(refused.output).not.toContain('    at ');

  const cut = join(processes.directory, 'cut.backup');
  await copyFile(file, cut);
  await truncate(cut, 700);
  const damaged = await runScript('restore', [cut, '--force'], home);
  expect(damaged).toMatchObject({ code: 1 });
  expect(damaged.output).toContain('is damaged or was cut short; nothing was changed');
  const second = await start(home);
  expect((await api<ListAnswer<StoreAnswer>>(second.address, '/stores')).items).toHaveLength(2);
  second.product.signal('SIGTERM');
  await second.product.exited;

  // As a restore leaves it that was killed half way.
  const { database, close } = await openProductDatabase(readConfig(home));
  await markUnfinished(database);
  await close();
  const unfinished = processes.start(home);
  expect(await unfinished.exited).toBe(69);
  expect(unfinished.output()).toContain('npm run restore -- FILE --force');
  expect(unfinished.output()).not.toContain('    at ');

  expect(await runScript('restore', [file, '--force'], home)).toMatchObject({ code: 0 });
  const third = await start(home);
  const names = (await api<ListAnswer<StoreAnswer>>(third.address, '/stores')).items.map(({ name }) => name);
  expect(names).toEqual(['Curso de Violão']);
}, 180_000);

it('an index that somebody made by hand is there after a restore', async () => {
  const home = await newHome('home');
  const index = { name: 'mine', partialFilterExpression: { at: { $gt: new Date(0) } }, unique: true };
  const { database, close } = await openProductDatabase(readConfig(home));
  await database.collection('stores').insertOne({ at: new Date() });
  await database.collection('stores').createIndex({ name: 1, at: -1 }, index);
  await close();
  const file = join(processes.directory, 'sininho.backup');
  expect(await runScript('backup', [file], home)).toMatchObject({ code: 0 });

  const elsewhere = await newHome('elsewhere');
  expect(await runScript('restore', [file], elsewhere)).toMatchObject({ code: 0 });
  const restored = await openProductDatabase(readConfig(elsewhere));
  expect(await restored.database.collection('stores').listIndexes().toArray()).toContainEqual(
    expect.objectContaining({ ...index, key: { name: 1, at: -1 } }),
  );
  await restored.close();
}, 60_000);

it('a restore is refused while another one writes, and ends at once when it is told to', async () => {
  const home = { DATA_DIR: join(processes.directory, 'home') };
  const { database, close } = await openProductDatabase(readConfig(home));
  const stores = Array.from({ length: 30_000 }, (_, number) => ({ number, text: 'x'.repeat(1_000) }));
  await database.collection('stores').insertMany(stores);
  await close();
  const file = join(processes.directory, 'sininho.backup');
  expect(await runScript('backup', [file], home)).toMatchObject({ code: 0 });

  const elsewhere = { DATA_DIR: join(processes.directory, 'elsewhere') };
  const other = await openProductDatabase(readConfig(elsewhere));
  const refused = await runScript('restore', [file, '--force'], elsewhere);
  expect(refused).toMatchObject({ code: 69, output: expect.stringContaining('data_directory_locked') });
  await other.close();

  // As npm runs it: tsx turns the signal into process.exit.
  const restore = spawn(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'scripts/restore.ts', file], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...elsewhere },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(restore, 'exit');
  await once(restore.stdout, 'data');
  restore.kill('SIGTERM');
  expect(await exited).toEqual([143, null]);

  const interrupted = processes.start(elsewhere);
  expect(await interrupted.exited).toBe(69);
  expect(interrupted.output()).toContain('npm run restore -- FILE --force');
  expect(await runScript('restore', [file, '--force'], elsewhere)).toMatchObject({ code: 0 });
}, 120_000);

it('a restore without the backup’s key says which file is missing', async () => {
  const home = await newHome('home');
  const { product } = await start(home);
  const file = join(processes.directory, 'sininho.backup');
  expect(await runScript('backup', [file], home)).toMatchObject({ code: 0 });
  product.signal('SIGTERM');
  await product.exited;
  const elsewhere = await newHome('elsewhere');
  const { code, output } = await runScript('restore', [file], elsewhere);
  expect(code).toBe(0);
  expect(output).toContain(`put the key of the backup in its place: the file secret-key into ${elsewhere.DATA_DIR}`);
});

it.each([
  ['backup', [], 'Name one file'],
  ['restore', ['a', 'b'], 'Name one file'],
  ['backup', ['--fast', 'a'], 'see npm run backup -- --help'],
])('%s %j says what is wrong and ends with 78', async (script, commandLine, sentence) => {
  const { code, output } = await runScript(script, commandLine);
  expect(code).toBe(78);
  expect(output).toContain(sentence);
  expect(output.trim().split('\n')).toHaveLength(1);
});
