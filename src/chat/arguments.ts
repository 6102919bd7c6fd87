import { ProductError } from '../text/product-error.ts';
import type { CommandOption, OptionValues } from './command.ts';

/** A word of a command line. Quoted words are text even when they look like something else. */
interface Word {
  text: string;
  /** As it was typed, with its quotes. */
  typed: string;
  /** Whether it stands apart from the word before: `de` in `"Curso" de`, unlike the comma in `"Curso", de`. */
  isApart: boolean;
  quoted: boolean;
  /** The option it names: `loja` in `loja:"Curso de Violão"`. */
  option: string | null;
}

const QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”', '”': '”', '«': '»' };

const NOTHING = { text: '', typed: '', quoted: false };

/** Lower case without accents: how command words and names are compared. */
export function foldCase(value: string): string {
  return value
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .trim();
}

/** A value as a command line takes it: in quotes when it needs them, with a backslash before the quotes in it. `parseArguments` gives it back. */
export function quoteArgument(value: string): string {
  return /^[^\s:"“”«»\\]+$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** A value as a sentence names it: in quotes, so that it can be copied from there into a command line, whatever it looks like. */
export function quoteInSentence(value: string): string {
  return /["“”«»\\]/.test(value) ? quoteArgument(value) : `“${value}”`;
}

/**
 * Splits a line into words. Phones type curly quotes, so these count as quotes too; a quote that is never closed runs to the end.
 * @param optionNames the names that make `name:value` an option and not text with a colon in it
 */
export function splitWords(line: string, optionNames: ReadonlySet<string>): Word[] {
  const words: Word[] = [];
  let rest = line.trim();
  let isApart = true;
  while (rest !== '') {
    const option = readOptionName(rest, optionNames);
    if (option) rest = rest.slice(option.length);
    // `loja: plataforma:assiny`: the first was left empty.
    const isEmpty = option !== null && readOptionName(rest, optionNames) !== null;
    const value = isEmpty ? NOTHING : readValue(rest);
    words.push({ ...value, isApart, option: option ? option.name : null });
    rest = rest.slice(value.typed.length);
    isApart = /^\s/.test(rest);
    rest = rest.trimStart();
  }
  return words;
}

function readOptionName(rest: string, optionNames: ReadonlySet<string>): { name: string; length: number } | null {
  const match = /^([\p{L}\p{M}_-]+):\s*/u.exec(rest);
  if (!match?.[1]) return null;
  const name = foldCase(match[1]);
  return optionNames.has(name) ? { name, length: match[0].length } : null;
}

function readValue(rest: string): Pick<Word, 'text' | 'typed' | 'quoted'> {
  const closing = QUOTES[rest.charAt(0)];
  if (!closing) {
    const text = /^\S*/.exec(rest)?.[0] ?? '';
    return { text, typed: text, quoted: false };
  }
  const inside = new RegExp(`^(?:\\\\["\\\\]|[^"${closing}])*`).exec(rest.slice(1))?.[0] ?? '';
  return {
    text: inside.replaceAll(/\\(["\\])/g, '$1'),
    typed: rest.slice(0, inside.length + 2),
    quoted: true,
  };
}

/**
 * Reads the words after a verb into its options: `Curso de Violão plataforma:assiny`, `"Curso de Violão" 7d`.
 * An option that is named twice, and words that no option takes, are errors.
 * @throws ProductError `argument_repeated`, `argument_unexpected`
 */
export function parseArguments<Services>(line: string, options: readonly CommandOption<Services>[]): OptionValues {
  const { named, loose } = wordsByOption(line, options);
  refuseUnknownOptions(named, loose, options);
  const values = takeNamed(named, loose, options);
  takeRecognised(loose, 0, values, options);
  takeRecognisedFirst(loose, values, options);
  takeBeside(loose, values, options);
  takeRest(loose, values, options);
  return values;
}

function wordsByOption<Services>(line: string, options: readonly CommandOption<Services>[]) {
  const named = new Map<string, Word[]>();
  const loose: Word[] = [];
  let runsOn: Word[] | undefined;
  for (const word of splitWords(line, new Set(options.map((option) => option.name)))) {
    if (word.option !== null) {
      if (named.has(word.option)) throw new ProductError('argument_repeated', { option: word.option });
      const value = [word];
      named.set(word.option, value);
      runsOn = word.quoted || word.text === '' ? undefined : value;
    } else {
      runsOn = runningOn(runsOn, word, options);
      (runsOn ?? loose).push(word);
    }
  }
  return { named, loose };
}

/** `loja:Curso de Violão`: people forget the quotes, so a named value runs on; a name does so over quotes in it, too. */
function runningOn<Services>(
  value: Word[] | undefined,
  word: Word,
  options: readonly CommandOption<Services>[],
): Word[] | undefined {
  const isName = options.some(({ name, takesRest }) => takesRest && name === value?.[0]?.option);
  return word.quoted && !isName ? undefined : value;
}

/** Where one of the values that exist is meant, `cor:azul` is rather a mistaken option than a part of the value. */
function refuseUnknownOptions<Services>(
  named: ReadonlyMap<string, Word[]>,
  loose: readonly Word[],
  options: readonly CommandOption<Services>[],
): void {
  for (const option of options) {
    if (!option.complete) continue;
    const words = [...(named.get(option.name)?.slice(1) ?? []), ...(option.takesRest ? loose : [])];
    const unknown = words.find(({ text, quoted }) => !quoted && /^\p{Ll}[\p{Ll}-]+:/u.test(text));
    if (unknown) throw unexpected(unknown.text, options);
  }
}

function unexpected<Services>(argument: string, options: readonly CommandOption<Services>[]): ProductError {
  const names = options.map(({ name }) => name);
  return new ProductError('argument_unexpected', { argument, count: names.length, options: names.join(', ') });
}

/** Gives each named option its words, but not those that ran on into another option: `loja:Curso de Violão 7d`. */
function takeNamed<Services>(
  named: ReadonlyMap<string, Word[]>,
  loose: Word[],
  options: readonly CommandOption<Services>[],
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of named.keys()) values[name] = '';
  for (const [name, words] of named) {
    const option = options.find((candidate) => candidate.name === name);
    // When no words make a value, all of them stay, for `run` to refuse.
    if (option?.countTrailingWords) loose.push(...words.splice(countLeadingWords(option, words) || words.length));
    else takeRecognised(words, 1, values, options);
    values[name] = textOf(words);
  }
  return values;
}

/** How many of the first words make a value of an option that can tell. */
function countLeadingWords<Services>(option: CommandOption<Services>, words: readonly Word[]): number {
  for (let count = words.length; count > 0; count -= 1) {
    const typed = words.slice(0, count).map((word) => word.text);
    if (option.countTrailingWords?.(typed) === count) return count;
  }
  return 0;
}

/**
 * Takes from the end the words that options recognise as theirs.
 * @param kept how many words at the beginning stay whatever they look like
 */
function takeRecognised<Services>(
  words: Word[],
  kept: number,
  values: Record<string, string>,
  options: readonly CommandOption<Services>[],
): void {
  let found = true;
  while (found && words.length > 0) {
    found = false;
    for (const option of options) {
      if (values[option.name] !== undefined || !option.countTrailingWords) continue;
      const first = Math.max(kept, words.findLastIndex((word) => word.quoted) + 1);
      const count = option.countTrailingWords(words.slice(first).map((word) => word.text));
      if (count === 0) continue;
      values[option.name] = textOf(words.splice(words.length - count, count));
      found = true;
    }
  }
}

/**
 * Takes from the beginning what an option recognises and nothing named before: `7d Curso de Violão`, `#equipe Curso de Violão`.
 * A name that begins like such a value needs quotes.
 */
function takeRecognisedFirst<Services>(
  words: Word[],
  values: Record<string, string>,
  options: readonly CommandOption<Services>[],
): void {
  const quoted = words.findIndex((word) => word.quoted);
  const unquoted = quoted === -1 ? words : words.slice(0, quoted);
  for (const option of options) {
    if (values[option.name] !== undefined) continue;
    const count = countLeadingWords(option, unquoted);
    if (count === 0 || count === words.length || !isRecognisedBesideOthers(option, unquoted.slice(0, count))) continue;
    values[option.name] = textOf(words.splice(0, count));
    return;
  }
}

/** Some options take any word that stands alone, such as `/alertas canal equipe`; beside a name it has to look like their value. */
function isRecognisedBesideOthers<Services>(option: CommandOption<Services>, words: readonly Word[]): boolean {
  return option.countTrailingWords?.(['…', ...words.map((word) => word.text)]) === words.length;
}

/**
 * Shares the words out between the option that takes the rest and those that may stand beside it, in the order in which they are declared:
 * `"Pix gerado" "Oi, tudo bem?"`, `Pix gerado Oi, tudo bem?`. Words stay together where nothing tells where one value ends.
 */
function takeBeside<Services>(
  loose: Word[],
  values: Record<string, string>,
  options: readonly CommandOption<Services>[],
): void {
  const rest = options.find((option) => option.takesRest);
  if (!rest || !options.some((option) => option.takesBeside)) return;
  if (values[rest.name] === undefined) {
    const [from, to] = wordsOfRest(rest, loose);
    if (to - from === loose.length) return;
    values[rest.name] = textOf(loose.splice(from, to - from));
  }
  while (loose.length > 0) {
    const value = textOf(loose[0]?.quoted ? loose.slice(0, 1) : loose);
    const beside = options.find(
      (option) => option.takesBeside && values[option.name] === undefined && (option.recognises?.(value) ?? true),
    );
    if (!beside) return;
    values[beside.name] = value;
    loose.splice(0, loose[0]?.quoted ? 1 : loose.length);
  }
}

/** Where, among several values, the one of the option that takes the rest begins and ends. */
function wordsOfRest<Services>(option: CommandOption<Services>, words: readonly Word[]): [from: number, to: number] {
  const isValue = (from: number, to: number) => option.recognises?.(textOf(words.slice(from, to))) ?? false;
  for (let count = words.length; count > 0; count -= 1) {
    if (isValue(0, count)) return [0, count];
    if (isValue(words.length - count, words.length)) return [words.length - count, words.length];
  }
  // A quoted word at one end, and apart from what stands beside it, is a value of its own.
  if (words[0]?.quoted && words[1]?.isApart) return [0, 1];
  const last = words.length - 1;
  const onlyLastIsQuoted = words.findIndex(({ quoted }) => quoted) === last;
  if (last > 0 && onlyLastIsQuoted && words[last]?.isApart) return [0, last];
  return [0, words.length];
}

function takeRest<Services>(
  loose: Word[],
  values: Record<string, string>,
  options: readonly CommandOption<Services>[],
): void {
  if (loose.length === 0) return;
  const rest = options.find((option) => option.takesRest);
  const typed = textOf(loose);
  if (!rest || values[rest.name] !== undefined) throw unexpected(typed, options);
  values[rest.name] = typed;
}

/** Quotes around a value are not part of it; those around some of its words are. */
function textOf(words: readonly Word[]): string {
  const [first, ...others] = words;
  if (first && others.length === 0) return first.text;
  return words
    .map(({ typed, isApart }) => (isApart ? ` ${typed}` : typed))
    .join('')
    .trimStart();
}
