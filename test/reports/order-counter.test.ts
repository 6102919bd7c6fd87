import mongoose from 'mongoose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { orderModel } from '../../src/orders/order-model.ts';
import { createOrderCounter } from '../../src/reports/order-counter.ts';
import { createStoreReports } from '../../src/reports/store-report.ts';
import { useTestDatabase } from '../support/database.ts';
import { interruptWrite } from '../support/interrupt.ts';

const TIMEZONE = 'America/Sao_Paulo';
const PAID_AT = new Date('2026-11-10T15:00:00Z');
const NOVEMBER = { from: '2026-11-01', to: '2026-11-30' };

function paidOrder(storeId: string, orderKey: string, amount: number, paidAt: Date = PAID_AT) {
  return {
    _id: new mongoose.Types.ObjectId(),
    workspaceId: 'console',
    storeId,
    orderKey,
    transactionId: orderKey,
    status: 'paid',
    currency: 'BRL',
    amount,
    fee: 100,
    net: amount - 100,
    paymentMethod: 'pix',
    installments: 1,
    items: [{ role: 'main', productId: 'a.b$c', productName: 'Curso', offerId: 'o', amount }],
    buyer: { name: null, firstName: null, email: null, phone: null, document: null },
    tracking: {},
    subscription: null,
    checkoutUrl: null,
    createdAt: paidAt,
    paidAt,
    refundedAt: null,
    refundedAmount: null,
    chargedBackAt: null,
    timeline: [{ eventId: 'e', kind: 'purchase_approved', at: paidAt }],
    version: 1,
    uncounted: true,
    counted: [],
    countedSequence: 0,
    recordedAt: paidAt,
  };
}

describe('the order counter', () => {
  const database = useTestDatabase();
  afterEach(() => vi.restoreAllMocks());

  const counterOf = () => createOrderCounter({ connection: database.connection });

  async function storeWith(amounts: readonly number[]): Promise<string> {
    const storeId = new mongoose.Types.ObjectId().toHexString();
    counterOf();
    await database.prepare();
    const documents = amounts.map((amount, index) => paidOrder(storeId, `order-${index}`, amount));
    if (documents.length > 0) await orderModel(database.connection).collection.insertMany(documents as never[]);
    return storeId;
  }

  async function totals(storeId: string) {
    const reports = createStoreReports({ connection: database.connection });
    const { currencies } = await reports.report({ id: storeId, timezone: TIMEZONE, currency: 'BRL' }, NOVEMBER);
    const [report] = currencies;
    return report ? { orders: report.orders, gross: report.gross, products: report.products } : null;
  }

  const EXPECTED = {
    orders: 3,
    gross: 60_000,
    products: [{ productId: 'a.b$c', name: 'Curso', orders: 3, gross: 60_000 }],
  };

  // A round is four writes: the round, the days, the orders, and that it is done.
  for (const step of [1, 2, 3, 4]) {
    for (const when of ['before', 'after'] as const) {
      it(`counts once when it dies ${when} write ${step} of a round and another worker goes on`, async () => {
        const storeId = await storeWith([10_000, 20_000, 30_000]);
        const writes = interruptWrite(database.connection, step, when, new Error('died'));
        await expect(counterOf().countStore(storeId, TIMEZONE)).rejects.toThrow('died');
        expect(writes()).toBe(step);
        vi.restoreAllMocks();
        await counterOf().countStore(storeId, TIMEZONE);
        expect(await totals(storeId)).toEqual(EXPECTED);
      });
    }
  }

  it('counts once when many workers count at the same time', async () => {
    const storeId = await storeWith([10_000, 20_000, 30_000]);
    await Promise.all(Array.from({ length: 6 }, () => counterOf().countStore(storeId, TIMEZONE)));
    expect(await totals(storeId)).toEqual(EXPECTED);
  });

  it('moves what it counted when an order changes, and counts what changed during a round', async () => {
    const storeId = await storeWith([10_000, 20_000, 30_000]);
    const orders = orderModel(database.connection).collection;
    const writes = interruptWrite(database.connection, 3, 'before', new Error('died'));
    await expect(counterOf().countStore(storeId, TIMEZONE)).rejects.toThrow('died');
    expect(writes()).toBe(3);
    vi.restoreAllMocks();
    await orders.updateOne(
      { storeId, orderKey: 'order-0' },
      { $set: { amount: 15_000, 'items.0.amount': 15_000, uncounted: true }, $inc: { version: 1 } },
    );
    await counterOf().countStore(storeId, TIMEZONE);
    expect(await totals(storeId)).toMatchObject({ orders: 3, gross: 65_000 });
    expect(await orders.countDocuments({ storeId, uncounted: true })).toBe(0);
  });

  it('does not let a worker that slept through other rounds add its own late', async () => {
    const storeId = await storeWith([10_000, 20_000, 30_000]);
    let wake: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const orders = orderModel(database.connection);
    const original = orders.collection.bulkWrite.bind(orders.collection) as (
      ...parameters: unknown[]
    ) => Promise<unknown>;
    vi.spyOn(orders.collection, 'bulkWrite').mockImplementationOnce((async (...parameters: unknown[]) => {
      await asleep;
      return await original(...parameters);
    }) as never);
    const sleeper = counterOf().countStore(storeId, TIMEZONE);
    await vi.waitFor(async () => expect((await totals(storeId))?.orders).toBe(3), { timeout: 10_000 });
    await counterOf().countStore(storeId, TIMEZONE);
    await orders.collection.updateOne(
      { storeId, orderKey: 'order-1' },
      { $set: { amount: 50_000, 'items.0.amount': 50_000, uncounted: true }, $inc: { version: 1 } },
    );
    await counterOf().countStore(storeId, TIMEZONE);
    wake();
    await sleeper;
    await counterOf().recountStore(storeId);
    await counterOf().countStore(storeId, TIMEZONE);
    expect(await totals(storeId)).toMatchObject({ orders: 3, gross: 90_000 });
  });

  it('moves sales to the days of another calendar when the time zone changes', async () => {
    const storeId = await storeWith([]);
    const lateEvening = new Date('2026-11-11T01:30:00Z');
    await orderModel(database.connection).collection.insertOne(
      paidOrder(storeId, 'late', 10_000, lateEvening) as never,
    );
    const reports = createStoreReports({ connection: database.connection });
    const ordersOn = async (day: string) => {
      const report = await reports.report({ id: storeId, timezone: TIMEZONE, currency: 'BRL' }, { from: day, to: day });
      return report.currencies[0]?.orders;
    };
    await counterOf().countStore(storeId, TIMEZONE);
    expect([await ordersOn('2026-11-10'), await ordersOn('2026-11-11')]).toEqual([1, 0]);
    await counterOf().recountStore(storeId);
    await counterOf().countStore(storeId, 'UTC');
    expect([await ordersOn('2026-11-10'), await ordersOn('2026-11-11')]).toEqual([0, 1]);
  });
});
