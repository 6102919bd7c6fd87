import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext, CommandOption, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { Block, Reply } from '../../src/chat/message.ts';
import { type Period, parsePeriod } from '../../src/reports/period.ts';
import type { CurrencyReport, StoreReport } from '../../src/reports/store-report.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { addDays, formatDay, localDay } from '../../src/text/local-time.ts';
import { formatMoney } from '../../src/text/money.ts';
import { isProductError, ProductError } from '../../src/text/product-error.ts';
import type { TextKey } from '../../src/text/text.ts';
import { periodOption } from '../options/period-option.ts';
import { chosenStore, storeOption, storeReference, wordsBesideStore } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import { type RoleButton, roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { currencyBlocks, isEmptyCurrency } from './currency-blocks.ts';
import { reportSpreadsheet } from './spreadsheet.ts';

const SPREADSHEET = 'csv';
/** Where a day begins first, so that no day is refused there that has come somewhere. */
const LATEST_TIMEZONE = 'Pacific/Kiritimati';
const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;

const formatOption: CommandOption<CommandServices> = {
  name: 'formato',
  description: 'option.format',
  required: false,
  countTrailingWords: (words) => (foldCase(words.at(-1) ?? '') === SPREADSHEET ? 1 : 0),
  complete: async () => [{ value: SPREADSHEET, label: SPREADSHEET }],
};

const OTHER_PERIODS: readonly { preset: string; label: TextKey }[] = [
  { preset: 'hoje', label: 'button.today' },
  { preset: 'ontem', label: 'button.yesterday' },
  { preset: '7d', label: 'button.7_days' },
  { preset: '30d', label: 'button.30_days' },
  { preset: 'mes', label: 'button.this_month' },
];

/** What a store sold in a period, against the period before. */
export const loja: CommandVerb<CommandServices> = {
  name: 'loja',
  description: 'command.relatorio.loja',
  role: 'viewer',
  options: [storeOption, periodOption, formatOption],
  async run(context, options) {
    const format = typedValue(options, formatOption.name);
    if (format !== undefined && foldCase(format) !== SPREADSHEET) throw new ProductError('format_unknown', { format });
    const typed = typedValue(options, periodOption.name);
    // Before the store is asked for: what is no period anywhere is none there either.
    parsePeriod(typed, LATEST_TIMEZONE, context.now);
    const store = await reportedStore(context, options);
    const period = parsePeriod(typed, store.timezone, context.now);
    const report = withoutEmptyCurrencies(await context.services.reports.report(store, period));
    if (report.currencies.length === 0) return emptyReply(context, store, period);
    return format === undefined ? await reportReply(context, store, report) : spreadsheetReply(context, store, report);
  },
};

/**
 * `/relatorio Loja da Ana` reads as the verb `loja` and a store `da Ana`, so a name that begins with the verb is
 * tried too. Words that are no store's name may be meant as a period.
 */
async function reportedStore(context: CommandContext<CommandServices>, options: OptionValues): Promise<Store> {
  try {
    return await chosenStore(context, options);
  } catch (error) {
    if (!isProductError(error, 'store_unknown_named')) throw error;
    const typed = typedValue(options, storeOption.name) ?? '';
    const stores = await context.services.stores.list(context.workspaceId);
    const store = stores.find(({ name }) => foldCase(name) === foldCase(`${loja.name} ${typed}`));
    if (store) return store;
    const beside = await wordsBesideStore(context, options);
    if (beside) throw new ProductError('period_unknown', { period: beside.words });
    throw new ProductError('report_unknown', { typed, names: error.values.names ?? '' });
  }
}

function withoutEmptyCurrencies(report: StoreReport): StoreReport {
  return { ...report, currencies: report.currencies.filter((currency) => !isEmptyCurrency(currency)) };
}

async function reportReply(
  context: CommandContext<CommandServices>,
  store: Store,
  report: StoreReport,
): Promise<Reply> {
  const { translate, services, now } = context;
  const period = { from: report.from, to: report.to };
  const previous = previousPeriod(period);
  const before = await services.reports.report(store, previous);
  const isOpen = period.to >= localDay(now, store.timezone);
  return {
    title: headline(context, store, report),
    tone: 'neutral',
    visibility: 'public',
    blocks: [
      {
        type: 'paragraph',
        text: translate(isOpen ? 'report.period_open' : 'report.period', {
          period: periodLabel(context, period),
          previous: periodLabel(context, previous),
        }),
      },
      ...report.currencies.flatMap((currency) => blocksOf(context, report, currency, before)),
      ...periodButtons(context, store, period, [spreadsheetButton(context, store, period)]),
    ],
  };
}

function blocksOf(
  context: CommandContext<CommandServices>,
  report: StoreReport,
  currency: CurrencyReport,
  before: StoreReport,
): Block[] {
  const earlier = before.currencies.find((candidate) => candidate.currency === currency.currency);
  const blocks = currencyBlocks(currency, earlier, context);
  if (report.currencies.length === 1) return blocks;
  const heading = context.translate('report.in_currency', { currency: currency.currency });
  return [{ type: 'paragraph', text: heading }, ...blocks];
}

/** The first currency's revenue, which is what people open a report for. */
function headline({ translate, locale }: CommandContext<CommandServices>, store: Store, report: StoreReport): string {
  const [first] = report.currencies;
  return translate('report.headline', {
    store: store.name,
    gross: formatMoney(first?.gross ?? 0, first?.currency ?? store.currency, locale),
    count: first?.orders ?? 0,
  });
}

function spreadsheetReply(context: CommandContext<CommandServices>, store: Store, report: StoreReport): Reply {
  const { translate } = context;
  const words = foldCase(store.name).match(/[a-z0-9]+/g) ?? [];
  return {
    title: headline(context, store, report),
    tone: 'neutral',
    visibility: 'public',
    blocks: [
      { type: 'paragraph', text: translate('report.spreadsheet', { period: periodLabel(context, report) }) },
      {
        type: 'file',
        name: `${['relatorio', ...words, report.from, report.to].join('-')}.csv`,
        contentType: 'text/csv',
        base64: Buffer.from(reportSpreadsheet(report, context)).toString('base64'),
      },
    ],
  };
}

function emptyReply(context: CommandContext<CommandServices>, store: Store, period: Period): Reply {
  const { translate } = context;
  const checklist: RoleButton = {
    label: translate('button.checklist'),
    command: commandLine('/checklist', { loja: storeReference(store) }),
    style: 'secondary',
    role: 'viewer',
  };
  return {
    title: translate('report.empty', { store: store.name }),
    tone: 'neutral',
    visibility: 'public',
    blocks: [
      {
        type: 'paragraph',
        text: translate('report.empty_meaning', { period: periodLabel(context, period) }),
      },
      ...periodButtons(context, store, period, [checklist]),
    ],
  };
}

/** As many days, up to the day before. */
function previousPeriod({ from, to }: Period): Period {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MILLISECONDS + 1;
  return { from: addDays(from, -days), to: addDays(from, -1) };
}

function periodLabel({ translate, locale }: CommandContext<CommandServices>, { from, to }: Period): string {
  if (from === to) return formatDay(from, locale);
  return translate('report.from_to', { from: formatDay(from, locale), to: formatDay(to, locale) });
}

function spreadsheetButton(context: CommandContext<CommandServices>, store: Store, period: Period): RoleButton {
  const command = commandLine('/relatorio loja', {
    loja: storeReference(store),
    periodo: `${period.from} ${period.to}`,
    formato: SPREADSHEET,
  });
  return { label: context.translate('button.spreadsheet'), command, style: 'secondary', role: 'viewer' };
}

function periodButtons(
  context: CommandContext<CommandServices>,
  store: Store,
  shown: Period,
  others: readonly RoleButton[],
): Block[] {
  const periods = OTHER_PERIODS.filter(({ preset }) => {
    const period = parsePeriod(preset, store.timezone, context.now);
    return period.from !== shown.from || period.to !== shown.to;
  });
  const buttons = periods.map(({ preset, label }): RoleButton => {
    const command = commandLine('/relatorio loja', { loja: storeReference(store), periodo: preset });
    return { label: context.translate(label), command, style: 'secondary', role: 'viewer' };
  });
  return roleButtons(context, [...buttons, ...others]);
}
