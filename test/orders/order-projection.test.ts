import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countOrder } from '../../src/orders/order-count.ts';
import { type OrderEvent, projectOrder } from '../../src/orders/order-projection.ts';
import { rankOf, STATUS_OF_KIND } from '../../src/orders/order-status.ts';
import { EVENT_KINDS, type EventKind, ITEM_ROLES, PAYMENT_METHODS } from '../../src/platforms/platform.ts';

const NOON = Date.parse('2026-11-10T15:00:00Z');

function event(id: string, kind: EventKind, fields: Partial<OrderEvent> = {}): OrderEvent {
  return {
    id,
    kind,
    rawEvent: kind,
    dedupeKey: `${kind}:${id}`,
    orderKey: 'order',
    transactionId: 'transaction',
    occurredAt: new Date(NOON),
    createdAt: new Date(NOON - 60_000),
    test: false,
    currency: 'BRL',
    amount: 10_000,
    fee: 500,
    net: 9_500,
    paymentMethod: 'pix',
    installments: 1,
    items: [{ role: 'main', productId: 'p', productName: 'Curso', offerId: 'o', amount: 10_000 }],
    buyer: {
      name: 'Joana Exemplo',
      firstName: 'Joana',
      email: 'joana@example.invalid',
      phone: '+5511900000001',
      document: null,
    },
    tracking: {},
    subscription: null,
    checkoutUrl: null,
    pixCode: null,
    boletoLine: null,
    boletoUrl: null,
    refusalReason: null,
    ...fields,
  };
}

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const anyEvent = fc.record({
  kind: fc.constantFrom(...EVENT_KINDS),
  minutes: fc.integer({ min: 0, max: 3 }),
  amount: maybe(fc.integer({ min: 0, max: 3 })),
  fee: maybe(fc.integer({ min: 0, max: 3 })),
  currency: fc.constantFrom('BRL', 'USD'),
  paymentMethod: fc.constantFrom(...PAYMENT_METHODS),
  firstName: maybe(fc.constantFrom('Joana', 'Ana')),
  source: fc.constantFrom('FB', 'google'),
  role: fc.constantFrom(...ITEM_ROLES),
  offerId: fc.constantFrom('a', 'b', 'c'),
  hasCreation: fc.boolean(),
});

const anyEvents = fc
  .uniqueArray(anyEvent, { minLength: 1, maxLength: 7, selector: (draft) => `${draft.kind} ${draft.offerId}` })
  .map((drafts) =>
    drafts.map((draft, index) =>
      event(String(index), draft.kind, {
        occurredAt: new Date(NOON + draft.minutes * 60_000),
        createdAt: draft.hasCreation ? new Date(NOON - 60_000) : null,
        amount: draft.amount,
        fee: draft.fee,
        currency: draft.currency,
        paymentMethod: draft.paymentMethod,
        items: [
          {
            role: draft.role,
            productId: draft.offerId,
            productName: draft.offerId,
            offerId: draft.offerId,
            amount: draft.amount,
          },
        ],
        buyer: { name: null, firstName: draft.firstName, email: null, phone: null, document: null },
        tracking: { utm_source: draft.source },
      }),
    ),
  );

