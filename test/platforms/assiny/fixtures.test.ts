import { describe, expect, it } from 'vitest';
import type { PlatformEvent } from '../../../src/platforms/platform.ts';
import { ASSINY_FIXTURES, assinyFixture } from '../../support/assiny/fixtures.ts';
import { eventOf } from './read.ts';

/** Every fixture tells of the same purchase by the same buyer; what it adds to that is in the table. */
const EXPECTED: Record<string, Partial<PlatformEvent>> = {
  abandoned_checkout: { kind: 'cart_abandoned', transactionId: null, paymentMethod: 'unknown', fee: null },
  abandoned_purchase: { kind: 'cart_abandoned', transactionId: null, paymentMethod: 'unknown', fee: null },
  pix_generated: {
    kind: 'pix_generated',
    paymentMethod: 'pix',
    pixCode: '00020126580014br.gov.bcb.pix0136inventado5204000053039865802BR6304ABCD',
    boletoUrl: null,
  },
  pix_expired: { kind: 'pix_expired', paymentMethod: 'pix' },
  bank_slip_generated: {
    kind: 'boleto_generated',
    paymentMethod: 'boleto',
    pixCode: null,
    boletoLine: '34191790010104351004791020150008100000000019700',
    boletoUrl: 'https://boleto.example.invalid/3f9c2a10.pdf',
  },
  bank_slip_expired: { kind: 'boleto_expired', paymentMethod: 'boleto' },
  refused: { kind: 'payment_refused', paymentMethod: 'card' },
  refused_purchase: { kind: 'payment_refused', paymentMethod: 'card', refusalReason: null },
  approved_purchase: { kind: 'purchase_approved', paymentMethod: 'pix' },
  'renewal.approved_purchase': { kind: 'subscription_renewed', amount: 5990 },
  'renewal.pix_expired': { kind: 'subscription_overdue', amount: 5990 },
  subscription_renewed: { kind: 'subscription_renewed', amount: 5990 },
  subscription_cancelled: { kind: 'subscription_cancelled', amount: 5990 },
  completed_purchase: { kind: 'purchase_completed' },
  request_refund: { kind: 'refund_requested' },
  refunded_purchase: { kind: 'purchase_refunded' },
  charged_back: { kind: 'chargeback', paymentMethod: 'card' },
  'upsell.approved_purchase': { kind: 'purchase_approved', amount: 49700 },
  subscription_reactivated: { kind: 'unknown', orderKey: null },
};

const TRANSACTION = '3f9c2a10-5b7e-4d18-8c64-000000000099';

describe.each(Object.entries(EXPECTED))('%s', (name, expected) => {
  const cart = expected.kind === 'cart_abandoned';
  const panelBody = assinyFixture(`${name}.panel`);
  const documentedBody = assinyFixture(`${name}.documented`);

  it('is read from the documented shape', () => {
    const event = eventOf(documentedBody);
    expect(event).toMatchObject({
      rawEvent: (documentedBody as { event: string }).event,
      ...(cart ? {} : { transactionId: TRANSACTION, orderKey: TRANSACTION }),
      amount: 24400,
      currency: 'BRL',
      test: false,
      buyer: {
        name: 'Marina Inventada de Souza',
        firstName: 'Marina',
        email: 'marina@example.invalid',
        phone: '+5511900000001',
        document: '00000000191',
      },
      checkoutUrl: 'https://pay.assiny.com.br/abc123/node/AbCd12',
      ...expected,
    });
    expect(event.tracking).toEqual({
      utm_source: 'FB',
      utm_medium: 'conjunto|1',
      utm_campaign: 'campanha|2',
      utm_content: 'anuncio|3',
      utm_id: '120210000000000001',
      src: 'bio',
      sck: 'story-7',
      trk_cpg: 'cpg-1',
      fbclid: 'x1',
      page_url: 'https://pagina.example.invalid/',
    });
  });

  it("is read from the panel's shape, full of zero values", () => {
    const event = eventOf(panelBody);
    expect(event).toMatchObject({
      ...(cart ? {} : { transactionId: TRANSACTION, orderKey: TRANSACTION }),
      amount: 19700,
      fee: null,
      net: null,
      currency: 'BRL',
      installments: null,
      test: false,
      buyer: { name: 'Marina Inventada de Souza', firstName: 'Marina', phone: '+5511900000001', document: null },
      tracking: { utm_source: 'FB', sck: 'story-7' },
      checkoutUrl: 'https://pay.assiny.com.br/abc123/node/AbCd12',
      refusalReason: null,
      ...expected,
    });
    expect(event.occurredAt.getUTCFullYear()).toBe(2026);
  });
});

