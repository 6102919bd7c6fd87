import type { SeenCurrencyReport, SeenReply, SeenStore } from '../admin-api.ts';
import { addNumbers, numbersOf, productNumbers, type ReportNumbers } from '../report-numbers.ts';
import type { StoreReports } from '../store-reports.ts';
import type { Differences } from './differences.ts';

/** Products that get a row of their own; the rest share one more. */
const PRODUCT_ROWS = 15;

/** The command that shows the whole period of some reports. */
export function reportCommand(storeId: string, { from, to }: StoreReports['period']): string {
  return `/relatorio loja loja:${storeId} periodo:"${from} ${to}"`;
}

/**
 * Does `/relatorio`, in Portuguese, say what it has to say: what the reports showed before the run and what the run adds.
 * @param productNames by id, of what the run sold
 */
export function checkReportCommand(
  store: SeenStore,
  added: ReadonlyMap<string, ReportNumbers>,
  before: StoreReports,
  productNames: ReadonlyMap<string, string>,
  reply: SeenReply,
  differences: Differences,
): void {
  const totals = totalsOf(added, before.whole);
  const names = new Map([...namesIn(before.whole), ...productNames]);
  const shown = [...totals].filter(([, numbers]) => [...numbers.values()].some((value) => value !== 0));
  differences.compare('/relatorio: headline', ungrouped(headline(store, shown)), ungrouped(reply.title ?? ''));
  const sections = sectionsOf(reply, shown[0]?.[0] ?? store.currency);
  for (const [currency, numbers] of shown) {
    const section = sections.get(currency);
    if (!section) {
      differences.note(`/relatorio: ${currency}`, 'numbers in this currency', 'nothing');
      continue;
    }
    checkFields(currency, numbers, section.fields, differences);
    const rows = productRows(currency, numbers, names);
    // The rows that share one line cannot be told apart.
    const single = rows.slice(0, PRODUCT_ROWS);
    const seen = section.rows.slice(0, single.length);
    differences.compare(`/relatorio: ${currency} products`, single.map(ungrouped).sort(), seen.map(ungrouped).sort());
  }
}

/** By currency. */
function totalsOf(
  added: ReadonlyMap<string, ReportNumbers>,
  before: readonly SeenCurrencyReport[],
): Map<string, ReportNumbers> {
  const totals = new Map(before.map((report) => [report.currency, numbersOf(report)]));
  for (const [currency, numbers] of added) totals.set(currency, addNumbers(totals.get(currency), numbers));
  return totals;
}

function namesIn(reports: readonly SeenCurrencyReport[]): [string, string][] {
  return reports.flatMap(({ products }) => products.map(({ productId, name }): [string, string] => [productId, name]));
}

function headline(store: SeenStore, shown: readonly (readonly [string, ReportNumbers])[]): string {
  const byGross = [...shown].sort(([, left], [, right]) => (right.get('gross') ?? 0) - (left.get('gross') ?? 0));
  const first = shown.find(([currency]) => currency === store.currency) ?? byGross[0];
  if (!first) return `${store.name}: nada por aqui ainda`;
  const [currency, numbers] = first;
  const gross = money(numbers.get('gross') ?? 0, currency);
  return `${store.name}: ${gross} em ${counted(numbers.get('orders') ?? 0, 'pedido', 'pedidos')}`;
}

function checkFields(
  currency: string,
  numbers: ReportNumbers,
  fields: ReadonlyMap<string, string>,
  differences: Differences,
): void {
  const of = (name: string) => numbers.get(name) ?? 0;
  const orders = of('orders');
  const ticket = orders === 0 ? 0 : Math.round(of('gross') / orders);
  const withAmount = (count: number, amount: number) => (count === 0 ? '0' : `${count} · ${money(amount, currency)}`);
  const charges = (method: string) =>
    `${counted(of(`${method} generated`), 'gerado', 'gerados')} · ${counted(of(`${method} paid`), 'pago', 'pagos')}`;
  const expected: Record<string, string> = {
    Faturamento: money(of('gross'), currency),
    Pedidos: String(orders),
    'Ticket médio': money(ticket, currency),
    Líquido: money(of('net'), currency),
    Reembolsos: withAmount(of('refunds'), of('refunded amount')),
    Chargebacks: withAmount(of('chargebacks'), of('chargeback amount')),
    Pix: charges('pix'),
    Boleto: charges('boleto'),
    'Pagamentos recusados': String(of('refused')),
    'Carrinhos abandonados': String(of('carts')),
  };
  for (const [label, value] of Object.entries(expected)) {
    // What stands in brackets compares with another period or is a share.
    const found = fields.get(label)?.replace(/ \([^()]*\)$/, '');
    differences.compare(`/relatorio: ${currency} ${label}`, ungrouped(value), ungrouped(found ?? 'no such field'));
  }
}

function productRows(currency: string, numbers: ReportNumbers, names: ReadonlyMap<string, string>): string[] {
  return [...names]
    .map(([productId, name]) => ({
      name,
      orders: numbers.get(productNumbers(productId).orders) ?? 0,
      gross: numbers.get(productNumbers(productId).gross) ?? 0,
    }))
    .filter(({ orders }) => orders > 0)
    .sort((left, right) => right.gross - left.gross)
    .map(({ name, orders, gross }) => [name, orders, money(gross, currency)].join(' | '));
}

interface Section {
  fields: Map<string, string>;
  rows: string[];
}

/** The reply by currency. Only a report of several currencies names each. */
function sectionsOf(reply: SeenReply, only: string): Map<string, Section> {
  const sections = new Map<string, Section>();
  let currency = only;
  for (const { text, fields, rows } of reply.blocks) {
    currency = /^Em ([A-Z]{3})$/.exec(text ?? '')?.[1] ?? currency;
    const section: Section = sections.get(currency) ?? { fields: new Map(), rows: [] };
    if (fields || rows) sections.set(currency, section);
    for (const { label, value } of fields ?? []) section.fields.set(label, value);
    section.rows.push(...(rows ?? []).map((row) => row.join(' | ')));
  }
  return sections;
}

function money(centavos: number, currency: string): string {
  const format = new Intl.NumberFormat('pt-BR', { style: 'currency', currency });
  return format.format(centavos / 100).replaceAll('\u00a0', ' ');
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Whether a number has dots between its thousands is a matter of taste. */
function ungrouped(text: string): string {
  return text.replaceAll(/(?<=\d)\.(?=\d{3})/g, '');
}
