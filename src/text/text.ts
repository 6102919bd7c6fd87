import { IntlMessageFormat } from 'intl-messageformat';
import { en } from './en/index.ts';
import { ptBR } from './pt-BR/index.ts';

export const LOCALES = ['pt-BR', 'en'] as const;
export type Locale = (typeof LOCALES)[number];
export type TextKey = keyof typeof ptBR;
export type TextValues = Record<string, string | number>;

const CATALOGUES: Record<Locale, Record<TextKey, string>> = { 'pt-BR': ptBR, en };
const compiled = new Map<string, IntlMessageFormat>();

/**
 * A sentence of the catalogue in ICU message syntax, with its placeholders filled.
 * @param values numbers are formatted by the locale; pass text that is already formatted (money, dates) as strings
 */
export function text(locale: Locale, key: TextKey, values: TextValues = {}): string {
  const cacheKey = `${locale} ${key}`;
  let message = compiled.get(cacheKey);
  if (!message) {
    message = new IntlMessageFormat(CATALOGUES[locale][key], locale, undefined, { ignoreTag: true });
    compiled.set(cacheKey, message);
  }
  return String(message.format(values));
}

/** `text` bound to one locale. */
export type Translate = (key: TextKey, values?: TextValues) => string;

export function translator(locale: Locale): Translate {
  return (key, values) => text(locale, key, values);
}
