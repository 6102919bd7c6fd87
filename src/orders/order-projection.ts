import type { Buyer, EventKind, OrderItem, PaymentMethod, PlatformEvent, Subscription } from '../platforms/platform.ts';
import { type OrderStatus, rankOf, STATUS_OF_KIND } from './order-status.ts';

export interface TimelineEntry {
  eventId: string;
  kind: EventKind;
  at: Date;
}

/** What the events of one purchase say together. Amounts in centavos. */
export interface OrderState {
  transactionId: string | null;
  status: OrderStatus;
  currency: string;
  amount: number;
  fee: number | null;
  net: number | null;
  paymentMethod: PaymentMethod;
  installments: number | null;
  items: OrderItem[];
  buyer: Buyer;
  tracking: Record<string, string>;
  subscription: Subscription | null;
  checkoutUrl: string | null;
  createdAt: Date;
  paidAt: Date | null;
  refundedAt: Date | null;
  refundedAmount: number | null;
  chargedBackAt: Date | null;
  timeline: TimelineEntry[];
}

/** An event of the purchase with its id. */
export interface OrderEvent extends PlatformEvent {
  id: string;
}

/** Kinds after which the buyer's money had been received, whether or not the approval itself was delivered. */
const IMPLIES_PAID: ReadonlySet<EventKind> = new Set([
  'purchase_completed',
  'refund_requested',
  'purchase_refunded',
  'chargeback',
]);
const APPROVES: ReadonlySet<EventKind> = new Set(['purchase_approved', 'subscription_renewed']);
const IS_EXTRA_ITEM: ReadonlySet<string> = new Set(['upsell', 'downsell']);

/**
 * The order that a set of events makes, whatever the order of the list: delivery order cannot change the result.
 * @param events the events of one purchase, each once
 * @returns null when none of them says anything about the purchase itself
 */
export function projectOrder(events: readonly OrderEvent[]): OrderState | null {
  const telling = events.filter((event) => STATUS_OF_KIND[event.kind] !== null);
  if (telling.length === 0) return null;
  const timeline = [...events].sort(byTime);
  const trusted = [...telling].sort(byTrust);
  const [best] = trusted;
  if (!best) return null;
  const money = trusted.find((event) => event.amount !== null) ?? best;
  const items = unitedItems(trusted);
  const refund = trusted.find((event) => event.kind === 'purchase_refunded');
  const { amount, fee, net } = totalMoney(trusted, money, items);
  return {
    transactionId: best.transactionId,
    status: highestStatus(telling),
    currency: money.currency,
    amount,
    fee,
    net,
    paymentMethod: trusted.find((event) => event.paymentMethod !== 'unknown')?.paymentMethod ?? 'unknown',
    installments: firstKnown(trusted, (event) => event.installments),
    items,
    buyer: {
      name: firstKnown(trusted, (event) => event.buyer.name),
      firstName: firstKnown(trusted, (event) => event.buyer.firstName),
      email: firstKnown(trusted, (event) => event.buyer.email),
      phone: firstKnown(trusted, (event) => event.buyer.phone),
      document: firstKnown(trusted, (event) => event.buyer.document),
    },
    tracking: Object.assign({}, ...[...trusted].reverse().map((event) => event.tracking)),
    subscription: firstKnown(trusted, (event) => event.subscription),
    checkoutUrl: firstKnown(trusted, (event) => event.checkoutUrl),
    createdAt: earliest(telling.map((event) => event.createdAt ?? event.occurredAt)) ?? best.occurredAt,
    paidAt: paidAt(telling),
    refundedAt: timeOf(telling, 'purchase_refunded'),
    refundedAmount: refund ? (refund.amount ?? amount) : null,
    chargedBackAt: timeOf(telling, 'chargeback'),
    timeline: timeline.map(({ id, kind, occurredAt }) => ({ eventId: id, kind, at: occurredAt })),
  };
}

function byTime(left: OrderEvent, right: OrderEvent): number {
  return left.occurredAt.getTime() - right.occurredAt.getTime() || (left.dedupeKey < right.dedupeKey ? -1 : 1);
}

