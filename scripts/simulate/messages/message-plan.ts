import { groupBy } from 'es-toolkit';
import type { SeenNotification } from '../admin-api.ts';
import type { KeptEvent } from '../check/check-events.ts';
import type { EventFacts, FactKind } from '../event-facts.ts';
import { isReal } from '../expected-orders.ts';

/** What a notification is planned by, and its place in the happy path; null: it has none. In the simulator's own words. */
const NOTIFICATIONS: Readonly<Record<string, { kind: FactKind; rank: number | null }>> = {
  cart_abandoned: { kind: 'cart_abandoned', rank: 1 },
  payment_refused: { kind: 'payment_refused', rank: 2 },
  pix_generated: { kind: 'pix_generated', rank: 3 },
  pix_reminder: { kind: 'pix_generated', rank: 3 },
  boleto_generated: { kind: 'boleto_generated', rank: 3 },
  boleto_reminder: { kind: 'boleto_generated', rank: 3 },
  pix_expired: { kind: 'pix_expired', rank: 4 },
  boleto_expired: { kind: 'boleto_expired', rank: 4 },
  purchase_approved: { kind: 'purchase_approved', rank: 5 },
  purchase_completed: { kind: 'purchase_completed', rank: 6 },
  refund_requested: { kind: 'refund_requested', rank: null },
  purchase_refunded: { kind: 'purchase_refunded', rank: null },
  chargeback: { kind: 'chargeback', rank: null },
  subscription_renewed: { kind: 'subscription_renewed', rank: null },
  subscription_overdue: { kind: 'subscription_overdue', rank: null },
  subscription_cancelled: { kind: 'subscription_cancelled', rank: null },
};

/** A message that has to be there once, sent or with its reason. */
export interface WantedMessage {
  /** Names the purchase, the notification and its step. */
  key: string;
  /** The events that it may be of: several approvals of one purchase make one message. */
  events: KeptEvent[];
}

export function rankOf(kind: FactKind): number | null {
  return Object.values(NOTIFICATIONS).find((notification) => notification.kind === kind)?.rank ?? null;
}

/** What a buyer pays for once: of a subscription, each charge. */
export function paymentOf({ purchase, subscription }: EventFacts): string {
  return `${purchase} ${subscription?.cycle ?? 1}`;
}

/** What joins a buyer's attempts to buy one thing: the main one of a purchase. No two buyers of a run share a phone. */
export function journeyOf({ buyer, items }: EventFacts): string {
  return `${buyer?.phone} ${items[0]?.productId}`;
}

/** Every message that the events of a run ask for. */
export function wantedMessages(
  events: readonly KeptEvent[],
  notifications: readonly SeenNotification[],
): WantedMessage[] {
  const each = events
    .filter(({ seen, facts }) => seen !== null && isReal(facts))
    .flatMap((event) => messagesOf(event, notifications));
  return Object.values(groupBy(each, ({ key }) => key)).flatMap((same) => {
    const [first] = same;
    return first ? [{ ...first, events: same.flatMap(({ events: ofOne }) => ofOne) }] : [];
  });
}

function messagesOf(event: KeptEvent, notifications: readonly SeenNotification[]): WantedMessage[] {
  return notifications
    .filter(({ type, enabled }) => enabled && NOTIFICATIONS[type]?.kind === event.facts.kind)
    .flatMap(({ type, steps }) =>
      steps.map((_, position) => ({ key: messageKey(event.facts, type, position + 1), events: [event] })),
    );
}

export function messageKey(facts: EventFacts, type: string, step: number): string {
  return `${type} ${step} of ${paymentOf(facts)}`;
}

/** Ends a text, so that a provider's log tells by itself which message it holds. A cart has no order, and is told by its phone. */
export function markOf(type: string, step: number): string {
  return `\n\n[${type} ${step}{{#order.id}} {{order.id}}{{/order.id}}]`;
}

/** What `markOf` became in a text for a buyer. */
export function writtenMark({ transactionId }: EventFacts, type: string, step: number): string {
  return `[${type} ${step}${transactionId === null ? '' : ` ${transactionId}`}]`;
}
