import { describe, expect, it } from 'vitest';
import { assinyPayload, type Random } from '../../../scripts/simulate/assiny-payload.ts';
import { catalogue } from '../../../src/platforms/assiny/catalogue.ts';
import { eventOf } from './read.ts';

/** The same numbers each time: a linear congruential generator (Numerical Recipes). */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const createdAt = new Date('2026-02-01T10:00:00Z');

describe('assinyPayload', () => {
  it.each(catalogue.flatMap(({ kind, rawEvents }) => rawEvents.map((event) => ({ event, kind }))))(
    '$event is read as $kind',
    ({ event, kind }) => {
      const cycle = ['subscription_renewed', 'subscription_overdue'].includes(kind) ? 2 : 1;
      const read = eventOf(assinyPayload({ event, createdAt, subscription: { cycle } }));
      expect(read).toMatchObject({ kind, test: false, occurredAt: createdAt });
      expect(read.amount).toBeGreaterThan(0);
      expect(read.buyer.phone).toMatch(/^\+55119\d{8}$/);
      expect(read.buyer.email).toMatch(/@example\.invalid$/);
    },
  );

  it('says what its options say', () => {
    const payload = assinyPayload({
      event: 'approved_purchase',
      transactionId: 't-1',
      amount: 24400,
      currency: 'USD',
      paymentType: 'CREDIT',
      product: { productId: 'p-1', productName: 'Curso' },
      bumps: [{ productId: 'p-2', productName: 'Caderno', amount: 4700 }],
      client: { full_name: 'Bia Prado', email: 'bia@example.invalid', phone: '+5511900000003' },
      tracking: { utm_source: 'google', sck: 'x' },
      createdAt,
      updatedAt: new Date('2026-02-01T10:05:00Z'),
    });
    expect(eventOf(payload)).toMatchObject({
      transactionId: 't-1',
      amount: 24400,
      currency: 'USD',
      paymentMethod: 'card',
      items: [
        { role: 'main', productId: 'p-1', productName: 'Curso', amount: 19700 },
        { role: 'bump', productId: 'p-2', productName: 'Caderno', amount: 4700 },
      ],
      buyer: { name: 'Bia Prado', firstName: 'Bia', email: 'bia@example.invalid', phone: '+5511900000003' },
      tracking: { utm_source: 'google', sck: 'x' },
      createdAt,
      occurredAt: new Date('2026-02-01T10:05:00Z'),
    });
  });

  it('carries what the buyer needs to pay', () => {
    expect(eventOf(assinyPayload({ event: 'pix_generated' })).pixCode).toMatch(/^000201/);
    expect(eventOf(assinyPayload({ event: 'bank_slip_generated' }))).toMatchObject({
      boletoLine: expect.stringMatching(/^\d{47}$/),
      boletoUrl: expect.stringMatching(/^https:/),
    });
  });

  it('is another purchase each time, and the same one from the same seed', () => {
    const build = (random?: Random) => assinyPayload({ event: 'approved_purchase', createdAt }, random);
    expect(eventOf(build()).dedupeKey).not.toBe(eventOf(build()).dedupeKey);
    expect(build(seeded(7))).toEqual(build(seeded(7)));
  });

  it('has no transaction in a cart unless one is named', () => {
    expect(assinyPayload({ event: 'abandoned_checkout' }).data).not.toHaveProperty('transaction');
    expect(eventOf(assinyPayload({ event: 'abandoned_checkout', transactionId: 't-1' })).orderKey).toBe('t-1');
  });
});
