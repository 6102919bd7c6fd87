import fc from 'fast-check';
import mongoose from 'mongoose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import { alertModel } from '../../src/alerts/alert-model.ts';
import { deliveryModel } from '../../src/deliveries/delivery-model.ts';
import { eventModel } from '../../src/events/event-model.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { useTestDatabase } from '../support/database.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { interruptWrite } from '../support/interrupt.ts';
import { productOn } from '../support/product.ts';

const CLAIM_AND_BACK_OFF_MILLISECONDS = 10 * 60_000;
const NOON = new Date('2026-11-10T15:00:00Z');

/** What may happen to a purchase, in the order in which it happens. */
const STORIES = {
  pixPaid: ['pix_generated', 'approved_purchase'],
  pixExpired: ['pix_generated', 'pix_expired'],
  boletoPaid: ['bank_slip_generated', 'approved_purchase', 'completed_purchase'],
  refused: ['refused'],
  retried: ['refused', 'pix_generated', 'approved_purchase'],
  refunded: ['approved_purchase', 'request_refund', 'refunded_purchase'],
  chargedBack: ['approved_purchase', 'charged_back'],
} as const;

interface Purchase {
  transactionId: string;
  story: keyof typeof STORIES;
  amount: number;
  /** How often each event is delivered. */
  copies: number[];
}

/** One thing that goes wrong in the middle of a batch. */
type Mishap = 'none' | 'process dies' | 'step fails';

const purchase = fc.record({
  story: fc.constantFrom(...(Object.keys(STORIES) as (keyof typeof STORIES)[])),
  amount: fc.integer({ min: 100, max: 500_000 }),
  copies: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
});

/** The judge: the same purchases counted in the plainest way, from what happened and not from what was delivered. */
function expectedTotals(purchases: readonly Purchase[]) {
  const has = (event: string) => purchases.filter(({ story }) => (STORIES[story] as readonly string[]).includes(event));
  const sum = (list: readonly Purchase[]) => list.reduce((total, { amount }) => total + amount, 0);
  const paid = has('approved_purchase');
  return {
    orders: paid.length,
    gross: sum(paid),
    refunds: { count: has('refunded_purchase').length, amount: sum(has('refunded_purchase')) },
    chargebacks: { count: has('charged_back').length, amount: sum(has('charged_back')) },
    refused: has('refused').length,
    pixGenerated: has('pix_generated').length,
    boletoGenerated: has('bank_slip_generated').length,
  };
}

const LAST_STATUS: Record<string, string> = {
  approved_purchase: 'paid',
  pix_expired: 'expired',
  completed_purchase: 'completed',
  refused: 'refused',
  refunded_purchase: 'refunded',
  charged_back: 'charged_back',
};
const ALERTED = ['approved_purchase', 'refunded_purchase', 'charged_back'];

function deliveriesOf({ transactionId, story, amount, copies }: Purchase): string[] {
  return STORIES[story].flatMap((event, index) => {
    const at = new Date(NOON.getTime() + index * 60_000);
    const body = JSON.stringify(assinyPayload({ event, transactionId, amount, createdAt: NOON, updatedAt: at }));
    return Array.from({ length: copies[index] ?? 1 }, () => body);
  });
}

