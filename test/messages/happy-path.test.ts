import { test as propertyTest } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JourneyEvent, journeyKeyOf, purchaseKeyOf, supersederOf } from '../../src/messages/happy-path.ts';
import { rankOfKind } from '../../src/messages/notification-catalogue.ts';
import { EVENT_KINDS, type EventKind } from '../../src/platforms/platform.ts';

const START = Date.parse('2026-11-24T12:00:00.000Z');
const MINUTE = 60_000;

/** `A pix_generated 5`: purchase A, five minutes after the start. All of one journey. */
function journey(...lines: string[]): JourneyEvent[] {
  return lines.map((line, index) => {
    const [purchaseKey = '', kind = '', minutes = '0'] = line.split(' ');
    const occurredAt = new Date(START + Number(minutes) * MINUTE);
    return { id: String(index), kind: kind as EventKind, purchaseKey, journeyKey: 'joana violão', occurredAt };
  });
}

function winnerOfFirst(lines: string[], happyPath = true): string | null {
  const [first, ...others] = journey(...lines);
  const winner = first && supersederOf(first, others, { happyPath });
  return winner ? (lines[Number(winner.id)] ?? null) : null;
}

describe('within one purchase', () => {
  test.each([
    [['A pix_generated 0', 'A purchase_approved 3'], 'A purchase_approved 3'],
    // The approval was delivered first, or says an earlier time.
    [['A pix_generated 3', 'A purchase_approved 0'], 'A purchase_approved 0'],
    [['A purchase_approved 3', 'A pix_generated 0'], null],
    [['A payment_refused 0', 'A pix_generated 1', 'A purchase_approved 2'], 'A pix_generated 1'],
    [['A purchase_approved 0', 'A purchase_completed 9'], 'A purchase_completed 9'],
    [['A purchase_approved 0', 'A purchase_refunded 9'], 'A purchase_refunded 9'],
    [['A purchase_approved 9', 'A purchase_refunded 0'], 'A purchase_refunded 0'],
    [['A refund_requested 0', 'A purchase_refunded 9'], 'A purchase_refunded 9'],
    [['A purchase_refunded 9', 'A refund_requested 0'], null],
    [['A pix_generated 0', 'A unknown 1'], null],
  ])('%j', (lines, winner) => {
    expect(winnerOfFirst(lines)).toBe(winner);
  });
});

describe('between purchases of one buyer and product', () => {
  test.each([
    // The cart that became a sale, also when it is delivered afterwards.
    [['cart cart_abandoned 0', 'A purchase_approved 9'], 'A purchase_approved 9'],
    [['cart cart_abandoned 0', 'A payment_refused 1'], 'A payment_refused 1'],
    [['cart cart_abandoned 5', 'A payment_refused 1'], 'A payment_refused 1'],
    // A cart after the sale is a new purchase, whatever led to that sale.
    [['cart cart_abandoned 9', 'A purchase_approved 0'], null],
    [['cart cart_abandoned 9', 'A payment_refused 0', 'B purchase_approved 5'], null],
    [['cart cart_abandoned 9', 'A purchase_approved 0', 'B payment_refused 5'], 'B payment_refused 5'],
    // An attempt of last week says nothing about today's cart.
    [['cart cart_abandoned 20000', 'A pix_expired 0'], null],
    // Paid by card after all.
    [['A pix_generated 0', 'B purchase_approved 9'], 'B purchase_approved 9'],
    [['A pix_generated 9', 'B purchase_approved 0'], null],
    // Of two Pix codes only the newer one is of use.
    [['A pix_generated 0', 'B pix_generated 9'], 'B pix_generated 9'],
    [['A pix_generated 9', 'B pix_expired 0'], null],
    // Each sale is told of.
    [['A purchase_approved 0', 'B purchase_approved 9'], null],
    [['A purchase_approved 0', 'B purchase_refunded 9'], null],
    [['A pix_generated 0', 'B purchase_refunded 9'], null],
  ])('%j', (lines, winner) => {
    expect(winnerOfFirst(lines)).toBe(winner);
  });

  test('another product or buyer is another journey', () => {
    const [cart, sale] = journey('cart cart_abandoned 0', 'A purchase_approved 9');
    if (!cart || !sale) throw new Error('There are two');
    expect(supersederOf(cart, [{ ...sale, journeyKey: 'joana piano' }], { happyPath: true })).toBeUndefined();
    expect(
      supersederOf({ ...cart, journeyKey: null }, [{ ...sale, journeyKey: null }], { happyPath: true }),
    ).toBeUndefined();
  });
});

