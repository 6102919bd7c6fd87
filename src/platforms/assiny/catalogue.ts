import type { CatalogueEntry, EventKind } from '../platform.ts';

/**
 * The events of Assiny. Its panel counts 17 of them and only about ten technical names are public, so the list also holds names that were
 * only guessed at, where their meaning leaves no doubt. Names that could mean two things (`refund`, `expired_purchase`, `pending_purchase`)
 * are left out: they are read as unknown and shown, which is better than a wrong total. Names with a dot belong to other products.
 *
 * A renewal comes as `approved_purchase` and an overdue one as `pix_expired`, each with a subscription cycle above 1: those names stand in
 * two entries, and the first entry is what the name alone means.
 */
export const catalogue: readonly CatalogueEntry[] = [
  {
    kind: 'cart_abandoned',
    rawEvents: ['abandoned_checkout', 'abandoned_purchase', 'abandoned_cart'],
    proven: true,
  },
  { kind: 'pix_generated', rawEvents: ['pix_generated', 'pix_gerado'], proven: true },
  { kind: 'pix_expired', rawEvents: ['pix_expired', 'pix_expirado'], proven: true },
  { kind: 'boleto_generated', rawEvents: ['bank_slip_generated', 'boleto_gerado'], proven: true },
  { kind: 'boleto_expired', rawEvents: ['bank_slip_expired'], proven: false },
  { kind: 'payment_refused', rawEvents: ['refused', 'refused_purchase', 'denied_purchase'], proven: true },
  {
    kind: 'purchase_approved',
    rawEvents: ['approved_purchase', 'purchase_approved', 'transaction_approved', 'sale_approved'],
    proven: true,
  },
  {
    kind: 'subscription_renewed',
    rawEvents: ['approved_purchase', 'subscription_renewed', 'renewed_subscription', 'renew'],
    proven: false,
  },
  { kind: 'purchase_completed', rawEvents: ['completed_purchase'], proven: true },
  { kind: 'refund_requested', rawEvents: ['request_refund', 'refund_requested'], proven: false },
  { kind: 'purchase_refunded', rawEvents: ['refunded_purchase'], proven: true },
  {
    kind: 'chargeback',
    rawEvents: ['charged_back', 'chargedback', 'chargeback', 'chargeback_purchase', 'chargedback_purchase'],
    proven: false,
  },
  { kind: 'subscription_overdue', rawEvents: ['pix_expired'], proven: false },
  {
    kind: 'subscription_cancelled',
    rawEvents: ['subscription_cancelled', 'subscription_canceled', 'cancelled_subscription', 'canceled_subscription'],
    proven: false,
  },
];

/** What a name means when it is told of the renewal of a subscription. */
const KIND_OF_RENEWAL: Partial<Record<EventKind, EventKind>> = {
  purchase_approved: 'subscription_renewed',
  pix_expired: 'subscription_overdue',
};

/** Event names are compared in lower case, without surrounding space. */
export function comparableName(rawEvent: string): string {
  return rawEvent.trim().toLowerCase();
}

/**
 * @param rawEvent the event name as Assiny sent it
 * @param renewal the delivery tells of a renewal: a subscription cycle above 1, or a mark that says so
 * @returns what the event means; `unknown` for every name that is not in the catalogue
 */
export function kindOfEvent(rawEvent: string, renewal: boolean): EventKind {
  const name = comparableName(rawEvent);
  const kind = catalogue.find((entry) => entry.rawEvents.includes(name))?.kind ?? 'unknown';
  return (renewal ? KIND_OF_RENEWAL[kind] : undefined) ?? kind;
}
