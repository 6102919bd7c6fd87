import { describe, expect, it } from 'vitest';
import { catalogue, kindOfEvent } from '../../../src/platforms/assiny/catalogue.ts';
import { EVENT_KINDS, type EventKind } from '../../../src/platforms/platform.ts';

const KINDS: [string, EventKind][] = [
  ['abandoned_checkout', 'cart_abandoned'],
  ['abandoned_purchase', 'cart_abandoned'],
  ['abandoned_cart', 'cart_abandoned'],
  ['pix_generated', 'pix_generated'],
  ['pix_gerado', 'pix_generated'],
  ['pix_expired', 'pix_expired'],
  ['pix_expirado', 'pix_expired'],
  ['bank_slip_generated', 'boleto_generated'],
  ['boleto_gerado', 'boleto_generated'],
  ['bank_slip_expired', 'boleto_expired'],
  ['refused', 'payment_refused'],
  ['refused_purchase', 'payment_refused'],
  ['denied_purchase', 'payment_refused'],
  ['approved_purchase', 'purchase_approved'],
  ['transaction_approved', 'purchase_approved'],
  ['purchase_approved', 'purchase_approved'],
  ['sale_approved', 'purchase_approved'],
  ['subscription_renewed', 'subscription_renewed'],
  ['renewed_subscription', 'subscription_renewed'],
  ['renew', 'subscription_renewed'],
  ['completed_purchase', 'purchase_completed'],
  ['request_refund', 'refund_requested'],
  ['refund_requested', 'refund_requested'],
  ['refunded_purchase', 'purchase_refunded'],
  ['charged_back', 'chargeback'],
  ['chargedback', 'chargeback'],
  ['chargeback', 'chargeback'],
  ['chargeback_purchase', 'chargeback'],
  ['chargedback_purchase', 'chargeback'],
  ['subscription_cancelled', 'subscription_cancelled'],
  ['subscription_canceled', 'subscription_cancelled'],
  ['canceled_subscription', 'subscription_cancelled'],
];

describe('catalogue of events', () => {
  it.each(KINDS)('%s is %s', (name, kind) => {
    expect(kindOfEvent(name, false)).toBe(kind);
    expect(kindOfEvent(`  ${name.toUpperCase()}\n`, false)).toBe(kind);
  });

  it.each([
    ['approved_purchase', 'subscription_renewed'],
    ['pix_expired', 'subscription_overdue'],
    ['completed_purchase', 'purchase_completed'],
    ['refunded_purchase', 'purchase_refunded'],
    ['something_new', 'unknown'],
  ])('%s of a renewal is %s', (name, kind) => {
    expect(kindOfEvent(name, true)).toBe(kind);
  });

  it.each(['', 'purchase.approved', 'subscription.paid', 'refund', 'expired_purchase', '__proto__', 'constructor'])(
    '%j is unknown',
    (name) => {
      expect(kindOfEvent(name, false)).toBe('unknown');
    },
  );

  it('has one entry for every kind but unknown, in the order of the kinds, each with a usual name in lower case', () => {
    expect(catalogue.map((entry) => entry.kind)).toEqual(EVENT_KINDS.filter((kind) => kind !== 'unknown'));
    for (const { rawEvents } of catalogue) {
      expect(rawEvents.length).toBeGreaterThan(0);
      expect(rawEvents).toEqual(rawEvents.map((name) => name.trim().toLowerCase()));
    }
  });
});
