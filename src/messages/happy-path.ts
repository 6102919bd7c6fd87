import type { EventKind, OrderItem, PlatformEvent } from '../platforms/platform.ts';
import { rankOfKind } from './notification-catalogue.ts';

/** What the happy path looks at in an event. */
export interface JourneyEvent {
  id: string;
  kind: EventKind;
  purchaseKey: string;
  /** Of all that is bought, as `journeyKeysOf` says. */
  journeyKeys: readonly string[];
  /** Those of `journeyKeys` that are of what the event's message is about, as `mainJourneyKeysOf` says. */
  mainJourneyKeys: readonly string[];
  occurredAt: Date;
}

/** The last rank before the sale: what is waiting up to it makes no sense once the buyer has gone on elsewhere. */
export const LAST_RANK_BEFORE_THE_SALE = 4;
/** A cart that is left so long after the last attempt to pay is a new attempt. */
const ATTEMPT_MILLISECONDS = 24 * 60 * 60 * 1_000;

/**
 * What joins several purchases of one buyer: the buyer and a product. A buyer who leaves a cart, is refused and then pays by Pix makes
 * three purchases, or fewer, and walks one path. There is a key for the phone and one for the e-mail, because a cart often has less than
 * the sale, and of each item, because what was left in a cart may be bought as an order bump of something else.
 * @returns the keys of the main product first; none when the event names no buyer or no product
 */
export function journeyKeysOf(event: Pick<PlatformEvent, 'buyer' | 'items'>): string[] {
  const main = mainItem(event.items);
  const itemsInOrder = main ? [main, ...event.items] : [];
  return [...new Set(itemsInOrder.flatMap((item) => keysOfItem(event, item)))];
}

/** The keys of the main product alone: what the event's own message is about. */
export function mainJourneyKeysOf(event: Pick<PlatformEvent, 'buyer' | 'items'>): string[] {
  return keysOfItem(event, mainItem(event.items));
}

function keysOfItem({ buyer }: Pick<PlatformEvent, 'buyer'>, item: OrderItem | undefined): string[] {
  const product = item?.productId ?? item?.productName;
  const contacts = [buyer.phone, buyer.email].filter((contact) => contact !== null);
  return product ? contacts.map((contact) => `${contact} ${product}`) : [];
}

/** What the purchase is about: the main item, or the only one of an upsell. */
export function mainItem(items: readonly OrderItem[]): OrderItem | undefined {
  return items.find(({ role }) => role === 'main') ?? items[0];
}

/** Names what a buyer pays for once: the order and, of a subscription, the charge. */
export function purchaseKeyOf({ orderKey, subscription }: Pick<PlatformEvent, 'orderKey' | 'subscription'>): string {
  const cycle = subscription?.cycle ?? 1;
  return cycle > 1 ? `${orderKey} cycle=${cycle}` : `${orderKey}`;
}

/**
 * The event that makes the message of another one out of place; undefined when there is none. It depends on nothing but the set of
 * events, so deliveries out of order lead to the same answer.
 *
 * Within one purchase a higher rank always wins, however late the lower one arrives, and an event without a rank (a refund, a
 * chargeback, a change of the subscription) wins over every rank and over what came before it. Between two purchases of one buyer,
 * what happened later and ranks no lower wins, if what the message is about is among its items, the order bumps included. A cart has
 * no transaction of its own, so it also belongs to the attempts to pay of the day before it, up to the last sale: a cart after an
 * approved purchase is a new purchase.
 * @param options.happyPath when off, only events without a rank win
 */
export function supersederOf<E extends JourneyEvent>(
  event: JourneyEvent,
  others: readonly E[],
  options: { happyPath: boolean },
): E | undefined {
  const sale = event.kind === 'cart_abandoned' ? lastSaleBefore(event, others) : undefined;
  const winners = others.filter(
    (other) =>
      other.id !== event.id &&
      (other.purchaseKey === event.purchaseKey
        ? winsInPurchase(other, event, options.happyPath)
        : options.happyPath && winsInJourney(other, event, sale)),
  );
  return winners.reduce<E | undefined>(
    (first, other) => (first && !isEarlier(other, first) ? first : other),
    undefined,
  );
}

function winsInPurchase(winner: JourneyEvent, event: JourneyEvent, happyPath: boolean): boolean {
  const rank = rankOfKind(event.kind);
  const winnersRank = rankOfKind(winner.kind);
  if (rank === undefined || winnersRank === undefined) return false;
  if (winnersRank === null) return rank !== null || isEarlier(event, winner);
  return happyPath && rank !== null && winnersRank > rank;
}

function winsInJourney(winner: JourneyEvent, event: JourneyEvent, sale: JourneyEvent | undefined): boolean {
  const rank = rankOfKind(event.kind);
  const winnersRank = rankOfKind(winner.kind);
  if (!buysWhat(event, winner)) return false;
  if (typeof rank !== 'number' || typeof winnersRank !== 'number' || rank > LAST_RANK_BEFORE_THE_SALE) return false;
  if (isEarlier(event, winner)) return winnersRank >= rank;
  return event.kind === 'cart_abandoned' && winnersRank > rank && isSameAttempt(winner, event, sale);
}

function isSameAttempt(payment: JourneyEvent, cart: JourneyEvent, sale: JourneyEvent | undefined): boolean {
  if (isSale(payment) || (sale && isEarlier(payment, sale))) return false;
  return cart.occurredAt.getTime() - payment.occurredAt.getTime() <= ATTEMPT_MILLISECONDS;
}

function lastSaleBefore(cart: JourneyEvent, others: readonly JourneyEvent[]): JourneyEvent | undefined {
  return others
    .filter((other) => isSale(other) && buysWhat(cart, other) && isEarlier(other, cart))
    .reduce<JourneyEvent | undefined>((last, sale) => (last && isEarlier(sale, last) ? last : sale), undefined);
}

/** Whether a purchase of the same buyer holds what the event's message is about, as its main product or not. */
function buysWhat({ mainJourneyKeys }: JourneyEvent, { journeyKeys }: JourneyEvent): boolean {
  return mainJourneyKeys.some((key) => journeyKeys.includes(key));
}

function isSale({ kind }: JourneyEvent): boolean {
  return (rankOfKind(kind) ?? 0) > LAST_RANK_BEFORE_THE_SALE;
}

/** In time; events of the same moment by rank and then by id, so that one of two is always the earlier. */
function isEarlier(left: JourneyEvent, right: JourneyEvent): boolean {
  const byTime = left.occurredAt.getTime() - right.occurredAt.getTime();
  if (byTime !== 0) return byTime < 0;
  const byRank = (rankOfKind(left.kind) ?? Infinity) - (rankOfKind(right.kind) ?? Infinity);
  if (byRank !== 0 && !Number.isNaN(byRank)) return byRank < 0;
  return left.id < right.id;
}
