import { DateTime } from 'luxon';
import type { SeenCurrencyReport } from './admin-api.ts';
import type { ExpectedOrder } from './expected-orders.ts';

/** The numbers of a report of one currency, by name. Amounts in centavos. */
export type ReportNumbers = Map<string, number>;

/** What purchases add to reports, by day and currency. */
export type NumbersByDay = Map<string, Map<string, ReportNumbers>>;

/** The calendar day, `YYYY-MM-DD`, of a moment in a time zone. */
export function localDay(at: Date, timezone: string): string {
  return DateTime.fromJSDate(at, { zone: timezone }).toISODate() ?? '';
}

/** The names under which a product's numbers stand. */
export function productNumbers(productId: string): { orders: string; gross: string } {
  return { orders: `product ${productId} orders`, gross: `product ${productId} gross` };
}

/** The numbers that a report of the server shows. The average ticket follows from others and is no sum, so it is not among them. */
export function numbersOf(report: SeenCurrencyReport | undefined): ReportNumbers {
  if (!report) return new Map();
  const { orders, gross, fees, net, refunds, chargebacks, refundRequests, refused, carts, pix, boleto, card } = report;
  const products = report.products.flatMap((product) => {
    const names = productNumbers(product.productId);
    return [[names.orders, product.orders] as const, [names.gross, product.gross] as const];
  });
  return new Map<string, number>([
    ['orders', orders],
    ['gross', gross],
    ['fees', fees],
    ['net', net],
    ['refunds', refunds.count],
    ['refunded amount', refunds.amount],
    ['chargebacks', chargebacks.count],
    ['chargeback amount', chargebacks.amount],
    ['refund requests', refundRequests],
    ['refused', refused],
    ['carts', carts],
    ['pix generated', pix.generated],
    ['pix paid', pix.paid],
    ['boleto generated', boleto.generated],
    ['boleto paid', boleto.paid],
    ['card paid', card.paid],
    ...products,
  ]);
}

/**
 * What purchases add to the reports of a store: a sale on the day it was paid, whatever became of it; a refund on the day of the refund;
 * everything else once a purchase, on the day when it first happened.
 */
export function expectedNumbers(orders: readonly ExpectedOrder[], timezone: string): NumbersByDay {
  const days: NumbersByDay = new Map();
  for (const order of orders) {
    for (const { at, numbers } of additionsOf(order)) {
      if (at === null) continue;
      const day = localDay(at, timezone);
      const currencies = days.get(day) ?? new Map<string, ReportNumbers>();
      days.set(day, currencies);
      currencies.set(order.currency, addNumbers(currencies.get(order.currency), new Map(Object.entries(numbers))));
    }
  }
  return days;
}

/** The sums of two sets of numbers. */
export function addNumbers(some: ReportNumbers = new Map(), others: ReportNumbers = new Map()): ReportNumbers {
  const sums = new Map(some);
  for (const [name, value] of others) sums.set(name, (sums.get(name) ?? 0) + value);
  return sums;
}

/** The sums over all days, by currency. */
export function sumOfDays(days: NumbersByDay): Map<string, ReportNumbers> {
  const sums = new Map<string, ReportNumbers>();
  for (const currencies of days.values()) {
    for (const [currency, numbers] of currencies) sums.set(currency, addNumbers(sums.get(currency), numbers));
  }
  return sums;
}

interface Addition {
  at: Date | null;
  numbers: Record<string, number>;
}

function additionsOf(order: ExpectedOrder): Addition[] {
  const { amount, firstAt } = order;
  const first = (kind: Parameters<typeof firstAt.get>[0], name: string): Addition => ({
    at: firstAt.get(kind) ?? null,
    numbers: { [name]: 1 },
  });
  return [
    { at: order.paidAt, numbers: saleOf(order) },
    { at: order.refundedAt, numbers: { refunds: 1, 'refunded amount': amount } },
    { at: order.chargedBackAt, numbers: { chargebacks: 1, 'chargeback amount': amount } },
    first('refund_requested', 'refund requests'),
    first('payment_refused', 'refused'),
    first('cart_abandoned', 'carts'),
    first('pix_generated', 'pix generated'),
    first('boleto_generated', 'boleto generated'),
  ];
}

function saleOf({ amount, fee, net, paymentMethod, items }: ExpectedOrder): Record<string, number> {
  const products = items.flatMap((item) => {
    const names = productNumbers(item.productId);
    return [[names.orders, 1] as const, [names.gross, item.amount] as const];
  });
  return {
    orders: 1,
    gross: amount,
    fees: fee ?? 0,
    net: net ?? amount,
    ...(paymentMethod === 'unknown' ? {} : { [`${paymentMethod} paid`]: 1 }),
    ...Object.fromEntries(products),
  };
}
