import { groupBy, maxBy, minBy, sumBy, uniqBy } from 'es-toolkit';
import type { EventFacts, FactBuyer, FactItem, FactKind, FactMethod, FactSubscription } from './event-facts.ts';

/** A purchase as it has to be after all of its events. Amounts in centavos. */
export interface ExpectedOrder {
  purchase: string;
  transactionId: string | null;
  status: string;
  currency: string;
  amount: number;
  fee: number | null;
  net: number | null;
  paymentMethod: FactMethod;
  installments: number | null;
  items: readonly FactItem[];
  buyer: FactBuyer | null;
  tracking: Readonly<Record<string, string>>;
  subscription: FactSubscription | null;
  createdAt: Date;
  paidAt: Date | null;
  refundedAt: Date | null;
  chargedBackAt: Date | null;
  /** When the first event of each kind happened. */
  firstAt: ReadonlyMap<FactKind, Date>;
}

/** How far an event brings its purchase, and the status that it gives. What is not here says nothing of the purchase itself. */
const STEPS: Partial<Record<FactKind, readonly [step: number, status: string]>> = {
  cart_abandoned: [1, 'abandoned'],
  payment_refused: [2, 'refused'],
  pix_generated: [3, 'pending'],
  boleto_generated: [3, 'pending'],
  pix_expired: [4, 'expired'],
  boleto_expired: [4, 'expired'],
  subscription_overdue: [4, 'expired'],
  purchase_approved: [5, 'paid'],
  subscription_renewed: [5, 'paid'],
  purchase_completed: [6, 'completed'],
  refund_requested: [7, 'refund_requested'],
  purchase_refunded: [8, 'refunded'],
  chargeback: [9, 'charged_back'],
};
const PAID_STEP = 5;

/** True for an event that is about a sale: not a panel test, and not a name that nobody knows. */
export function isReal(facts: EventFacts): boolean {
  return !facts.test && facts.kind !== 'unknown';
}

/**
 * The purchases that events make together, in whatever order they come.
 * @param events each business event once
 */
export function expectedOrders(events: readonly EventFacts[]): ExpectedOrder[] {
  const told = events.filter((event) => isReal(event) && STEPS[event.kind] !== undefined);
  return Object.values(groupBy(told, ({ purchase }) => purchase)).map(expectedOrder);
}

function expectedOrder(events: readonly EventFacts[]): ExpectedOrder {
  const approvals = events.filter(({ kind }) => kind === 'purchase_approved' || kind === 'subscription_renewed');
  const furthest = maxBy(events, stepOf) as EventFacts;
  const main = approvals.find(({ items }) => items[0]?.role !== 'upsell') ?? approvals[0] ?? furthest;
  // Each thing was bought once, however many of the events name it.
  const items = uniqBy([...main.items, ...approvals.flatMap((approval) => approval.items)], ({ offerId }) => offerId);
  const amount = approvals.length > 1 ? sumBy(items, (item) => item.amount) : main.amount;
  const fee = feeOf(approvals, amount) ?? main.fee;
  return {
    purchase: main.purchase,
    transactionId: main.transactionId,
    status: STEPS[furthest.kind]?.[1] ?? '',
    currency: main.currency,
    amount,
    fee,
    net: fee === null ? null : amount - fee,
    paymentMethod: main.method,
    installments: main.installments,
    items,
    buyer: main.buyer,
    tracking: main.tracking,
    subscription: main.subscription,
    createdAt: earliest(events.map(({ createdAt }) => createdAt)) as Date,
    paidAt: paidAt(events, approvals),
    refundedAt: firstTime(events, 'purchase_refunded'),
    chargedBackAt: firstTime(events, 'chargeback'),
    firstAt: new Map(events.map(({ kind }) => [kind, firstTime(events, kind) as Date])),
  };
}

function stepOf({ kind }: EventFacts): number {
  return STEPS[kind]?.[0] ?? 0;
}

/** Of two approvals of one purchase, either the later one is about the whole, or each is about its own part. */
function feeOf(approvals: readonly EventFacts[], amount: number): number | null {
  const ofWhole = approvals.find((approval) => approval.amount === amount);
  if (ofWhole || approvals.length === 0) return ofWhole?.fee ?? null;
  return sumBy([...approvals], ({ fee }) => fee ?? 0);
}

/** Whoever gets the money back had paid it, at the latest when the purchase began. */
function paidAt(events: readonly EventFacts[], approvals: readonly EventFacts[]): Date | null {
  if (approvals.length > 0) return earliest(approvals.map(({ occurredAt }) => occurredAt));
  return earliest(events.filter((event) => stepOf(event) > PAID_STEP).map(({ createdAt }) => createdAt));
}

function firstTime(events: readonly EventFacts[], wanted: FactKind): Date | null {
  return earliest(events.filter(({ kind }) => kind === wanted).map(({ occurredAt }) => occurredAt));
}

function earliest(times: readonly Date[]): Date | null {
  return minBy([...times], (time) => time.getTime()) ?? null;
}
