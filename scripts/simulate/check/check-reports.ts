import type { SeenCurrencyReport } from '../admin-api.ts';
import { addNumbers, type NumbersByDay, numbersOf, type ReportNumbers, sumOfDays } from '../report-numbers.ts';
import type { StoreReports } from '../store-reports.ts';
import type { Differences } from './differences.ts';

/** Do the store's reports, of each day and of all of them together, show what they showed before the run and what the run adds. */
export function checkReports(
  expected: NumbersByDay,
  before: StoreReports,
  after: StoreReports,
  differences: Differences,
): void {
  for (const [day, reports] of after.days) {
    const added = expected.get(day) ?? new Map();
    checkReport(`report of ${day}`, added, before.days.get(day) ?? [], reports, differences);
  }
  const { from, to } = after.period;
  checkReport(`report of ${from} to ${to}`, sumOfDays(expected), before.whole, after.whole, differences);
}

function checkReport(
  what: string,
  added: ReadonlyMap<string, ReportNumbers>,
  before: readonly SeenCurrencyReport[],
  after: readonly SeenCurrencyReport[],
  differences: Differences,
): void {
  const currencies = new Set([...added.keys(), ...[...before, ...after].map(({ currency }) => currency)]);
  for (const currency of currencies) {
    const of = (reports: readonly SeenCurrencyReport[]) => reports.find((report) => report.currency === currency);
    const expected = addNumbers(numbersOf(of(before)), added.get(currency));
    const found = numbersOf(of(after));
    for (const name of new Set([...expected.keys(), ...found.keys()])) {
      differences.compare(`${what}: ${currency} ${name}`, expected.get(name) ?? 0, found.get(name) ?? 0);
    }
    const [orders = 0, gross = 0] = [expected.get('orders'), expected.get('gross')];
    const ticket = orders === 0 ? 0 : Math.round(gross / orders);
    differences.compare(`${what}: ${currency} average ticket`, ticket, of(after)?.averageTicket ?? 0);
  }
}
