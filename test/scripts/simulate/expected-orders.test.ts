import { describe, expect, it } from 'vitest';
import type { EventFacts, FactItem, FactKind } from '../../../scripts/simulate/event-facts.ts';
import { expectedOrders } from '../../../scripts/simulate/expected-orders.ts';
import { expectedNumbers, sumOfDays } from '../../../scripts/simulate/report-numbers.ts';

const course: FactItem = { role: 'main', productId: 'p1', productName: 'Curso', offerId: 'o1', amount: 19_700 };
const bump: FactItem = { role: 'bump', productId: 'p2', productName: 'Caderno', offerId: 'o2', amount: 2_700 };
const mentoring: FactItem = { role: 'upsell', productId: 'p3', productName: 'Mentoria', offerId: 'o3', amount: 49_700 };

function told(kind: FactKind, at: string, fields: Partial<EventFacts> = {}): EventFacts {
  const items = fields.items ?? [course];
  return {
    kind,
    rawEvent: kind,
    identity: `${kind} ${fields.purchase ?? 'purchase'} ${items[0]?.offerId}`,
    purchase: 'purchase',
    transactionId: 'purchase',
    test: false,
    occurredAt: new Date(at),
    createdAt: new Date('2026-11-24T14:00:00Z'),
    currency: 'BRL',
    amount: items.reduce((sum, { amount }) => sum + amount, 0),
    fee: 1_000,
    method: 'pix',
    installments: 1,
    items,
    buyer: null,
    tracking: {},
    subscription: null,
    ...fields,
  };
}

function numbersOn(day: string, events: readonly EventFacts[], currency = 'BRL') {
  const numbers = expectedNumbers(expectedOrders(events), 'America/Sao_Paulo').get(day)?.get(currency);
  return Object.fromEntries(numbers ?? []);
}

describe('the state that a run has to lead to', () => {
  it('is one paid order of a Pix that was generated and paid, with its bump', () => {
    const items = [course, bump];
    const events = [
      told('purchase_approved', '2026-11-24T14:05:00Z', { items }),
      told('pix_generated', '2026-11-24T14:00:00Z', { items }),
    ];
    expect(expectedOrders(events)).toMatchObject([
      { status: 'paid', amount: 22_400, fee: 1_000, net: 21_400, paidAt: new Date('2026-11-24T14:05:00Z'), items },
    ]);
    expect(numbersOn('2026-11-24', events)).toEqual({
      orders: 1,
      gross: 22_400,
      fees: 1_000,
      net: 21_400,
      'pix paid': 1,
      'pix generated': 1,
      'product p1 orders': 1,
      'product p1 gross': 19_700,
      'product p2 orders': 1,
      'product p2 gross': 2_700,
    });
  });

  it.each([
    { says: 'the new total', amount: 69_400, fee: 3_500 },
    { says: 'its own price', amount: 49_700, fee: 2_500 },
  ])('adds an upsell of one transaction that states $says', ({ amount, fee }) => {
    const events = [
      told('purchase_approved', '2026-11-24T14:05:00Z'),
      told('purchase_approved', '2026-11-24T14:06:00Z', { items: [mentoring], amount, fee }),
    ];
    expect(expectedOrders(events)).toMatchObject([{ amount: 69_400, fee: 3_500, net: 65_900 }]);
  });

  it('puts each thing on the day on which it happened in the time zone of the store', () => {
    const events = [
      told('purchase_approved', '2026-11-25T02:30:00Z'),
      told('purchase_refunded', '2026-11-26T03:30:00Z'),
    ];
    expect(numbersOn('2026-11-24', events)).toMatchObject({ orders: 1, gross: 19_700 });
    expect(numbersOn('2026-11-25', events)).toEqual({});
    expect(numbersOn('2026-11-26', events)).toEqual({ refunds: 1, 'refunded amount': 19_700 });
  });

  it('counts a sale whose approval was never told on the day on which the purchase began', () => {
    const createdAt = new Date('2026-11-20T14:00:00Z');
    const events = [told('chargeback', '2026-11-24T14:00:00Z', { createdAt, method: 'card' })];
    expect(numbersOn('2026-11-20', events)).toMatchObject({ orders: 1, 'card paid': 1 });
    expect(numbersOn('2026-11-24', events)).toEqual({ chargebacks: 1, 'chargeback amount': 19_700 });
  });

  it('has no order for a panel test, an unknown event and the end of a subscription', () => {
    const at = '2026-11-24T14:00:00Z';
    const events = [
      told('purchase_approved', at, { test: true }),
      told('unknown', at, { purchase: 'other' }),
      told('subscription_cancelled', at, { purchase: 'third' }),
    ];
    expect(expectedOrders(events)).toEqual([]);
  });

  it('keeps currencies apart', () => {
    const events = [
      told('purchase_approved', '2026-11-24T14:00:00Z'),
      told('purchase_approved', '2026-11-24T14:00:00Z', { purchase: 'abroad', currency: 'USD' }),
    ];
    const sums = sumOfDays(expectedNumbers(expectedOrders(events), 'America/Sao_Paulo'));
    expect([...sums].map(([currency, numbers]) => [currency, numbers.get('gross')])).toEqual([
      ['BRL', 19_700],
      ['USD', 19_700],
    ]);
  });
});
