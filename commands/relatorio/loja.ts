import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { Block, Reply } from '../../src/chat/message.ts';
import { type Period, parsePeriod } from '../../src/reports/period.ts';
import type { CurrencyReport, StoreReport } from '../../src/reports/store-report.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { addDays, localDay } from '../../src/text/local-time.ts';
import { formatMoney } from '../../src/text/money.ts';
import { isProductError, ProductError } from '../../src/text/product-error.ts';
import { periodOption } from '../options/period-option.ts';
import { chosenStore, storeOption, storeReference, wordsBesideStore } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import { type RoleButton, roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { currencyBlocks, isEmptyCurrency } from './currency-blocks.ts';
import {
  formatOption,
  periodButtons,
  periodLabel,
  SPREADSHEET,
  spreadsheetButton,
  spreadsheetFile,
  wantsSpreadsheet,
} from './report-parts.ts';
import { reportSpreadsheet } from './spreadsheet.ts';

/** Where a day begins first, so that no day is refused there that has come somewhere. */
const LATEST_TIMEZONE = 'Pacific/Kiritimati';
const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;

/** What a store sold in a period, against the period before. */
export const loja: CommandVerb<CommandServices> = {
  name: 'loja',
  description: 'command.relatorio.loja',
  role: 'viewer',
  options: [storeOption, periodOption, formatOption],
  async run(context, options) {
    const asSpreadsheet = wantsSpreadsheet(options);
    const typed = typedValue(options, periodOption.name);
    // Before the store is asked for: what is no period anywhere is none there either.
    parsePeriod(typed, LATEST_TIMEZONE, context.now);
    const store = await reportedStore(context, options);
    const period = parsePeriod(typed, store.timezone, context.now);
    const report = withoutEmptyCurrencies(await context.services.reports.report(store, period));
    if (report.currencies.length === 0) return emptyReply(context, store, period);
    return asSpreadsheet ? spreadsheetReply(context, store, report) : await reportReply(context, store, report);
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
      ...buttonsOf(context, store, period, [
        spreadsheetButton(context, reportCommand(store, `${period.from} ${period.to}`, SPREADSHEET)),
      ]),
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
  return {
    title: headline(context, store, report),
    tone: 'neutral',
    visibility: 'public',
    blocks: [
      { type: 'paragraph', text: translate('report.spreadsheet', { period: periodLabel(context, report) }) },
      spreadsheetFile(store.name, report, reportSpreadsheet(report, context)),
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
      ...buttonsOf(context, store, period, [checklist]),
    ],
  };
}

/** As many days, up to the day before. */
function previousPeriod({ from, to }: Period): Period {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MILLISECONDS + 1;
  return { from: addDays(from, -days), to: addDays(from, -1) };
}

function reportCommand(store: Store, periodo: string, formato?: string): string {
  return commandLine('/relatorio loja', { loja: storeReference(store), periodo, formato });
}

function buttonsOf(
  context: CommandContext<CommandServices>,
  store: Store,
  period: Period,
  others: readonly RoleButton[],
): Block[] {
  const buttons = periodButtons(context, period, store.timezone, (periodo) => reportCommand(store, periodo));
  return roleButtons(context, [...buttons, ...others]);
}
