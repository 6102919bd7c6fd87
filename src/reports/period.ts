import { foldCase } from '../chat/arguments.ts';
import { addDays, type LocalDay, localDay, parseDay } from '../text/local-time.ts';
import { ProductError } from '../text/product-error.ts';

/** Local days, both included. */
export interface Period {
  from: LocalDay;
  to: LocalDay;
}

export const MAXIMUM_PERIOD_DAYS = 731;
const PRESETS = ['hoje', 'ontem', '7d', '30d', 'mes'] as const;

/** The periods that have a name, in the order to offer them. */
export const PERIOD_PRESETS: readonly string[] = PRESETS;

/** What is meant as a day. 31/02 is meant as one too, and is refused by `parsePeriod`. */
const DAY = /^(\d{1,2}\/\d{1,2}(\/\d{2,4})?|\d{4}-\d{1,2}-\d{1,2})$/;

/** What stands between two days, as people write it and as reports write it in either language. */
const BETWEEN: ReadonlySet<string> = new Set(['a', 'ate', 'to', '-', '–']);

/** How many of the last words make a period: `hoje`; `01/11/2026 24/11/2026`; `01/11/2026 a 24/11/2026`. */
export function countPeriodWords(words: readonly string[]): number {
  const isDay = (word: string | undefined) => DAY.test(word ?? '');
  const last = words.at(-1);
  if (last === undefined) return 0;
  if (isPreset(last)) return 1;
  if (!isDay(last)) return 0;
  if (isDay(words.at(-2))) return 2;
  return BETWEEN.has(foldCase(words.at(-2) ?? '')) && isDay(words.at(-3)) ? 3 : 1;
}

function isPreset(word: string): boolean {
  return PERIOD_PRESETS.includes(foldCase(word));
}

/**
 * The days that a person means.
 * @param typed a preset, one day, or two days; nothing means today
 * @throws ProductError `period_unknown`, `day_unknown`, `period_reversed`, `period_long`, `period_future`
 */
export function parsePeriod(typed: string | undefined, timezone: string, now: Date): Period {
  const today = localDay(now, timezone);
  const words = foldCase(typed ?? 'hoje')
    .split(/[\s,]+/)
    .filter((word) => word !== '' && !BETWEEN.has(word));
  const preset = words.length === 1 ? presetPeriod(words[0] ?? '', today) : null;
  if (preset) return preset;
  const days = words.map((word) => parseDay(word, today));
  const impossible = words.find((word, position) => days[position] === null && DAY.test(word));
  if (impossible !== undefined) throw new ProductError('day_unknown', { day: impossible });
  const [from, to = from] = days;
  if (!from || !to || days.length > 2) throw new ProductError('period_unknown', { period: typed ?? '' });
  const period = checkPeriod({ from, to });
  // A month may be asked for before it is over, but not before it has begun.
  if (from > today) throw new ProductError('period_future', { day: words[0] ?? '' });
  return period;
}

function presetPeriod(word: string, today: LocalDay): Period | null {
  switch (word) {
    case 'hoje':
      return { from: today, to: today };
    case 'ontem':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case '7d':
      return { from: addDays(today, -6), to: today };
    case '30d':
      return { from: addDays(today, -29), to: today };
    case 'mes':
      return { from: `${today.slice(0, 8)}01`, to: today };
    default:
      return null;
  }
}

/** @throws ProductError `period_reversed`, `period_long` */
export function checkPeriod(period: Period): Period {
  if (period.from > period.to) throw new ProductError('period_reversed');
  if (addDays(period.from, MAXIMUM_PERIOD_DAYS - 1) < period.to) {
    throw new ProductError('period_long', { maximum: MAXIMUM_PERIOD_DAYS });
  }
  return period;
}