describe('the pipeline', () => {
  const database = useTestDatabase();
  afterEach(() => vi.restoreAllMocks());

  function arrange(mishap: Mishap, step: number): void {
    if (mishap === 'none') return;
    const error = mishap === 'process dies' ? new mongoose.mongo.MongoNetworkError('gone') : new Error('a step failed');
    interruptWrite(database.connection, step, step % 2 === 0 ? 'after' : 'before', error);
  }

  async function drainUntilQuiet(services: Services, advance: () => void): Promise<void> {
    for (let tries = 0; tries < 12; tries += 1) {
      await services.pipeline.drain().catch(() => undefined);
      vi.restoreAllMocks();
      advance();
      const waiting = await deliveryModel(database.connection).countDocuments({ outcome: 'received' });
      if (waiting === 0) break;
    }
    await services.pipeline.drain();
  }

  async function totalsOf(services: Services, store: Store) {
    const { currencies } = await services.reports.report(store, { from: '2026-11-01', to: '2026-11-30' });
    const [report] = currencies;
    if (!report) throw new Error('no report');
    const { orders, gross, refunds, chargebacks, refused, pix, boleto } = report;
    return {
      orders,
      gross,
      refunds,
      chargebacks,
      refused,
      pixGenerated: pix.generated,
      boletoGenerated: boleto.generated,
    };
  }

  it('gives the same orders, counters and alerts however deliveries are repeated, shuffled, split, processed at once and interrupted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(purchase, { minLength: 1, maxLength: 6 }),
        fc.integer(),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom<Mishap>('none', 'process dies', 'step fails'),
        fc.integer({ min: 1, max: 14 }),
        async (drafts, seed, workers, mishap, step) => {
          let time = NOON.getTime() + 3_600_000;
          const now = () => new Date(time);
          const { services } = productOn(database.connection, { now });
          await database.prepare();
          const store = await services.stores.create(new mongoose.Types.ObjectId().toHexString(), {
            name: 'Curso de Violão',
            platform: 'assiny',
            channelId: 'vendas',
          });
          const { intake, spool } = await intakeOn(database.connection, services, { now });
          const purchases = drafts.map((draft, index) => ({ ...draft, transactionId: `${store.id}-${index}` }));
          const bodies = shuffled(purchases.flatMap(deliveriesOf), seed);

          const half = Math.ceil(bodies.length / 2);
          await Promise.all(bodies.slice(0, half).map((body) => deliver(intake, store.webhookUrl, body)));
          arrange(mishap, step);
          await Promise.all(Array.from({ length: workers }, () => services.pipeline.drain().catch(() => undefined)));
          vi.restoreAllMocks();
          await Promise.all(bodies.slice(half).map((body) => deliver(intake, store.webhookUrl, body)));
          await drainUntilQuiet(services, () => {
            time += CLAIM_AND_BACK_OFF_MILLISECONDS;
          });
          await spool.close();

          expect(await totalsOf(services, store)).toEqual(expectedTotals(purchases));
          const { items: orders } = await services.orders.list(store, {}, { limit: 200 });
          expect(
            Object.fromEntries(orders.map((order) => [order.transactionId, [order.status, order.amount]])),
          ).toEqual(
            Object.fromEntries(
              purchases.map(({ transactionId, story, amount }) => [
                transactionId,
                [LAST_STATUS[STORIES[story].at(-1) ?? ''], amount],
              ]),
            ),
          );
          const happened = purchases.flatMap(({ story }) => STORIES[story] as readonly string[]);
          expect(await eventModel(database.connection).countDocuments({ storeId: store.id })).toBe(happened.length);
          expect(await alertModel(database.connection).countDocuments({ storeId: store.id })).toBe(
            happened.filter((event) => ALERTED.includes(event)).length,
          );
          const outcomes = await services.deliveries.countOutcomes(store, new Date(0), new Date(time + 1_000));
          expect(outcomes).toEqual({
            processed: happened.length,
            ...(bodies.length > happened.length ? { duplicate: bodies.length - happened.length } : {}),
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  it('changes nothing when every delivery is replayed', async () => {
    const { services } = productOn(database.connection);
    await database.prepare();
    const store = await services.stores.create('replays', { name: 'Loja', platform: 'assiny', channelId: 'vendas' });
    const { intake, spool } = await intakeOn(database.connection, services);
    const purchases = (Object.keys(STORIES) as (keyof typeof STORIES)[]).map((story, index) => ({
      transactionId: `replay-${index}`,
      story,
      amount: 10_000 + index,
      copies: [1, 2, 1],
    }));
    for (const body of purchases.flatMap(deliveriesOf)) await deliver(intake, store.webhookUrl, body);
    await spool.close();
    await services.pipeline.drain();
    const before = await totalsOf(services, store);
    const alerts = await alertModel(database.connection).countDocuments({ storeId: store.id });
    const { items } = await services.deliveries.list(store, {}, { limit: 200 });
    for (const { id } of items) await services.deliveries.replay('replays', id);
    await services.processing.run();
    expect(await totalsOf(services, store)).toEqual(before);
    expect(before).toEqual(expectedTotals(purchases));
    expect(await alertModel(database.connection).countDocuments({ storeId: store.id })).toBe(alerts);
    const after = await services.deliveries.list(store, {}, { limit: 200 });
    expect(after.items.map(({ id, outcome }) => [id, outcome])).toEqual(items.map(({ id, outcome }) => [id, outcome]));
  });
});

/** The same list in an order that the seed decides. */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  const keyed = list.map((item, index) => ({ item, key: Math.imul(seed ^ (index + 1), 2_654_435_761) >>> 0 }));
  return keyed.sort((left, right) => left.key - right.key).map(({ item }) => item);
}
