import { stringify } from 'csv-stringify/sync';
import type { CurrencyReport, StoreReport } from '../../src/reports/store-report.ts';
import type { Locale, TextKey, Translate } from '../../src/text/text.ts';

type Cell = string | number;

/** Where the numbers of a total come from: counts as they are, money in centavos. */
const COUNTS: readonly [TextKey, (report: CurrencyReport) => number][] = [
  ['report.refunds', ({ refunds }) => refunds.count],
  ['report.refund_requests', ({ refundRequests }) => refundRequests],
  ['report.chargebacks', ({ chargebacks }) => chargebacks.count],
  ['report.refused', ({ refused }) => refused],
  ['report.carts', ({ carts }) => carts],
  ['report.pix_generated', ({ pix }) => pix.generated],
  ['report.pix_paid', ({ pix }) => pix.paid],
  ['report.boleto_generated', ({ boleto }) => boleto.generated],
  ['report.boleto_paid', ({ boleto }) => boleto.paid],
];
const AMOUNTS: readonly [TextKey, (report: CurrencyReport) => number][] = [
  ['report.average_ticket', ({ averageTicket }) => averageTicket],
  ['report.net', ({ net }) => net],
  ['report.refunded_amount', ({ refunds }) => refunds.amount],
  ['report.chargeback_amount', ({ chargebacks }) => chargebacks.amount],
];

/**
 * A report as a file that opens with a double click in the spreadsheet of the person's country: in Brazil columns are
 * parted by semicolons and decimals by a comma. (The admin API's CSV is for programs and keeps to RFC 4180 and centavos.)
 * For each currency one row with the totals, then one for each product. What a spreadsheet would run as a formula
 * (product names come from outside) gets an apostrophe in front.
 */
export function reportSpreadsheet(report: StoreReport, language: { locale: Locale; translate: Translate }): string {
  const { locale, translate } = language;
  const decimal = (centavos: number) => {
    const amount = (centavos / 100).toFixed(2);
    return locale === 'pt-BR' ? amount.replace('.', ',') : amount;
  };
  const header = [
    ...(['report.currency', 'report.product', 'report.orders', 'report.gross'] as const),
    ...[...AMOUNTS, ...COUNTS].map(([key]) => key),
  ].map((key) => translate(key));
  const rows = report.currencies.flatMap((currency): Cell[][] => [
    [
      currency.currency,
      translate('report.total'),
      currency.orders,
      decimal(currency.gross),
      ...AMOUNTS.map(([, read]) => decimal(read(currency))),
      ...COUNTS.map(([, read]) => read(currency)),
    ],
    ...currency.products.map(({ name, orders, gross }) => [currency.currency, name, orders, decimal(gross)]),
  ]);
  const padded = rows.map((row) => [...row, ...header.slice(row.length).map(() => '')]);
  return spreadsheet([header, ...padded], locale);
}

/** Rows as a file that opens with a double click in the spreadsheet of the person's country. */
export function spreadsheet(rows: readonly (readonly Cell[])[], locale: Locale): string {
  return stringify([...rows], {
    bom: true,
    delimiter: locale === 'pt-BR' ? ';' : ',',
    record_delimiter: 'windows',
    escape_formulas: true,
  });
}
