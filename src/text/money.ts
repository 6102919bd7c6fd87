import type { Locale } from './text.ts';

const formats = new Map<string, Intl.NumberFormat>();

/**
 * Money as people read it: `R$ 1.234,56`.
 * @param centavos integer, in the smallest unit of the currency
 * @param currency ISO 4217; an unknown code is written as it is
 */
export function formatMoney(centavos: number, currency: string, locale: Locale): string {
  const key = `${locale} ${currency}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, { style: 'currency', currency });
    formats.set(key, format);
  }
  // A plain space can be searched for and copied; the no-break space of Intl cannot.
  return format.format(centavos / 100).replaceAll('\u00a0', ' ');
}

/**
 * Reads an amount typed by a person: `100`, `R$ 1.234,56`, `99,90`, `10 reais`.
 * @returns centavos, or null when it is not an amount
 */
export function parseMoney(typed: string): number | null {
  const match = /^(?:R\$)?\s*(\d{1,3}(?:\.\d{3})+|\d{1,9})(?:,(\d{1,2}))?(?:\s+rea(?:l|is))?$/i.exec(typed.trim());
  if (!match?.[1]) return null;
  return Number(match[1].replaceAll('.', '')) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}
