import { BSONRegExp } from 'bson';
import { CommandError } from './errors.ts';

/**
 * Regular expressions as MongoDB reads them (PCRE2 in UTF-8, https://www.pcre.org/current/doc/html/pcre2pattern.html), put
 * into JavaScript's with its flag `u`. What JavaScript writes in another way is translated; what it lacks is refused, for it
 * would find something else.
 */

interface Mode {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
}

/**
 * The JavaScript form of a regular expression.
 * @throws CommandError 51091 when it is invalid, 51108 for an unknown option, NotImplemented for what JavaScript lacks
 */
export function toRegExp(expression: BSONRegExp): RegExp {
  const { pattern, options } = expression;
  if (/[^imsxu]/.test(options)) throw new CommandError(51108, `invalid flag in regex options: ${options}`);
  const [setting = '', flags = ''] = /^\(\?([imsx]+)\)/.exec(pattern) ?? [];
  const mode = modeOf(options + flags);
  const source = translated(pattern.slice(setting.length), mode);
  try {
    return new RegExp(source, mode.ignoreCase ? 'iu' : 'u');
  } catch {
    throw invalid(pattern);
  }
}

/** Whether a stored regular expression is the same as one that is looked for. What is stored may be invalid. */
export function isSameExpression(stored: BSONRegExp, expression: RegExp): boolean {
  try {
    return String(toRegExp(stored)) === String(expression);
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

function modeOf(options: string): Mode {
  return {
    ignoreCase: options.includes('i'),
    multiline: options.includes('m'),
    dotAll: options.includes('s'),
    extended: options.includes('x'),
  };
}

const ESCAPE = String.raw`\\(?:x\{[\da-fA-F]+\}|x[\da-fA-F]{0,2}|[pP](?:\{\^?\w+\}|\w)|k(?:<\w+>|\{\w+\}|'\w+')|c[a-zA-Z]|0[0-7]{0,2}|[1-9]\d*|.)`;
const POSIX = String.raw`\[:\^?\w+:\]`;
const TOKEN = new RegExp(
  [
    String.raw`\\Q.*?(?:\\E|$)`,
    ESCAPE,
    String.raw`\[\^?\]?(?:${POSIX}|\\.|[^\]\\])*\]`,
    String.raw`\(\?(?:#[^)]*\)|P<\w+>|P=\w+\)|[:=!]|<[=!]|<\w+>)?`,
    String.raw`(?:[*+?]|\{\d+(?:,\d*)?\})[+?]?`,
    '.',
  ].join('|'),
  'gsu',
);
const CLASS_TOKEN = new RegExp(`${POSIX}|${ESCAPE}|.`, 'gsu');

const END = String.raw`(?![\s\S])`;
const END_OR_LAST_LINE = String.raw`(?=\n?(?![\s\S]))`;
const VERTICAL = String.raw`\n-\r\x85\u2028\u2029`;
const HORIZONTAL = String.raw`\t \xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000`;
const SPACE = String.raw`\t-\r `;

/** Escapes that stand for several characters, as the inside of a class. */
const SETS: Readonly<Record<string, string>> = {
  d: String.raw`\d`,
  D: String.raw`\D`,
  w: String.raw`\w`,
  W: String.raw`\W`,
  s: SPACE,
  S: String.raw`\0-\x08\x0e-\x1f!-\u{10ffff}`,
  h: HORIZONTAL,
  v: VERTICAL,
};

/** Escapes outside classes that JavaScript lacks or takes for something else. */
const OUTSIDE: Readonly<Record<string, string>> = {
  A: String.raw`(?<![\s\S])`,
  b: String.raw`\b`,
  B: String.raw`\B`,
  E: '',
  H: `[^${HORIZONTAL}]`,
  N: String.raw`[^\n]`,
  R: String.raw`(?:\r\n|[${VERTICAL}])`,
  V: `[^${VERTICAL}]`,
  z: END,
  Z: END_OR_LAST_LINE,
};

const CHARACTERS: Readonly<Record<string, string>> = {
  a: String.raw`\x07`,
  e: String.raw`\x1b`,
  f: String.raw`\f`,
  n: String.raw`\n`,
  r: String.raw`\r`,
  t: String.raw`\t`,
};

const NAMED_CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: String.raw`\0-\x7f`,
  blank: String.raw` \t`,
  cntrl: String.raw`\0-\x1f\x7f`,
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: String.raw`!-\/:-@\[-\x60\{-~`,
  space: SPACE,
  upper: 'A-Z',
  word: String.raw`\w`,
  xdigit: '0-9A-Fa-f',
};

function translated(pattern: string, mode: Mode): string {
  const text = mode.extended ? withoutComments(pattern) : pattern;
  return (text.match(TOKEN) ?? []).map((token) => outsideClass(token, mode)).join('');
}

/** Blanks and what follows a `#` do not count under the option `x`, except in classes and after a backslash. */
function withoutComments(pattern: string): string {
  return pattern.replaceAll(
    /(\\.|\[\^?\]?(?:\\.|[^\]\\])*\])|\s|#[^\n]*/gsu,
    (_, kept: string | undefined) => kept ?? '',
  );
}

