import type { Connection, mongo } from 'mongoose';
import { afterEach, expect, it } from 'vitest';
import type { CopiedDocument } from '../../../scripts/copy/database-copy.ts';
import { copyOfCollections } from '../../../scripts/copy/server-copy.ts';
import { writeCopy } from '../../../scripts/copy/write-copy.ts';
import { assinyPayload } from '../../../scripts/simulate/assiny-payload.ts';
import type { Intake } from '../../../src/ingest/intake.ts';
import { useTestDatabase } from '../../support/database.ts';
import { deliver, intakeOn } from '../../support/intake.ts';
import { productOn } from '../../support/product.ts';
import { silentOutput } from '../../support/silent-output.ts';

const source = useTestDatabase();
const target = useTestDatabase();
const silent = silentOutput();
const AMOUNT = 10_000;

afterEach(async () => {
  await source.connection.dropDatabase();
  await target.connection.dropDatabase();
});

function databaseOf(connection: Connection): mongo.Db {
  if (!connection.db) throw new Error('The connection is open while tests run');
  return connection.db;
}

/** What was sent, so that the same can be sent again. */
const payloads = new Map<string, unknown>();

async function send(intake: Intake, webhookUrl: string, transactionId: string, event = 'approved_purchase') {
  const key = `${transactionId} ${event}`;
  const payload = payloads.get(key) ?? assinyPayload({ event, transactionId, amount: AMOUNT }, Math.random);
  payloads.set(key, payload);
  await deliver(intake, webhookUrl, payload);
}

async function reportOf({ services }: ReturnType<typeof productOn>, storeId: string) {
  const store = (await services.stores.findMany([storeId])).get(storeId);
  if (!store) throw new Error('The store is missing');
  const { currencies } = await services.reports.report(store, { from: '2020-01-01', to: '2099-12-31' });
  // Products that sold alike come in any order.
  return currencies.map((currency) => ({
    ...currency,
    products: currency.products.toSorted((left, right) => left.productId.localeCompare(right.productId)),
  }));
}

it('completes a copy that was read while sales, refunds and repeats were processed between any two of its collections', async () => {
  const before = productOn(source.connection);
  await source.prepare();
  const { id, webhookUrl } = await before.services.stores.create('console', { name: 'Violão', platform: 'assiny' });
  await before.services.alerts.release();
  const { intake, spool } = await intakeOn(source.connection, before.services);
  for (let sale = 0; sale < 20; sale += 1) await send(intake, webhookUrl, `old-${sale}`);
  await before.services.pipeline.drain();

  const copy = await copyOfCollections(databaseOf(source.connection));
  const read: CopiedDocument[] = [];
  let current = '';
  let sold = 0;
  for await (const document of copy.documents()) {
    if (document.collection !== current) {
      current = document.collection;
      await send(intake, webhookUrl, `new-${sold}`);
      await send(intake, webhookUrl, `old-${sold}`);
      await send(intake, webhookUrl, `old-${sold}`, 'refunded_purchase');
      await before.services.pipeline.drain();
      // The last one waits: what is read next finds it unprocessed.
      await send(intake, webhookUrl, `waiting-${sold}`);
      sold += 1;
    }
    read.push(document);
  }
  expect(sold).toBeGreaterThan(5);

  await writeCopy({ ...copy, documents: () => read }, databaseOf(target.connection), silent);
  const after = productOn(target.connection);
  await target.prepare();
  await after.services.pipeline.drain();

  const deliveries = await target.connection.collection('deliveries').find().toArray();
  expect(deliveries.filter(({ outcome }) => outcome === 'received' || outcome === 'failed')).toEqual([]);
  const paid = await target.connection.collection('orders').find().toArray();
  const refunded = paid.filter(({ status }) => status === 'refunded');
  const transactions = new Set(deliveries.map(({ dedupeKey }) => /(old|new|waiting)-\d+/.exec(String(dedupeKey))?.[0]));
  expect(paid).toHaveLength(transactions.size);
  expect(await reportOf(after, id)).toMatchObject([
    {
      orders: paid.length,
      gross: paid.length * AMOUNT,
      refunds: { count: refunded.length, amount: refunded.length * AMOUNT },
    },
  ]);

  // The platform sends everything again: what is missing is added, what is there is not counted twice.
  const { intake: second, spool: secondSpool } = await intakeOn(target.connection, after.services);
  for (let sale = 0; sale < 20; sale += 1) await send(second, webhookUrl, `old-${sale}`);
  for (let sale = 0; sale < sold; sale += 1) {
    await send(second, webhookUrl, `new-${sale}`);
    await send(second, webhookUrl, `waiting-${sale}`);
    await send(second, webhookUrl, `old-${sale}`, 'refunded_purchase');
  }
  await after.services.pipeline.drain();
  await before.services.pipeline.drain();
  const expected = await reportOf(before, id);
  expect(expected).toMatchObject([{ orders: 20 + 2 * sold, refunds: { count: sold } }]);
  expect(await reportOf(after, id)).toEqual(expected);
  await spool.close();
  await secondSpool.close();
});
