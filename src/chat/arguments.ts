import { ProductError } from '../text/product-error.ts';
import type { CommandOption, OptionValues } from './command.ts';

/** A word of a command line. Quoted words are text even when they look like something else. */
interface Word {
  text: string;
  quoted: boolean;
  /** The option it names: `loja` in `loja:"Curso de Violão"`. */
  option: string | null;
}

const QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”', '”': '”', '«': '»' };

/** Lower case without accents: how command words and names are compared. */
export function foldCase(value: string): string {
  return value
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .trim();
}

/** Puts a value in quotes when a command line needs them. The quote character itself cannot be part of a value. */
export function quoteArgument(value: string): string {
  const plain = value.replaceAll(/["“”«»]/g, "'");
  return /^[^\s:]+$/.test(plain) ? plain : `"${plain}"`;
}

/**
 * Splits a line into words. Phones type curly quotes, so these count as quotes too; a quote that is never closed runs to the end.
 * @param optionNames the names that make `name:value` an option and not text with a colon in it
 */
export function splitWords(line: string, optionNames: ReadonlySet<string>): Word[] {
  const words: Word[] = [];
  let rest = line.trim();
  while (rest !== '') {
    const option = readOptionName(rest, optionNames);
    if (option) rest = rest.slice(option.length);
    const { text, quoted, length } = readValue(rest);
    words.push({ text, quoted, option: option ? option.name : null });
    rest = rest.slice(length).trimStart();
  }
  return words;
}

function readOptionName(rest: string, optionNames: ReadonlySet<string>): { name: string; length: number } | null {
  const match = /^([\p{L}\p{M}_-]+):\s*/u.exec(rest);
  if (!match?.[1]) return null;
  const name = foldCase(match[1]);
  return optionNames.has(name) ? { name, length: match[0].length } : null;
}

function readValue(rest: string): { text: string; quoted: boolean; length: number } {
  const closing = QUOTES[rest.charAt(0)];
  if (closing) {
    const end = [...rest].findIndex((character, index) => index > 0 && (character === closing || character === '"'));
    const stop = end < 0 ? rest.length : end;
    return { text: rest.slice(1, stop), quoted: true, length: Math.min(stop + 1, rest.length) };
  }
  const text = /^\S*/.exec(rest)?.[0] ?? '';
  return { text, quoted: false, length: text.length };
}

/**
 * Reads the words after a verb into its options: `Curso de Violão plataforma:assiny`, `"Curso de Violão" 7d`.
 * An option that is named twice, and words that no option takes, are errors.
 * @throws ProductError `argument_repeated`, `argument_unexpected`
 */
export function parseArguments<Services>(line: string, options: readonly CommandOption<Services>[]): OptionValues {
  const words = splitWords(line, new Set(options.map((option) => option.name)));
  const values: Record<string, string> = {};
  const loose: Word[] = [];
  let lastNamed: string | null = null;
  for (const word of words) {
    if (word.option !== null) {
      if (values[word.option] !== undefined) throw new ProductError('argument_repeated', { option: word.option });
      values[word.option] = word.text;
      lastNamed = word.quoted ? null : word.option;
    } else if (lastNamed !== null && !word.quoted) {
      // `loja:Curso de Violão`: people forget the quotes, so a named value runs on.
      values[lastNamed] = `${values[lastNamed]} ${word.text}`;
    } else {
      loose.push(word);
    }
  }
  takeRecognised(loose, values, options);
  takeRest(loose, values, options);
  return values;
}

function takeRecognised<Services>(
  loose: Word[],
  values: Record<string, string>,
  options: readonly CommandOption<Services>[],
): void {
  let found = true;
  while (found && loose.length > 0) {
    found = false;
    for (const option of options) {
      if (values[option.name] !== undefined || !option.countTrailingWords) continue;
      const firstQuoted = loose.findLastIndex((word) => word.quoted) + 1;
      const count = option.countTrailingWords(loose.slice(firstQuoted).map((word) => word.text));
      if (count === 0) continue;
      const taken = loose.splice(loose.length - count, count);
      values[option.name] = taken.map((word) => word.text).join(' ');
      found = true;
    }
  }
}

function takeRest<Services>(
  loose: Word[],
  values: Record<string, string>,
  options: readonly CommandOption<Services>[],
): void {
  if (loose.length === 0) return;
  const rest = options.find((option) => option.takesRest);
  const typed = loose.map((word) => word.text).join(' ');
  if (!rest || values[rest.name] !== undefined) throw new ProductError('argument_unexpected', { argument: typed });
  values[rest.name] = typed;
}
