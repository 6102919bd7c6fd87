import { test as propertyTest } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type JourneyEvent,
  journeyKeysOf,
  mainJourneyKeysOf,
  purchaseKeyOf,
  supersederOf,
} from '../../src/messages/happy-path.ts';
import { rankOfKind } from '../../src/messages/notification-catalogue.ts';
import { EVENT_KINDS, type EventKind } from '../../src/platforms/platform.ts';

const START = Date.parse('2026-11-24T12:00:00.000Z');
const MINUTE = 60_000;

const BUYER = { name: null, firstName: null, document: null };

function bought(phone: string | null, email: string | null, [main, ...bumps]: readonly string[]) {
  const item = { productName: null, offerId: null, amount: 1 };
  const items = [
    // As a payload may have it: the main item is not always the first one.
    ...bumps.map((productId) => ({ ...item, role: 'bump' as const, productId })),
    ...(main ? [{ ...item, role: 'main' as const, productId: main }] : []),
  ];
  const event = { buyer: { ...BUYER, phone, email }, items };
  return { journeyKeys: journeyKeysOf(event), mainJourneyKeys: mainJourneyKeysOf(event) };
}

/** `A pix_generated 5 violão+caderno`: purchase A, five minutes after the start, of a guitar course with a bump. All of one buyer. */
function journey(...lines: string[]): JourneyEvent[] {
  return lines.map((line, index) => {
    const [purchaseKey = '', kind = '', minutes = '0', products = 'violão'] = line.split(' ');
    const occurredAt = new Date(START + Number(minutes) * MINUTE);
    const keys = bought('+5511900000001', null, products.split('+'));
    return { id: String(index), kind: kind as EventKind, purchaseKey, ...keys, occurredAt };
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

  test.each([
    // Bought as an order bump of something else.
    [['cart cart_abandoned 0 caderno', 'A purchase_approved 9 violão+caderno'], 'A purchase_approved 9 violão+caderno'],
    [['A pix_generated 0 caderno', 'B purchase_approved 9 violão+caderno'], 'B purchase_approved 9 violão+caderno'],
    [['A pix_expired 0 caderno+violão', 'B pix_expired 9 violão+caderno'], 'B pix_expired 9 violão+caderno'],
    [['cart cart_abandoned 5 caderno', 'A payment_refused 1 violão+caderno'], 'A payment_refused 1 violão+caderno'],
    // What the message is about was not bought.
    [['cart cart_abandoned 0 violão+caderno', 'A purchase_approved 9 caderno'], null],
    [['cart cart_abandoned 0 violão+caderno', 'A purchase_approved 9 piano+caderno'], null],
    [['A pix_generated 0 violão+caderno', 'B purchase_approved 9 caderno'], null],
    // A cart after the sale of its product is new, however that was sold.
    [['cart cart_abandoned 9 caderno', 'A purchase_approved 5 violão+caderno'], null],
    [['cart cart_abandoned 9 caderno', 'A payment_refused 0 caderno', 'B purchase_approved 5 violão+caderno'], null],
    [
      ['cart cart_abandoned 9 violão+caderno', 'A payment_refused 0', 'B purchase_approved 5 piano+caderno'],
      'A payment_refused 0',
    ],
  ])('%j', (lines, winner) => {
    expect(winnerOfFirst(lines)).toBe(winner);
  });

  test('a buyer is known by the phone or by the e-mail', () => {
    const [cart, sale] = journey('cart cart_abandoned 0', 'A purchase_approved 9');
    if (!cart || !sale) throw new Error('There are two');
    const winner = (ofCart: [string | null, string | null], ofSale: [string | null, string | null]) =>
      supersederOf(
        { ...cart, ...bought(...ofCart, ['violão']) },
        [{ ...sale, ...bought(...ofSale, ['piano', 'violão']) }],
        { happyPath: true },
      )?.id;
    expect(winner([null, 'a@example.com'], ['+5511900000001', 'a@example.com'])).toBe(sale.id);
    expect(winner(['+5511900000001', 'a@example.com'], [null, 'a@example.com'])).toBe(sale.id);
    expect(winner(['+5511900000001', 'a@example.com'], ['+5511900000001', 'b@example.com'])).toBe(sale.id);
    expect(winner(['+5511900000001', null], [null, 'a@example.com'])).toBeUndefined();
    expect(winner(['+5511900000001', 'a@example.com'], ['+5511900000002', 'b@example.com'])).toBeUndefined();
    expect(winner([null, null], [null, null])).toBeUndefined();
  });

  test('another product or buyer is another journey', () => {
    const [cart, sale] = journey('cart cart_abandoned 0', 'A purchase_approved 9');
    if (!cart || !sale) throw new Error('There are two');
    expect(
      supersederOf(cart, [{ ...sale, ...bought('+5511900000001', null, ['piano']) }], { happyPath: true }),
    ).toBeUndefined();
    expect(
      supersederOf(cart, [{ ...sale, ...bought('+5511900000002', null, ['violão']) }], { happyPath: true }),
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

const contacts = fc.record({
  phone: fc.constantFrom('+5511900000001', '+5511900000002', null),
  email: fc.constantFrom('a@example.com', null),
});
const products = fc.uniqueArray(fc.constantFrom('violão', 'piano', 'caderno'), { maxLength: 3 });
const events = fc.uniqueArray(
  fc
    .record({
      id: fc.uuid(),
      kind: fc.constantFrom(...EVENT_KINDS),
      purchaseKey: fc.constantFrom('A', 'B', 'cart'),
      contact: contacts,
      products,
      occurredAt: fc.integer({ min: 0, max: 30 }).map((minutes) => new Date(START + minutes * MINUTE)),
    })
    .map((event) => ({ ...event, ...bought(event.contact.phone, event.contact.email, event.products) })),
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

propertyTest.prop([events])(
  'what wins over another purchase is of its buyer and holds what its message is about',
  (known) => {
    for (const event of known) {
      const winner = supersederOf(event, known, { happyPath: true });
      if (!winner || winner.purchaseKey === event.purchaseKey) continue;
      const { phone, email } = event.contact;
      const isOfBuyer = [
        phone !== null && phone === winner.contact.phone,
        email !== null && email === winner.contact.email,
      ];
      expect(isOfBuyer).toContain(true);
      expect(winner.products).toContain(event.products[0]);
    }
  },
);

propertyTest.prop([events, contacts, products])(
  'a sale ends all that came before it about what was bought, and nothing else of another purchase',
  (known, contact, [main = 'violão', ...bumps]) => {
    const occurredAt = new Date(START + 31 * MINUTE);
    const keys = bought(contact.phone, contact.email, [main, ...bumps]);
    const sale = { id: 'sale', kind: 'purchase_approved' as const, purchaseKey: 'sale', occurredAt, ...keys };
    for (const event of known) {
      const rank = rankOfKind(event.kind);
      const { phone, email } = event.contact;
      const isSame = (phone !== null && phone === contact.phone) || (email !== null && email === contact.email);
      const isBought = [main, ...bumps].some((product) => product === event.products[0]);
      const isEnded = typeof rank === 'number' && rank <= 4 && isSame && isBought;
      expect(supersederOf(event, [sale], { happyPath: true })?.id).toBe(isEnded ? 'sale' : undefined);
    }
  },
);

test('a journey is a contact of the buyer and something bought, the main product first', () => {
  const buyer = { ...BUYER, email: 'a@example.com', phone: '+5511900000001' };
  const item = { role: 'bump' as const, productId: null, productName: 'Bônus', offerId: null, amount: 1 };
  const main = { ...item, role: 'main' as const, productId: 'p' };
  const keysOfMain = ['+5511900000001 p', 'a@example.com p'];
  expect(journeyKeysOf({ buyer, items: [item, main] })).toEqual([
    ...keysOfMain,
    '+5511900000001 Bônus',
    'a@example.com Bônus',
  ]);
  expect(mainJourneyKeysOf({ buyer, items: [item, main] })).toEqual(keysOfMain);
  expect(journeyKeysOf({ buyer: { ...buyer, phone: null }, items: [item] })).toEqual(['a@example.com Bônus']);
  expect(journeyKeysOf({ buyer: { ...buyer, phone: null, email: null }, items: [main] })).toEqual([]);
  expect(journeyKeysOf({ buyer, items: [] })).toEqual([]);
});

test('each charge of a subscription is a purchase of its own', () => {
  const subscription = { id: 's', recurrence: null };
  expect(purchaseKeyOf({ orderKey: 't', subscription: null })).toBe('t');
  expect(purchaseKeyOf({ orderKey: 't', subscription: { ...subscription, cycle: 1 } })).toBe('t');
  expect(purchaseKeyOf({ orderKey: 't', subscription: { ...subscription, cycle: 2 } })).toBe('t cycle=2');
});
