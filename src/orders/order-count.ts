import { type LocalDay, localDay } from '../text/local-time.ts';
import type { OrderState } from './order-projection.ts';

/** What is counted for each day and currency. Amounts in centavos. */
export const DAY_METRICS = [
  'orders',
  'gross',
  'fees',
  'net',
  'refunds',
  'refundedAmount',
  'chargebacks',
  'chargebackAmount',
  'refundRequests',
  'refused',
  'carts',
  'pixGenerated',
  'pixPaid',
  'boletoGenerated',
  'boletoPaid',
  'cardPaid',
] as const;
export type DayMetric = (typeof DAY_METRICS)[number];

export interface ProductCount {
  productId: string;
  name: string;
  orders: number;
  gross: number;
}

/** What one order adds to one day of its store. */
export interface DayCount {
  day: LocalDay;
  currency: string;
  metrics: Partial<Record<DayMetric, number>>;
  products: ProductCount[];
}

/** One thing that an order adds to the day of a moment. */
interface Addition {
  at: Date;
  metrics: Partial<Record<DayMetric, number>>;
  products?: ProductCount[];
}

/** Counted once an order, on the day of the first event of the kind. */
const FIRST_EVENTS = [
  ['payment_refused', 'refused'],
  ['cart_abandoned', 'carts'],
  ['pix_generated', 'pixGenerated'],
  ['boleto_generated', 'boletoGenerated'],
  ['refund_requested', 'refundRequests'],
] as const;

/**
 * All that an order adds to the daily counters, by the store's calendar. A sale counts on the day it was paid, whatever
 * became of it later; a refund on the day of the refund.
 */
export function countOrder(order: OrderState, timezone: string): DayCount[] {
  const days = new Map<LocalDay, DayCount>();
  for (const { at, metrics, products = [] } of [...moneyAdditions(order), ...firstEventAdditions(order)]) {
    const day = localDay(at, timezone);
    const counts = days.get(day) ?? { day, currency: order.currency, metrics: {}, products: [] };
    days.set(day, counts);
    addMetrics(counts, metrics);
    counts.products.push(...products);
  }
  return [...days.values()];
}

function moneyAdditions(order: OrderState): Addition[] {
  const additions: Addition[] = [];
  if (order.paidAt) {
    const metrics = {
      orders: 1,
      gross: order.amount,
      fees: order.fee ?? 0,
      net: order.net ?? order.amount - (order.fee ?? 0),
      pixPaid: order.paymentMethod === 'pix' ? 1 : 0,
      boletoPaid: order.paymentMethod === 'boleto' ? 1 : 0,
      cardPaid: order.paymentMethod === 'card' ? 1 : 0,
    };
    additions.push({ at: order.paidAt, metrics, products: productCounts(order) });
  }
  if (order.refundedAt) {
    const refundedAmount = order.refundedAmount ?? order.amount;
    additions.push({ at: order.refundedAt, metrics: { refunds: 1, refundedAmount } });
  }
  if (order.chargedBackAt) {
    additions.push({ at: order.chargedBackAt, metrics: { chargebacks: 1, chargebackAmount: order.amount } });
  }
  return additions;
}

function firstEventAdditions(order: OrderState): Addition[] {
  return FIRST_EVENTS.flatMap(([kind, metric]) => {
    const first = order.timeline.find((entry) => entry.kind === kind);
    return first ? [{ at: first.at, metrics: { [metric]: 1 } }] : [];
  });
}

function addMetrics(counts: DayCount, metrics: Addition['metrics']): void {
  for (const [metric, value] of Object.entries(metrics) as [DayMetric, number][]) {
    if (value !== 0) counts.metrics[metric] = (counts.metrics[metric] ?? 0) + value;
  }
}

/** Each product of the order once, with what was paid for it. */
function productCounts(order: OrderState): ProductCount[] {
  const products = new Map<string, ProductCount>();
  const paid = paidForItems(order);
  for (const [position, item] of order.items.entries()) {
    const productId = item.productId ?? item.offerId ?? item.productName;
    if (productId === null) continue;
    const count = products.get(productId) ?? { productId, name: item.productName ?? productId, orders: 1, gross: 0 };
    count.gross += paid[position] ?? 0;
    products.set(productId, count);
  }
  return [...products.values()];
}

/** Centavos for each item: its price, or an equal part of what the priced items leave of the total. Of a free order every item was free. */
function paidForItems({ amount, items }: OrderState): number[] {
  if (amount === 0) return items.map(() => 0);
  const known = items.reduce((sum, item) => sum + (item.amount ?? 0), 0);
  let left = Math.max(0, amount - known);
  let unpriced = items.filter((item) => item.amount === null).length;
  return items.map((item) => {
    if (item.amount !== null) return item.amount;
    const part = Math.ceil(left / unpriced);
    left -= part;
    unpriced -= 1;
    return part;
  });
}
