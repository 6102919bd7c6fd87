import type { Locale } from './text.ts';

const formats = new Map<Locale, Intl.NumberFormat>();

/** A count as people read it: `1.676` in Brazil, `1,676` in English. */
export function formatCount(count: number, locale: Locale): string {
  const format = formats.get(locale) ?? new Intl.NumberFormat(locale);
  formats.set(locale, format);
  return format.format(count);
}