describe('the projection of an order', () => {
  it('does not depend on the order in which its events came', () => {
    fc.assert(
      fc.property(
        anyEvents.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
        ),
        ([events, shuffled]) => {
          expect(projectOrder(shuffled)).toEqual(projectOrder(events));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('has the highest status of its events and is nothing when none speaks of the purchase', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const statuses = events.flatMap(({ kind }) => STATUS_OF_KIND[kind] ?? []);
        const order = projectOrder(events);
        expect(order ? rankOf(order.status) : null).toBe(
          statuses.length === 0 ? null : Math.max(...statuses.map(rankOf)),
        );
      }),
    );
  });

  it('keeps what the approval said of the money when a refund says less', () => {
    const approved = event('1', 'purchase_approved', { amount: 24_400, fee: 1_500, net: 22_900 });
    const refunded = event('2', 'purchase_refunded', {
      amount: 5_000,
      fee: null,
      net: null,
      occurredAt: new Date(NOON + 86_400_000),
    });
    expect(projectOrder([refunded, approved])).toMatchObject({
      status: 'refunded',
      amount: 24_400,
      fee: 1_500,
      net: 22_900,
      refundedAmount: 5_000,
      paidAt: approved.occurredAt,
      refundedAt: refunded.occurredAt,
    });
  });

  it('counts a sale whose approval never came on the day the transaction was made', () => {
    const refunded = event('1', 'purchase_refunded', { occurredAt: new Date(NOON + 86_400_000) });
    expect(projectOrder([refunded])).toMatchObject({ status: 'refunded', paidAt: refunded.createdAt, amount: 10_000 });
  });

  it.each([
    { says: 'its own price', stated: 5_000, fee: 250, net: 4_750 },
    { says: 'the new total', stated: 15_000, fee: 750, net: 14_250 },
  ])('adds an upsell of the same transaction once, whether it states $says', ({ stated, fee, net }) => {
    const main = event('1', 'purchase_approved');
    const upsell = event('2', 'purchase_approved', {
      amount: stated,
      fee,
      net,
      occurredAt: new Date(NOON + 60_000),
      items: [{ role: 'upsell', productId: 'u', productName: 'Mentoria', offerId: 'u', amount: 5_000 }],
    });
    const order = projectOrder([upsell, main]);
    expect(order).toMatchObject({ amount: 15_000, fee: 750, net: 14_250 });
    expect(order?.items.map(({ role }) => role)).toEqual(['main', 'upsell']);
  });
});

describe('what an order counts', () => {
  it('puts the sale on the local day it was paid and the refund on its own, whatever the UTC day', () => {
    const approved = event('1', 'purchase_approved', { occurredAt: new Date('2026-11-11T01:30:00Z') });
    const refunded = event('2', 'purchase_refunded', { occurredAt: new Date('2026-11-15T12:00:00Z') });
    const order = projectOrder([approved, refunded]);
    const counts = order ? countOrder(order, 'America/Sao_Paulo') : [];
    expect(counts.map(({ day, metrics }) => [day, metrics])).toEqual([
      ['2026-11-10', { orders: 1, gross: 10_000, fees: 500, net: 9_500, pixPaid: 1 }],
      ['2026-11-15', { refunds: 1, refundedAmount: 10_000 }],
    ]);
  });

  it('gives the products of an order together what was paid for it, whichever of their prices are known', () => {
    const priced = fc.record({ price: fc.integer({ min: 0, max: 100_000 }), isKnown: fc.boolean() });
    fc.assert(
      fc.property(fc.array(priced, { minLength: 1, maxLength: 5 }), (prices) => {
        const total = prices.reduce((sum, { price }) => sum + price, 0);
        const [count] = countsOf(
          total,
          prices.map(({ price, isKnown }) => (isKnown ? price : null)),
        );
        expect(count?.products.reduce((sum, product) => sum + product.gross, 0)).toBe(total);
        expect(count?.products.every(({ gross }) => gross >= 0)).toBe(true);
      }),
    );
  });

  it('gives the products of a free order nothing, whatever their prices', () => {
    const [count] = countsOf(0, [19_700, 4_700, null]);
    expect(count?.metrics).toMatchObject({ orders: 1 });
    expect(count?.products.map(({ orders, gross }) => [orders, gross])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
  });
});

/** What an approved order of items with these prices counts. */
function countsOf(total: number, prices: readonly (number | null)[]) {
  const items = prices.map((amount, index) => ({
    role: index === 0 ? ('main' as const) : ('bump' as const),
    productId: `p${index}`,
    productName: `Produto ${index}`,
    offerId: `o${index}`,
    amount,
  }));
  const order = projectOrder([event('1', 'purchase_approved', { amount: total, items })]);
  return order ? countOrder(order, 'America/Sao_Paulo') : [];
}
