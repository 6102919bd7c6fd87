import type { DeliveryContent, PlatformEvent } from '../platform.ts';
import { isNobody, nameOfBuyer, readBuyer } from './buyer.ts';
import { comparableName, kindOfEvent } from './catalogue.ts';
import { dedupeKey, type EventIdentity, orderKey } from './dedupe-key.ts';
import { isSoldAfterwards, readItems } from './items.ts';
import { readMoney } from './money.ts';
import { readPaymentInstructions, readPaymentMethod, readRefusalReason, webLink } from './payment.ts';
import type { AssinyDelivery } from './schema.ts';
import { isRenewal, readSubscription } from './subscription.ts';
import { readTimes, timeThatNames } from './times.ts';
import { readTracking } from './tracking.ts';

/** Assiny sells in reais; the currency may be missing on a cart. */
const DEFAULT_CURRENCY = 'BRL';

/**
 * Says what a delivery means in the product's own vocabulary.
 *
 * @param delivery the delivery as `readDelivery` gives it
 * @param content for the receipt's time and the hash of the body, where the payload does not say enough by itself
 */
export function normalise(
  delivery: AssinyDelivery,
  content: Pick<DeliveryContent, 'bodyHash' | 'receivedAt'>,
): PlatformEvent {
  const { client, offer, transaction, rawEvent } = delivery;
  const kind = kindOfEvent(rawEvent, isRenewal(delivery));
  const cart = kind === 'cart_abandoned';
  const buyer = readBuyer(client);
  const items = readItems(offer, delivery.orderBumps, cart);
  const subscription = readSubscription(delivery);
  const paymentMethod = readPaymentMethod(transaction, rawEvent);
  const identity: EventIdentity = {
    kind,
    eventName: comparableName(rawEvent),
    transactionId: transaction?.id ?? null,
    cycle: subscription?.cycle ?? null,
    offerId: offer?.id ?? offer?.product?.id ?? null,
    sharesTransaction: isSoldAfterwards(offer),
    buyer: nameOfBuyer(client, buyer),
    time: timeThatNames(delivery, cart),
    updatedAt: transaction?.updated_at ?? null,
    bodyHash: content.bodyHash,
  };
  return {
    kind,
    rawEvent,
    dedupeKey: dedupeKey(identity),
    orderKey: orderKey(identity),
    transactionId: identity.transactionId,
    ...readTimes(delivery, cart, content.receivedAt),
    test: delivery.saysTest || (delivery.flat && isNobody(client)),
    currency: transaction?.currency ?? DEFAULT_CURRENCY,
    ...readMoney(transaction, items, cart),
    paymentMethod,
    installments: transaction?.installments ?? null,
    items,
    buyer,
    tracking: readTracking(delivery.metadata),
    subscription,
    checkoutUrl: webLink(delivery.metadata?.event_source_url),
    ...readPaymentInstructions(transaction, paymentMethod),
    refusalReason: readRefusalReason(transaction, kind),
  };
}
