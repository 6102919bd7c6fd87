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

/**
 * All that an order adds to the daily counters, by the store's calendar. A sale counts on the day it was paid, whatever
 * became of it later; a refund on the day of the refund.
 */
export function countOrder(order: OrderState, timezone: string): DayCount[] {
  const days = new Map<LocalDay, DayCount>();

  function countsOf(at: Date): DayCount {
    const day = localDay(at, timezone);
    let counts = days.get(day);
    if (!counts) {
      counts = { day, currency: order.currency, metrics: {}, products: [] };
      days.set(day, counts);
    }
    return counts;
  }

  function add(at: Date, metrics: Partial<Record<DayMetric, number>>): void {
    const counts = countsOf(at);
    for (const [metric, value] of Object.entries(metrics) as [DayMetric, number][]) {
      if (value !== 0) counts.metrics[metric] = (counts.metrics[metric] ?? 0) + value;
    }
  }

  if (order.paidAt) {
    add(order.paidAt, {
      orders: 1,
      gross: order.amount,
      fees: order.fee ?? 0,
      net: order.net ?? order.amount - (order.fee ?? 0),
      pixPaid: order.paymentMethod === 'pix' ? 1 : 0,
      boletoPaid: order.paymentMethod === 'boleto' ? 1 : 0,
      cardPaid: order.paymentMethod === 'card' ? 1 : 0,
    });
    countsOf(order.paidAt).products.push(...productCounts(order));
  }
  if (order.refundedAt) add(order.refundedAt, { refunds: 1, refundedAmount: order.refundedAmount ?? order.amount });
  if (order.chargedBackAt) add(order.chargedBackAt, { chargebacks: 1, chargebackAmount: order.amount });
  const firsts = [
    ['payment_refused', 'refused'],
    ['cart_abandoned', 'carts'],
    ['pix_generated', 'pixGenerated'],
    ['boleto_generated', 'boletoGenerated'],
    ['refund_requested', 'refundRequests'],
  ] as const;
  for (const [kind, metric] of firsts) {
    const first = order.timeline.find((entry) => entry.kind === kind);
    if (first) add(first.at, { [metric]: 1 });
  }
  return [...days.values()];
}

/** Each product of the order once, with what was paid for it. */
function productCounts(order: OrderState): ProductCount[] {
  const products = new Map<string, ProductCount>();
  const known = order.items.reduce((sum, item) => sum + (item.amount ?? 0), 0);
  for (const item of order.items) {
    const productId = item.productId ?? item.offerId ?? item.productName;
    if (productId === null) continue;
    const count = products.get(productId) ?? { productId, name: item.productName ?? productId, orders: 1, gross: 0 };
    // The one item whose price was not stated takes what the others leave of the total.
    count.gross += item.amount ?? Math.max(0, order.amount - known);
    products.set(productId, count);
  }
  return [...products.values()];
}
