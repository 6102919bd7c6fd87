import { stringify } from 'csv-stringify/sync';
import type { CurrencyReport, StoreReport } from './store-report.ts';

type Cell = string | number;

/** Columns that only a total has, and where its value is. */
const TOTAL_COLUMNS: Readonly<Record<string, (report: CurrencyReport) => number>> = {
  fees: (report) => report.fees,
  net: (report) => report.net,
  average_ticket: (report) => report.averageTicket,
  refunds: (report) => report.refunds.count,
  refunds_amount: (report) => report.refunds.amount,
  chargebacks: (report) => report.chargebacks.count,
  chargebacks_amount: (report) => report.chargebacks.amount,
  refund_requests: (report) => report.refundRequests,
  refused: (report) => report.refused,
  carts: (report) => report.carts,
  pix_generated: (report) => report.pix.generated,
  pix_paid: (report) => report.pix.paid,
  boleto_generated: (report) => report.boleto.generated,
  boleto_paid: (report) => report.boleto.paid,
  card_paid: (report) => report.card.paid,
};

/**
 * A report as RFC 4180 CSV with a header line: for each currency one row `total` and then one row `product` for each
 * product, whose columns after `gross` are empty. Filter by the column `row` before adding up. Amounts in centavos.
 * A text that a spreadsheet would run as a formula (product names come from outside) gets an apostrophe in front.
 */
export function reportCsv(report: StoreReport): string {
  const { from, to, timezone } = report;
  const rows = report.currencies.flatMap((currencyReport): Record<string, Cell>[] => {
    const { currency, orders, gross, products } = currencyReport;
    const shared = { from, to, timezone, currency };
    const totals = Object.entries(TOTAL_COLUMNS).map(([column, read]) => [column, read(currencyReport)]);
    return [
      { row: 'total', ...shared, orders, gross, ...Object.fromEntries(totals) },
      ...products.map((product) => ({
        row: 'product',
        ...shared,
        product_id: product.productId,
        product: product.name,
        orders: product.orders,
        gross: product.gross,
      })),
    ];
  });
  const columns = ['row', 'from', 'to', 'timezone', 'currency', 'product_id', 'product', 'orders', 'gross'];
  return stringify(rows, {
    header: true,
    columns: [...columns, ...Object.keys(TOTAL_COLUMNS)],
    record_delimiter: 'windows',
    escape_formulas: true,
  });
}