/** What an approval says of the money and the buyer outweighs what came before or after it: a refund may carry less. */
function byTrust(left: OrderEvent, right: OrderEvent): number {
  return trustOf(right) - trustOf(left) || byTime(right, left);
}

function trustOf(event: OrderEvent): number {
  if (APPROVES.has(event.kind)) return event.items.some((item) => IS_EXTRA_ITEM.has(item.role)) ? 99 : 100;
  const status = STATUS_OF_KIND[event.kind];
  if (status === null) return -1;
  // After the approval, the earliest event is the one whose amounts nothing has been taken from.
  return IMPLIES_PAID.has(event.kind) ? 50 - rankOf(status) : rankOf(status);
}

function highestStatus(events: readonly OrderEvent[]): OrderStatus {
  const statuses = events.flatMap((event) => STATUS_OF_KIND[event.kind] ?? []);
  return statuses.reduce((highest, status) => (rankOf(status) > rankOf(highest) ? status : highest));
}

function firstKnown<T>(events: readonly OrderEvent[], field: (event: OrderEvent) => T | null): T | null {
  for (const event of events) {
    const value = field(event);
    if (value !== null) return value;
  }
  return null;
}

/** The items of the event that is trusted most, and those that upsells of the same transaction added. */
function unitedItems(trusted: readonly OrderEvent[]): OrderItem[] {
  const main = trusted.find((event) => event.items.length > 0)?.items ?? [];
  const extra = trusted.flatMap((event) => event.items.filter((item) => IS_EXTRA_ITEM.has(item.role)));
  const united = new Map<string, OrderItem>();
  for (const item of [...main, ...extra]) {
    const key = `${item.offerId ?? item.productId ?? item.productName}`;
    if (!united.has(key)) united.set(key, item);
  }
  return [...united.values()];
}

/**
 * The money of the purchase. An upsell may come as an approval of its own with the same transaction id, and then its
 * amount may be the item's or the new total: the larger of the stated total and the sum of the items is right for both.
 * Fee and net go with it: those of the approval of the whole, or of the approvals that make up the whole together.
 */
function totalMoney(
  trusted: readonly OrderEvent[],
  money: OrderEvent,
  items: readonly OrderItem[],
): Pick<OrderState, 'amount' | 'fee' | 'net'> {
  const approvals = trusted.filter((event) => APPROVES.has(event.kind));
  const fee = firstKnown(trusted, (event) => event.fee);
  const net = firstKnown(trusted, (event) => event.net);
  if (approvals.length < 2) return { amount: money.amount ?? 0, fee, net };
  const stated = Math.max(...approvals.map((event) => event.amount ?? 0));
  const amount = Math.max(stated, sumKnown(items, (item) => item.amount) ?? 0);
  const whole = approvals.find((event) => event.amount === amount);
  if (whole) return { amount, fee: whole.fee ?? fee, net: whole.net ?? net };
  if (sumKnown(approvals, (event) => event.amount) !== amount) return { amount, fee, net };
  return { amount, fee: sumKnown(approvals, (event) => event.fee), net: sumKnown(approvals, (event) => event.net) };
}

/** Null when none of them is known. */
function sumKnown<T>(values: readonly T[], field: (value: T) => number | null): number | null {
  const known = values.flatMap((value) => field(value) ?? []);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function paidAt(events: readonly OrderEvent[]): Date | null {
  const approved = earliest(events.filter((event) => APPROVES.has(event.kind)).map((event) => event.occurredAt));
  if (approved) return approved;
  return earliest(
    events.filter((event) => IMPLIES_PAID.has(event.kind)).map((event) => event.createdAt ?? event.occurredAt),
  );
}

function timeOf(events: readonly OrderEvent[], kind: EventKind): Date | null {
  return earliest(events.filter((event) => event.kind === kind).map((event) => event.occurredAt));
}

function earliest(times: readonly Date[]): Date | null {
  return times.length === 0 ? null : new Date(Math.min(...times.map((time) => time.getTime())));
}
