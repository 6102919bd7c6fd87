import type { Block, Field } from '../../src/chat/message.ts';
import type { CountAndAmount, CurrencyReport } from '../../src/reports/store-report.ts';
import { formatCount } from '../../src/text/count.ts';
import { formatMoney } from '../../src/text/money.ts';
import { shorten } from '../../src/text/shorten.ts';
import type { Locale, Translate } from '../../src/text/text.ts';
import { comparison } from './comparison.ts';

/** Products that get a row of their own; the rest share the last one. */
const PRODUCT_ROWS = 15;
const MAXIMUM_PRODUCT_LENGTH = 80;

/**
 * One currency of a report: its numbers against the period before, and a table of products.
 * @param before the same currency in the period before; undefined when it had nothing then
 */
export function currencyBlocks(
  report: CurrencyReport,
  before: CurrencyReport | undefined,
  language: { locale: Locale; translate: Translate },
): Block[] {
  const { locale, translate } = language;
  const money = (centavos: number) => formatMoney(centavos, report.currency, locale);
  const number = (count: number) => formatCount(count, locale);
  const counted = ({ count, amount }: CountAndAmount) => (count === 0 ? '0' : `${number(count)} · ${money(amount)}`);
  const change = (read: (currency: CurrencyReport) => number) =>
    comparison(read(report), before ? read(before) : 0, translate);
  const fields: Field[] = [
    { label: translate('report.gross'), value: `${money(report.gross)} (${change(({ gross }) => gross)})` },
    { label: translate('report.orders'), value: `${number(report.orders)} (${change(({ orders }) => orders)})` },
    { label: translate('report.average_ticket'), value: money(report.averageTicket) },
    { label: translate('report.net'), value: money(report.net) },
    { label: translate('report.refunds'), value: counted(report.refunds) },
    { label: translate('report.refund_requests'), value: number(report.refundRequests) },
    { label: translate('report.chargebacks'), value: counted(report.chargebacks) },
    { label: translate('report.pix'), value: paidShare(report.pix, translate) },
    { label: translate('report.boleto'), value: paidShare(report.boleto, translate) },
    { label: translate('report.refused'), value: number(report.refused) },
    { label: translate('report.carts'), value: number(report.carts) },
  ];
  return [{ type: 'fields', fields }, ...productTable(report, { money, number, translate })];
}

/** True when nothing at all happened in a currency. */
export function isEmptyCurrency({ orders, refunds, chargebacks, ...report }: CurrencyReport): boolean {
  const counts = [orders, refunds.count, chargebacks.count, report.refundRequests, report.refused, report.carts];
  return [...counts, report.pix.generated, report.boleto.generated].every((count) => count === 0);
}

/** Those paid may have been generated before the period, so a share is only told when it can be one. */
function paidShare({ generated, paid }: { generated: number; paid: number }, translate: Translate): string {
  const values = { generated, paid };
  if (generated === 0 || paid > generated) return translate('report.paid_of', values);
  return translate('report.paid_share', { ...values, percent: Math.round((paid / generated) * 100) });
}

function productTable(
  report: CurrencyReport,
  write: { money(centavos: number): string; number(count: number): string; translate: Translate },
): Block[] {
  const { money, number, translate } = write;
  const { products } = report;
  if (products.length === 0) return [];
  const rest = products.slice(PRODUCT_ROWS);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);
  const rows = products.slice(0, PRODUCT_ROWS).map(({ name, orders, gross }) => {
    return [shorten(name, MAXIMUM_PRODUCT_LENGTH), number(orders), money(gross)];
  });
  if (rest.length > 0) {
    rows.push([
      translate('report.other_products', { count: rest.length }),
      number(sum(rest.map(({ orders }) => orders))),
      money(sum(rest.map(({ gross }) => gross))),
    ]);
  }
  return [
    {
      type: 'table',
      caption: translate('report.products'),
      columns: [
        { label: translate('report.product'), align: 'left' },
        { label: translate('report.orders'), align: 'right' },
        { label: translate('report.gross'), align: 'right' },
      ],
      rows,
    },
  ];
}