describe('with the happy path off', () => {
  test.each([
    [['A pix_generated 0', 'A purchase_approved 3'], null],
    [['cart cart_abandoned 0', 'A purchase_approved 9'], null],
    [['A purchase_approved 0', 'A purchase_refunded 9'], 'A purchase_refunded 9'],
  ])('%j', (lines, winner) => {
    expect(winnerOfFirst(lines, false)).toBe(winner);
  });
});

const events = fc.uniqueArray(
  fc.record({
    id: fc.uuid(),
    kind: fc.constantFrom(...EVENT_KINDS),
    purchaseKey: fc.constantFrom('A', 'B', 'cart'),
    journeyKey: fc.constantFrom('joana violão', 'joana piano', null),
    occurredAt: fc.integer({ min: 0, max: 30 }).map((minutes) => new Date(START + minutes * MINUTE)),
  }),
  { selector: ({ id }) => id, maxLength: 12 },
);

propertyTest.prop([events, fc.boolean()])('the order of the events changes nothing', (known, happyPath) => {
  for (const event of known) {
    const winner = supersederOf(event, known, { happyPath });
    expect(supersederOf(event, [...known].reverse(), { happyPath })?.id).toBe(winner?.id);
  }
});

propertyTest.prop([events])('what is left of a purchase is its highest rank, or what ended it', (known) => {
  for (const purchaseKey of ['A', 'B', 'cart']) {
    const purchase = known.filter((event) => event.purchaseKey === purchaseKey && event.kind !== 'unknown');
    const left = purchase.filter((event) => !supersederOf(event, purchase, { happyPath: true }));
    const ranks = left.map(({ kind }) => rankOfKind(kind));
    if (purchase.some(({ kind }) => rankOfKind(kind) === null)) expect(ranks).toEqual([null]);
    else expect(new Set(ranks).size).toBe(purchase.length === 0 ? 0 : 1);
  }
});

propertyTest.prop([events])('one more event never brings back what was out of place', (known) => {
  for (const event of known) {
    for (let count = 0; count < known.length; count += 1) {
      const before = supersederOf(event, known.slice(0, count), { happyPath: true });
      // A sale between an attempt and a cart makes the cart a new purchase: the one exception.
      if (before && event.kind !== 'cart_abandoned') {
        expect(supersederOf(event, known.slice(0, count + 1), { happyPath: true })).toBeDefined();
      }
    }
  }
});

test('a journey is the buyer and the main product', () => {
  const buyer = { name: null, firstName: null, email: 'a@example.com', phone: '+5511900000001', document: null };
  const item = { role: 'bump' as const, productId: 'b', productName: 'Bônus', offerId: null, amount: 1 };
  const main = { ...item, role: 'main' as const, productId: 'p' };
  expect(journeyKeyOf({ buyer, items: [item, main] })).toBe('+5511900000001 p');
  expect(journeyKeyOf({ buyer: { ...buyer, phone: null }, items: [item] })).toBe('a@example.com b');
  expect(journeyKeyOf({ buyer: { ...buyer, phone: null, email: null }, items: [main] })).toBeNull();
  expect(journeyKeyOf({ buyer, items: [] })).toBeNull();
});

test('each charge of a subscription is a purchase of its own', () => {
  const subscription = { id: 's', recurrence: null };
  expect(purchaseKeyOf({ orderKey: 't', subscription: null })).toBe('t');
  expect(purchaseKeyOf({ orderKey: 't', subscription: { ...subscription, cycle: 1 } })).toBe('t');
  expect(purchaseKeyOf({ orderKey: 't', subscription: { ...subscription, cycle: 2 } })).toBe('t cycle=2');
});