function outsideClass(token: string, { multiline, dotAll }: Mode): string {
  if (token.startsWith('\\Q')) return [...token.slice(2).replace(/\\E$/, '')].map(literal).join('');
  if (token.length > 1 && token.startsWith('\\')) return outsideEscape(token);
  if (token.length > 1 && token.startsWith('[')) return classOf(token);
  if (token.startsWith('(?')) return group(token);
  if (/^.+\+$/s.test(token)) throw lacking(`the possessive ${token}`);
  switch (token) {
    case '.':
      return dotAll ? String.raw`[\s\S]` : String.raw`[^\n]`;
    case '^':
      return multiline ? String.raw`(?:^|(?<=\n)(?=[\s\S]))` : '^';
    case '$':
      return multiline ? String.raw`(?![^\n])` : END_OR_LAST_LINE;
    case '{':
    case '}':
    case ']':
      return `\\${token}`;
    default:
      return token;
  }
}

function group(token: string): string {
  if (token.startsWith('(?#')) return '';
  if (token.startsWith('(?P<')) return `(?<${token.slice(4)}`;
  if (token.startsWith('(?P=')) return `\\k<${token.slice(4, -1)}>`;
  if (token === '(?') throw lacking('a group of this kind');
  return token;
}

function outsideEscape(token: string): string {
  const name = token.slice(1);
  const set = SETS[name];
  if (set !== undefined) return `[${set}]`;
  if (/^[1-9]$/.test(name)) return token;
  if (/^[1-9]/.test(name)) throw lacking(token);
  if (/^k./s.test(name)) return `\\k<${name.slice(2, -1)}>`;
  return OUTSIDE[name] ?? character(name);
}

/** A class, such as `[^a-z[:digit:]]`. What stands for several characters is no end of a range. */
function classOf(token: string): string {
  const [, negation = '', body = ''] = /^\[(\^?)(.*)\]$/s.exec(token) ?? [];
  const parts = body.match(CLASS_TOKEN) ?? [];
  const inside = parts.map((part, position) => {
    const isRange = part === '-' && position > 0 && position < parts.length - 1;
    if (isRange && (isSet(parts[position - 1]) || isSet(parts[position + 1]))) throw invalid(token);
    return insideClass(part);
  });
  return `[${negation}${inside.join('')}]`;
}

function isSet(part: string | undefined): boolean {
  return part !== undefined && (part.startsWith('[:') || part.slice(1) in SETS || /^\\[pP]/.test(part));
}

function insideClass(part: string): string {
  if (part.startsWith('[:')) {
    const named = NAMED_CLASSES[part.slice(2, -2)];
    if (named === undefined) throw lacking(part);
    return named;
  }
  if (!part.startsWith('\\')) return part === ']' || part === '[' ? `\\${part}` : part;
  const name = part.slice(1);
  if (name === 'b') return String.raw`\x08`;
  if (name === '-') return part;
  return SETS[name] ?? character(name);
}

/** An escape that stands for one character, or for those of a property. @param name what comes after the backslash */
function character(name: string): string {
  if (/^x/.test(name)) return codePoint(name.slice(1).replaceAll(/[{}]/g, ''), 16);
  if (/^[0-7]+$/.test(name)) return codePoint(name, 8);
  if (/^c./.test(name)) return `\\${name}`;
  if (/^[pP]./.test(name)) return property(name);
  if (/^[a-zA-Z0-9]/.test(name)) return CHARACTERS[name] ?? refuseEscape(name);
  return literal(name);
}

function codePoint(digits: string, base: 8 | 16): string {
  return `\\u{${Number.parseInt(digits || '0', base).toString(16)}}`;
}

/** `pL`, `p{Lu}`, `P{L}`, `p{^L}`, `p{Greek}` */
function property(name: string): string {
  const inner = name.slice(1).replaceAll(/[{}^]/g, '');
  const negated = name.startsWith('P') !== name.includes('^');
  return `\\${negated ? 'P' : 'p'}{${inner.length > 2 ? 'Script=' : ''}${inner}}`;
}

function literal(text: string): string {
  return text.replace(/[$()*+./?[\\\]^{|}]/, String.raw`\$&`);
}

/** JavaScript's own `\u00e9` among them: MongoDB refuses it. */
function refuseEscape(name: string): never {
  if (/^[uULlF]/.test(name)) throw invalid(`\\${name}`);
  throw lacking(`\\${name}`);
}

function invalid(what: string): CommandError {
  return new CommandError(51091, `Regular expression is invalid: ${what}`);
}

function lacking(what: string): CommandError {
  return new CommandError(238, `${what} in a regular expression is not supported by the embedded engine`);
}

/** @param options those of `$options`, which take the place of the expression's own */
export function regExpOf(operand: string | BSONRegExp, options: string | undefined): RegExp {
  if (typeof operand !== 'string')
    return toRegExp(options === undefined ? operand : withOptions(operand.pattern, options));
  return toRegExp(withOptions(operand, options ?? ''));
}

/** @throws CommandError 51108 for an option that BSON does not know either, 51091 for a text with an end in it */
function withOptions(pattern: string, options: string): BSONRegExp {
  try {
    return new BSONRegExp(pattern, options);
  } catch {
    throw pattern.includes('\0')
      ? new CommandError(51091, 'Regular expression cannot contain an embedded null byte')
      : new CommandError(51108, `invalid flag in regex options: ${options}`);
  }
}
