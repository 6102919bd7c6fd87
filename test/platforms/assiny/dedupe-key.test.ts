import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dedupeKey, type EventIdentity, orderKey } from '../../../src/platforms/assiny/dedupe-key.ts';
import { EVENT_KINDS } from '../../../src/platforms/platform.ts';

const identity: EventIdentity = {
  kind: 'purchase_approved',
  eventName: 'approved_purchase',
  transactionId: 't-1',
  cycle: null,
  offerId: 'o-1',
  sharesTransaction: false,
  buyer: 'marina@example.invalid',
  time: new Date('2026-01-10T15:00:00Z'),
  updatedAt: new Date('2026-01-10T15:03:00Z'),
  bodyHash: 'hash-1',
};

const keyOf = (changes: Partial<EventIdentity>) => dedupeKey({ ...identity, ...changes });

describe('dedupeKey', () => {
  it('is the transaction and the kind, whatever else differs in a redelivery', () => {
    const redelivery: Partial<EventIdentity> = {
      eventName: 'sale_approved',
      offerId: null,
      buyer: null,
      time: null,
      updatedAt: null,
      bodyHash: 'hash-2',
    };
    expect(keyOf(redelivery)).toBe(keyOf({}));
    expect(keyOf({ transactionId: 't-2' })).not.toBe(keyOf({}));
    expect(keyOf({ kind: 'purchase_refunded' })).not.toBe(keyOf({}));
  });

  it('counts subscription cycles from the second', () => {
    expect(keyOf({ cycle: 1 })).toBe(keyOf({ cycle: null }));
    expect(keyOf({ cycle: 2 })).not.toBe(keyOf({ cycle: 1 }));
    expect(keyOf({ cycle: 3 })).not.toBe(keyOf({ cycle: 2 }));
  });

  it('keeps an upsell with the same transaction id', () => {
    const upsell = keyOf({ sharesTransaction: true, offerId: 'o-2' });
    expect(upsell).not.toBe(keyOf({}));
    expect(upsell).not.toBe(keyOf({ sharesTransaction: true, offerId: 'o-3' }));
  });

  it('keeps two unknown events apart unless they are the same in name and time', () => {
    const unknown = { kind: 'unknown', eventName: 'news' } as const;
    expect(keyOf({ ...unknown, bodyHash: 'hash-2' })).toBe(keyOf(unknown));
    expect(keyOf({ ...unknown, eventName: 'olds' })).not.toBe(keyOf(unknown));
    expect(keyOf({ ...unknown, updatedAt: new Date('2026-01-11T00:00:00Z') })).not.toBe(keyOf(unknown));
    expect(keyOf({ ...unknown, updatedAt: null, bodyHash: 'a' })).not.toBe(
      keyOf({ ...unknown, updatedAt: null, bodyHash: 'b' }),
    );
  });

  it('falls back on offer, buyer and time, then on the body', () => {
    const cart = { kind: 'cart_abandoned', transactionId: null } as const;
    expect(keyOf({ ...cart, bodyHash: 'other' })).toBe(keyOf(cart));
    for (const change of [{ offerId: 'o-2' }, { buyer: 'caio@example.invalid' }, { time: new Date(0) }]) {
      expect(keyOf({ ...cart, ...change })).not.toBe(keyOf(cart));
    }
    for (const missing of [{ offerId: null }, { buyer: null }, { time: null }]) {
      expect(keyOf({ ...cart, ...missing, bodyHash: 'a' })).toBe(keyOf({ ...cart, ...missing, bodyHash: 'a' }));
      expect(keyOf({ ...cart, ...missing, bodyHash: 'a' })).not.toBe(keyOf({ ...cart, ...missing, bodyHash: 'b' }));
    }
  });

  it('takes no transaction id for an id and something after it', () => {
    expect(keyOf({ transactionId: 't-1:cycle=2' })).not.toBe(keyOf({ cycle: 2 }));
    expect(keyOf({ transactionId: 't-1:cycle=2' })).not.toBe(keyOf({ transactionId: 't-1%3Acycle=2' }));
    expect(keyOf({ transactionId: 't-1:offer=o-1' })).not.toBe(keyOf({ sharesTransaction: true }));
  });

  it('does not show the buyer', () => {
    const cart = { ...identity, transactionId: null };
    expect(dedupeKey(cart)).not.toContain('marina');
    expect(orderKey(cart)).not.toContain('marina');
  });

  it('never gives two events one key, and never a key that is too long to be indexed', () => {
    const id = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', ':', '%', '=', '2'), minLength: 1, maxLength: 4 }),
      fc.string({ minLength: 1 }),
    );
    const event = fc.record({
      kind: fc.constantFrom(...EVENT_KINDS.filter((kind) => kind !== 'unknown')),
      transactionId: id,
      cycle: fc.option(fc.integer({ min: 2, max: 4 })),
      offerId: id,
      sharesTransaction: fc.boolean(),
    });
    const tellsApart = (e: typeof event extends fc.Arbitrary<infer T> ? T : never) =>
      JSON.stringify([e.kind, e.transactionId, e.cycle, e.sharesTransaction ? e.offerId : null]);
    fc.assert(
      fc.property(event, event, (one, other) => {
        expect(keyOf(one) === keyOf(other)).toBe(tellsApart(one) === tellsApart(other));
        expect(keyOf({ ...one, transactionId: one.transactionId.padEnd(320, ':') }).length).toBeLessThanOrEqual(300);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('orderKey', () => {
  it('is the transaction id, and nothing for an unknown event', () => {
    expect(orderKey(identity)).toBe('t-1');
    expect(orderKey({ ...identity, kind: 'unknown' })).toBeNull();
  });

  it('joins the events of a purchase that has no transaction id', () => {
    const cart: EventIdentity = { ...identity, transactionId: null, kind: 'cart_abandoned' };
    expect(orderKey({ ...cart, eventName: 'abandoned_purchase' })).toBe(
      orderKey({ ...cart, eventName: 'abandoned_checkout' }),
    );
    expect(orderKey({ ...cart, offerId: 'o-2' })).not.toBe(orderKey(cart));
  });
});
