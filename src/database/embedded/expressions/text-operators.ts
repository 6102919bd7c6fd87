import { BSONRegExp, ObjectId, Timestamp } from 'bson';
import { typeName } from '../bson-types.ts';
import type { BsonDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { isNumeric, toNumber } from '../numbers.ts';
import { regExpOf } from '../regular-expressions.ts';
import { searchBound } from './array-operators.ts';
import { toText } from './conversion-operators.ts';
import {
  type ArgumentCodes,
  anyNumberOf,
  between,
  byName,
  exactly,
  int32Of,
  isNil,
  type Operator,
  type Operators,
} from './expression.ts';

/** Operators on texts. Letters are made great or small as MongoDB does it: those of ASCII alone. */

/** What a value counts for where a text is wanted: nothing is the empty one. @throws CommandError for what has no text */
function textOf(value: unknown): string {
  if (isNil(value)) return '';
  if (typeof value === 'string') return value;
  const hasText = isNumeric(value) || value instanceof Date;
  if (!hasText || value instanceof ObjectId || value instanceof Timestamp)
    throw new CommandError(16007, `can't convert from BSON type ${typeName(value)} to String`);
  return toText(value);
}

function lower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function upper(text: string): string {
  return text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
}

const concat: Operator = anyNumberOf((values) => {
  for (const value of values) {
    if (isNil(value)) return null;
    if (typeof value !== 'string')
      throw new CommandError(16702, `$concat only supports strings, not ${typeName(value)}`);
  }
  return values.join('');
});

const compareCaseless: Operator = exactly(2, ([left, right]) => {
  const [a, b] = [upper(textOf(left)), upper(textOf(right))];
  return Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
});

const split: Operator = exactly(2, ([text, separator]) => {
  if (isNil(text) || isNil(separator)) return null;
  if (typeof text !== 'string')
    throw new CommandError(
      40085,
      `$split requires an expression that evaluates to a string as a first argument, found: ${typeName(text)}`,
    );
  if (typeof separator !== 'string')
    throw new CommandError(
      40086,
      `$split requires an expression that evaluates to a string as a second argument, found: ${typeName(separator)}`,
    );
  if (separator === '') throw new CommandError(40087, '$split requires a non-empty separator');
  return text.split(separator);
});

function lengthBy(code: number, length: (text: string) => number): Operator {
  return exactly(1, ([text], name) => {
    if (typeof text !== 'string')
      throw new CommandError(code, `${name} requires a string argument, found: ${typeName(text)}`);
    return length(text);
  });
}

const substringOfBytes: Operator = exactly(3, ([value, start, length], name) => {
  const bytes = Buffer.from(textOf(value));
  if (!isNumeric(start))
    throw new CommandError(16034, `${name}: starting index must be a numeric type (is BSON type ${typeName(start)})`);
  if (!isNumeric(length))
    throw new CommandError(16035, `${name}: length must be a numeric type (is BSON type ${typeName(length)})`);
  const from = Math.trunc(toNumber(start));
  if (from < 0) throw new CommandError(50752, `${name}: starting index must be non-negative (got: ${from})`);
  const wanted = Math.trunc(toNumber(length));
  const to = wanted < 0 ? bytes.length : Math.min(bytes.length, from + wanted);
  if (isContinuation(bytes[from]))
    throw new CommandError(28656, `${name}: Invalid range, starting index is a UTF-8 continuation byte.`);
  if (from < to && isContinuation(bytes[to]))
    throw new CommandError(28657, `${name}: Invalid range, ending index is in the middle of a UTF-8 character.`);
  return bytes.toString('utf8', from, to);
});

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

const substringOfCharacters: Operator = exactly(3, ([value, start, length], name) => {
  const characters = [...textOf(value)];
  const from = characterCount(start, `${name}: starting index`, 34450, 34455);
  const wanted = characterCount(length, `${name}: length`, 34452, 34454);
  return characters.slice(from, from + wanted).join('');
});

/** @param code of a value that is no number; the next one is that of a number that is no int32 */
function characterCount(value: unknown, what: string, code: number, negativeCode: number): number {
  if (!isNumeric(value))
    throw new CommandError(code, `${what} must be a numeric type (is BSON type ${typeName(value)})`);
  const number = int32Of(value);
  if (number === undefined)
    throw new CommandError(code + 1, `${what} cannot be represented as a 32-bit integral value`);
  if (number < 0) throw new CommandError(negativeCode, `${what} must be a nonnegative integer.`);
  return number;
}

/** `$indexOfBytes` and `$indexOfCP`. @param code of a text that is none; the next one is that of what is sought */
function positionIn(code: number, partsOf: (text: string) => readonly unknown[]): Operator {
  return between(2, 4, ([text, sought, start = 0, end = Number.MAX_SAFE_INTEGER], name) => {
    if (isNil(text)) return null;
    if (typeof text !== 'string')
      throw new CommandError(code, `${name} requires a string as the first argument, found: ${typeName(text)}`);
    if (typeof sought !== 'string')
      throw new CommandError(code + 1, `${name} requires a string as the second argument, found: ${typeName(sought)}`);
    const from = searchBound(start, name, 'starting');
    const parts = partsOf(text).slice(0, searchBound(end, name, 'ending'));
    const wanted = partsOf(sought);
    for (let position = from; position <= parts.length - wanted.length; position += 1)
      if (wanted.every((part, offset) => parts[position + offset] === part)) return position;
    return -1;
  });
}

/** MongoDB's white space. */
const SPACE = [...'\0 \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'];

function trimming(ends: { start: boolean; end: boolean }): Operator {
  const codes = { notAnObject: 50696, unknown: 50694, required: { input: 50695 }, optional: ['chars'] };
  return byName(codes, ({ input, chars }, name) => {
    if (isNil(input)) return null;
    if (typeof input !== 'string')
      throw new CommandError(50699, `${name} requires its input to be a string, got ${typeName(input)} instead.`);
    if (chars === null) return null;
    if (chars !== undefined && typeof chars !== 'string')
      throw new CommandError(50700, `${name} requires 'chars' to be a string, got ${typeName(chars)} instead.`);
    return trimmed([...input], new Set(chars ?? SPACE), ends);
  });
}

function trimmed(
  characters: readonly string[],
  unwanted: ReadonlySet<string>,
  ends: { start: boolean; end: boolean },
): string {
  const wanted = (character: string) => !unwanted.has(character);
  const first = ends.start ? characters.findIndex(wanted) : 0;
  const last = ends.end ? characters.findLastIndex(wanted) : characters.length - 1;
  return first < 0 ? '' : characters.slice(first, last + 1).join('');
}

function replacing(replace: (input: string, find: string, replacement: string) => string): Operator {
  const codes = { notAnObject: 51751, unknown: 51750, required: { input: 51749, find: 51748, replacement: 51747 } };
  return byName(codes, (given, name) => {
    const wrong = TEXTS_TO_REPLACE.find(([part]) => !isNil(given[part]) && typeof given[part] !== 'string');
    if (wrong) {
      const [part, code] = wrong;
      throw new CommandError(code, `${name} requires that '${part}' be a string, found: ${typeName(given[part])}`);
    }
    const { input, find, replacement } = given;
    if (isNil(input) || isNil(find) || isNil(replacement)) return null;
    return replace(String(input), String(find), String(replacement));
  });
}

const TEXTS_TO_REPLACE = [
  ['input', 51746],
  ['find', 51745],
  ['replacement', 51744],
] as const;

const EXPRESSION_CODES: ArgumentCodes = {
  notAnObject: 51103,
  unknown: 31024,
  required: { input: 31022, regex: 31023 },
  optional: ['options'],
};

/** `$regexMatch` and its like. @param nothing what they give when there is no text or no expression */
function matching(nothing: () => unknown, answer: (matches: Iterable<RegExpExecArray>) => unknown): Operator {
  return byName(EXPRESSION_CODES, (given, name) => {
    const expression = expressionOf(given, name);
    const { input } = given;
    if (!isNil(input) && typeof input !== 'string')
      throw new CommandError(51104, `${name} needs 'input' to be of type string`);
    if (isNil(input) || !expression) return nothing();
    return answer(input.matchAll(expression));
  });
}

function expressionOf({ regex, options }: BsonDocument, name: string): RegExp | undefined {
  if (!isNil(options) && typeof options !== 'string')
    throw new CommandError(51106, `${name} needs 'options' to be of type string`);
  if (isNil(regex)) return undefined;
  if (typeof regex !== 'string' && !(regex instanceof BSONRegExp))
    throw new CommandError(51105, `${name} needs 'regex' to be of type string or regex`);
  const own = typeof regex === 'string' ? '' : regex.options;
  if (own !== '' && options)
    throw new CommandError(51107, `${name} found regex option(s) specified in both 'regex' and 'option' fields`);
  try {
    const expression = regExpOf(regex, own === '' ? String(options ?? '') : own);
    return new RegExp(expression, `${expression.flags}g`);
  } catch (error) {
    const invalid = error instanceof CommandError && error.code === 51091;
    throw invalid ? new CommandError(51111, `Invalid Regex in ${name}: ${error.message}`) : error;
  }
}

function described(found: RegExpExecArray): BsonDocument {
  const [match, ...captures] = found;
  return {
    match,
    idx: [...found.input.slice(0, found.index)].length,
    captures: captures.map((capture: string | undefined) => capture ?? null),
  };
}

export const textOperators: Operators = {
  $concat: concat,
  $indexOfBytes: positionIn(40091, (text) => [...Buffer.from(text)]),
  $indexOfCP: positionIn(40093, (text) => [...text]),
  $ltrim: trimming({ start: true, end: false }),
  $regexFind: matching(
    () => null,
    (matches) => {
      const [first] = matches;
      return first ? described(first) : null;
    },
  ),
  $regexFindAll: matching(
    () => [],
    (matches) => [...matches].map(described),
  ),
  $regexMatch: matching(
    () => false,
    ([first]: Iterable<RegExpExecArray>) => first !== undefined,
  ),
  $replaceAll: replacing((input, find, replacement) => input.replaceAll(find, () => replacement)),
  $replaceOne: replacing((input, find, replacement) => input.replace(find, () => replacement)),
  $rtrim: trimming({ start: false, end: true }),
  $split: split,
  $strLenBytes: lengthBy(34473, (text) => Buffer.byteLength(text)),
  $strLenCP: lengthBy(34471, (text) => [...text].length),
  $strcasecmp: compareCaseless,
  $substr: substringOfBytes,
  $substrBytes: substringOfBytes,
  $substrCP: substringOfCharacters,
  $toLower: exactly(1, ([value]) => lower(textOf(value))),
  $toUpper: exactly(1, ([value]) => upper(textOf(value))),
  $trim: trimming({ start: true, end: true }),
};
