import type { Connection } from 'mongoose';
import type { DayMetric } from '../orders/order-count.ts';
import type { LocalDay } from '../text/local-time.ts';
import { type DayCounterDocument, dayCounterModel } from './day-counter-model.ts';
import type { Period } from './period.ts';

export interface CountAndAmount {
  count: number;
  /** Centavos. */
  amount: number;
}

export interface ProductReport {
  productId: string;
  name: string;
  orders: number;
  gross: number;
}

/** One currency of a report; sums never cross currencies. Amounts in centavos. */
export interface CurrencyReport {
  currency: string;
  /** Orders by the day they were paid, whatever became of them later. */
  orders: number;
  gross: number;
  fees: number;
  net: number;
  /** Gross by orders, rounded; 0 without orders. */
  averageTicket: number;
  refunds: CountAndAmount;
  chargebacks: CountAndAmount;
  refundRequests: number;
  refused: number;
  carts: number;
  pix: { generated: number; paid: number };
  boleto: { generated: number; paid: number };
  card: { paid: number };
  /** Largest gross first. */
  products: ProductReport[];
}

export interface StoreReport {
  from: LocalDay;
  to: LocalDay;
  timezone: string;
  /** The store's own currency first, then by gross. */
  currencies: CurrencyReport[];
}

export interface StoreReports {
  /** What a store sold in a period of its own calendar. */
  report(store: { id: string; timezone: string; currency: string }, period: Period): Promise<StoreReport>;
}

/** Reports from the daily counters: their cost grows with days, not with orders. */
export function createStoreReports(dependencies: { connection: Connection }): StoreReports {
  const days = dayCounterModel(dependencies.connection);
  return {
    async report(store, period) {
      const filter = { storeId: store.id, day: { $gte: period.from, $lte: period.to } };
      const counters = await days.find(filter).lean<DayCounterDocument[]>();
      const currencies = new Set([store.currency, ...counters.map((counter) => counter.currency)]);
      const reports = [...currencies].map((currency) =>
        currencyReport(
          currency,
          counters.filter((counter) => counter.currency === currency),
        ),
      );
      const byGross = (left: CurrencyReport, right: CurrencyReport) =>
        Number(right.currency === store.currency) - Number(left.currency === store.currency) ||
        right.gross - left.gross;
      return { ...period, timezone: store.timezone, currencies: reports.sort(byGross) };
    },
  };
}

function currencyReport(currency: string, counters: readonly DayCounterDocument[]): CurrencyReport {
  const sum = (metric: DayMetric) => counters.reduce((total, counter) => total + (counter.metrics[metric] ?? 0), 0);
  const orders = sum('orders');
  const gross = sum('gross');
  return {
    currency,
    orders,
    gross,
    fees: sum('fees'),
    net: sum('net'),
    averageTicket: orders === 0 ? 0 : Math.round(gross / orders),
    refunds: { count: sum('refunds'), amount: sum('refundedAmount') },
    chargebacks: { count: sum('chargebacks'), amount: sum('chargebackAmount') },
    refundRequests: sum('refundRequests'),
    refused: sum('refused'),
    carts: sum('carts'),
    pix: { generated: sum('pixGenerated'), paid: sum('pixPaid') },
    boleto: { generated: sum('boletoGenerated'), paid: sum('boletoPaid') },
    card: { paid: sum('cardPaid') },
    products: sumProducts(counters),
  };
}

function sumProducts(counters: readonly DayCounterDocument[]): ProductReport[] {
  const products = new Map<string, ProductReport>();
  for (const counter of counters) {
    for (const { productId, name, orders, gross } of Object.values(counter.products)) {
      const known = products.get(productId) ?? { productId, name, orders: 0, gross: 0 };
      products.set(productId, { ...known, name, orders: known.orders + orders, gross: known.gross + gross });
    }
  }
  return [...products.values()]
    .filter((product) => product.orders > 0)
    .sort((left, right) => right.gross - left.gross || left.name.localeCompare(right.name));
}
