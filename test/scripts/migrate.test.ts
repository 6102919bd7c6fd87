import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openIdleEmbeddedCopy } from '../../scripts/copy/embedded-copy.ts';
import { writeCopy } from '../../scripts/copy/write-copy.ts';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import { createIndexes, type Database, openDatabase } from '../../src/database/connection.ts';
import { useTestDatabase } from '../support/database.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';
import { runScript } from '../support/script-process.ts';
import { silentOutput } from '../support/silent-output.ts';

const log = pino({ level: 'silent' });
const silent = silentOutput();

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sininho-migrate-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function openEmbedded(): Promise<Database> {
  const database = await openDatabase({ uri: null, directory: join(directory, 'database'), log });
  await database.connected;
  return database;
}

async function sell(product: ReturnType<typeof productOn>, database: Database['connection'], url: string, id: string) {
  const { intake, spool } = await intakeOn(database, product.services);
  const facts = { event: 'approved_purchase', transactionId: id, amount: 10_000 };
  const answer = await deliver(intake, url, assinyPayload(facts, Math.random));
  await spool.close();
  await product.services.pipeline.drain();
  return answer;
}

describe('moving to a MongoDB server', () => {
  const target = useTestDatabase();

  afterEach(async () => {
    await target.connection.dropDatabase();
  });

  it('takes a store along so that its webhook URL, its sales and its report go on; the schedule stays behind', async () => {
    const source = await openEmbedded();
    const before = productOn(source.connection);
    await createIndexes(source.connection);
    const store = await before.services.stores.create('console', { name: 'Curso de Violão', platform: 'assiny' });
    await sell(before, source.connection, store.webhookUrl, 'a');
    await source.connection.collection('jobs').insertOne({ name: 'sweep' });
    await source.close();

    const copy = await openIdleEmbeddedCopy(directory);
    const { db } = target.connection;
    if (!db) throw new Error('The connection is open while tests run');
    const copied = await writeCopy(copy, db, silent);
    await copy.close();
    expect(copied).toContainEqual({ name: 'orders', documents: 1 });
    expect(copied.map(({ name }) => name)).not.toContain('jobs');

    const after = productOn(target.connection);
    await target.prepare();
    const sold = (id: string) => sell(after, target.connection, store.webhookUrl, id);
    expect(await sold('a')).toMatchObject({ status: 'stored', duplicate: true });
    expect(await sold('b')).toMatchObject({ status: 'stored', duplicate: false });
    const moved = await after.services.stores.resolve('console', 'Curso de Violão');
    const report = await after.services.reports.report(moved, { from: '2020-01-01', to: '2099-12-31' });
    expect(report.currencies).toMatchObject([{ currency: 'BRL', orders: 2, gross: 20_000 }]);
  });
});

describe('npm run migrate', () => {
  it('says in one sentence that a server cannot be reached', async () => {
    await (await openEmbedded()).close();
    const taken = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    taken.close();
    const { code, output } = await runScript('migrate', ['--to', `mongodb://127.0.0.1:${port}/x`], {
      DATA_DIR: directory,
    });
    expect(code).toBe(1);
    expect(output).toContain(`The MongoDB server at 127.0.0.1:${port} cannot be used`);
    expect(output.trim().split('\n')).toHaveLength(1);
  });

  it('does not copy a database that is in use', async () => {
    const source = await openEmbedded();
    const { code, output } = await runScript('migrate', ['--to', 'mongodb://127.0.0.1:1/x'], { DATA_DIR: directory });
    expect(code).toBe(69);
    expect(output).toContain('Another process is using the data directory');
    await source.close();
  });

  it('says where there is nothing to copy', async () => {
    const { code, output } = await runScript('migrate', ['--to', 'mongodb://127.0.0.1:1/x'], { DATA_DIR: directory });
    expect(code).toBe(1);
    expect(output).toContain(`There is no embedded database in ${directory}. Check DATA_DIR`);
  });

  it.each([[[]], [['--to', 'postgres://x']]])('%j is no place to move to', async (commandLine) => {
    const { code, output } = await runScript('migrate', commandLine, { DATA_DIR: directory });
    expect(code).toBe(78);
    expect(output).toContain('npm run migrate -- --to mongodb://user:password@host/sininho');
    expect(output.trim().split('\n')).toHaveLength(1);
  });
});
