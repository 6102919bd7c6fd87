import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext, CommandOption, OptionValues } from '../../src/chat/command.ts';
import type { Block } from '../../src/chat/message.ts';
import { type Period, parsePeriod } from '../../src/reports/period.ts';
import { formatDay } from '../../src/text/local-time.ts';
import { ProductError } from '../../src/text/product-error.ts';
import type { TextKey } from '../../src/text/text.ts';
import { typedValue } from '../options/typed-value.ts';
import type { RoleButton } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';

export const SPREADSHEET = 'csv';

/** What a report comes as: in the chat or, when it is asked for, as a spreadsheet. */
export const formatOption: CommandOption<CommandServices> = {
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

/** @throws ProductError `format_unknown` */
export function wantsSpreadsheet(options: OptionValues): boolean {
  const format = typedValue(options, formatOption.name);
  if (format !== undefined && foldCase(format) !== SPREADSHEET) throw new ProductError('format_unknown', { format });
  return format !== undefined;
}

export function periodLabel({ translate, locale }: CommandContext<CommandServices>, { from, to }: Period): string {
  if (from === to) return formatDay(from, locale);
  return translate('report.from_to', { from: formatDay(from, locale), to: formatDay(to, locale) });
}

/** The same report of the other periods that have a name. */
export function periodButtons(
  { translate, now }: CommandContext<CommandServices>,
  shown: Period,
  timezone: string,
  commandOf: (preset: string) => string,
): RoleButton[] {
  const periods = OTHER_PERIODS.filter(({ preset }) => {
    const period = parsePeriod(preset, timezone, now);
    return period.from !== shown.from || period.to !== shown.to;
  });
  return periods.map(({ preset, label }) => ({
    label: translate(label),
    command: commandOf(preset),
    style: 'secondary',
    role: 'viewer',
  }));
}

export function spreadsheetButton({ translate }: CommandContext<CommandServices>, command: string): RoleButton {
  return { label: translate('button.spreadsheet'), command, style: 'secondary', role: 'viewer' };
}

/** A spreadsheet named for what it is about and its days. */
export function spreadsheetFile(about: string, { from, to }: Period, content: string): Block {
  const words = foldCase(about).match(/[a-z0-9]+/g) ?? [];
  return {
    type: 'file',
    name: `${['relatorio', ...words, from, to].join('-')}.csv`,
    contentType: 'text/csv',
    base64: Buffer.from(content).toString('base64'),
  };
}