describe('fixtures', () => {
  it('are all looked at', () => {
    const looked = Object.keys(EXPECTED).flatMap((name) => [`${name}.documented`, `${name}.panel`]);
    expect([...looked, 'approved_purchase.flat'].sort()).toEqual(ASSINY_FIXTURES);
  });

  it('of one cart are one event and one order, under either name', () => {
    const carts = ASSINY_FIXTURES.filter((name) => name.startsWith('abandoned_')).map((name) =>
      eventOf(assinyFixture(name)),
    );
    expect(carts).toHaveLength(4);
    expect(new Set(carts.map((cart) => cart.dedupeKey)).size).toBe(1);
    expect(new Set(carts.map((cart) => cart.orderKey)).size).toBe(1);
    expect(carts[0]?.orderKey).not.toBeNull();
  });

  it('of one event are one event in both shapes', () => {
    for (const name of [
      'approved_purchase',
      'renewal.approved_purchase',
      'upsell.approved_purchase',
      'refunded_purchase',
    ]) {
      expect(eventOf(assinyFixture(`${name}.panel`)).dedupeKey).toBe(
        eventOf(assinyFixture(`${name}.documented`)).dedupeKey,
      );
    }
  });

  it('of a purchase, its renewal and its upsell with one transaction id are three events', () => {
    const names = ['approved_purchase', 'renewal.approved_purchase', 'upsell.approved_purchase'];
    const keys = names.map((name) => eventOf(assinyFixture(`${name}.documented`)).dedupeKey);
    expect(new Set(keys).size).toBe(3);
  });

  it('a test of the panel without a buyer is a test, with an order key all the same', () => {
    expect(eventOf(assinyFixture('approved_purchase.flat'))).toMatchObject({
      kind: 'purchase_approved',
      test: true,
      transactionId: TRANSACTION,
      orderKey: TRANSACTION,
      amount: 19700,
      buyer: { name: null, firstName: null, email: null, phone: null, document: null },
      tracking: {},
    });
  });

  it('reads every detail of an approved purchase', () => {
    expect(eventOf(assinyFixture('approved_purchase.documented'))).toMatchObject({
      occurredAt: new Date('2026-01-10T15:03:10.654Z'),
      createdAt: new Date('2026-01-10T15:00:00.123Z'),
      fee: 1500,
      net: 22900,
      installments: 1,
      subscription: null,
      items: [
        {
          role: 'main',
          productId: '3f9c2a10-5b7e-4d18-8c64-000000000011',
          productName: 'Curso de Violão',
          offerId: '3f9c2a10-5b7e-4d18-8c64-000000000010',
          amount: 19700,
        },
        {
          role: 'bump',
          productId: '3f9c2a10-5b7e-4d18-8c64-000000000021',
          productName: 'Caderno de Exercícios',
          offerId: '3f9c2a10-5b7e-4d18-8c64-000000000020',
          amount: 4700,
        },
      ],
    });
  });

  it('reads the subscription of a renewal from the offer or from beside it', () => {
    const subscription = { id: '3f9c2a10-5b7e-4d18-8c64-000000000300', recurrence: 'MONTHLY', cycle: 2 };
    expect(eventOf(assinyFixture('renewal.approved_purchase.documented')).subscription).toEqual(subscription);
    expect(eventOf(assinyFixture('renewal.approved_purchase.panel')).subscription).toEqual(subscription);
  });

  it('says why a payment was refused in the words meant for the buyer', () => {
    expect(eventOf(assinyFixture('refused.documented')).refusalReason).toBe('Cartão sem limite disponível');
  });
});
