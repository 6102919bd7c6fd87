import type { Subscription } from '../platform.ts';
import type { AssinyDelivery } from './schema.ts';

/**
 * The subscription that a purchase belongs to, field by field from the offer's, then the delivery's, then what the transaction and the
 * offer say of themselves. Null when nothing says that there is one.
 */
export function readSubscription(delivery: AssinyDelivery): Subscription | null {
  const { offer, subscription, transaction } = delivery;
  const id = offer?.subscription?.id ?? subscription?.id ?? null;
  const cycle = offer?.subscription?.cycle ?? subscription?.cycle ?? transaction?.cycle ?? null;
  const recurrence = offer?.subscription?.recurrence ?? subscription?.recurrence ?? offer?.recurrence ?? null;
  return id === null && cycle === null && recurrence === null ? null : { id, cycle, recurrence };
}

/** True when the delivery tells of a charge after the first one. */
export function isRenewal(delivery: AssinyDelivery): boolean {
  const cycle = readSubscription(delivery)?.cycle ?? 1;
  const marked =
    delivery.offer?.subscription?.is_subscription_renew === true ||
    delivery.subscription?.is_subscription_renew === true;
  return cycle > 1 || marked;
}
