import { Decimal128, Double, Long, ObjectId } from 'bson';
import { roundAt, storedDouble, towardZero } from '../arithmetic.ts';
import type { NumericValue } from '../bson-order.ts';
import { typeName, typeNumber } from '../bson-types.ts';
import { CommandError, notSupported } from '../errors.ts';
import { isNumeric, toNumber } from '../numbers.ts';
import { exactly, isNil, namedArguments, type Operator, type Operators } from './expression.ts';

/** `$convert` and its short forms, with the types of BSON. */

type Conversion = (value: unknown) => unknown;

function failure(value: unknown, target: string): CommandError {
  return new CommandError(
    241,
    `Failed to convert from ${typeName(value)} to ${target} in $convert with no onError value`,
  );
}

/** The number that a value stands for; a text has to be written as one from end to end. */
function numberOf(value: unknown, target: string): number {
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Date) return value.getTime();
  if (isNumeric(value)) return toNumber(value);
  const number = typeof value === 'string' && /^[+-]?(\d|\.\d)/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw failure(value, target);
  return number;
}

/** A whole number between two bounds; fractions are cut off, but a text must have none. */
function wholeNumber(value: unknown, target: string, bits: 32 | 64): bigint {
  if (typeof value === 'string' && !/^[+-]?\d+$/.test(value)) throw failure(value, target);
  const whole = typeof value === 'string' ? BigInt(value.replace(/^\+/, '')) : wholePart(value, target);
  if (BigInt.asIntN(bits, whole) !== whole) throw failure(value, target);
  return whole;
}

function wholePart(value: unknown, target: string): bigint {
  const number = numberOf(value, target);
  if (!Number.isFinite(number)) throw failure(value, target);
  if (value instanceof Long) return value.toBigInt();
  if (!(value instanceof Decimal128)) return BigInt(Math.trunc(number));
  if (Math.abs(number) >= 2 ** 64) throw failure(value, target);
  const cut: NumericValue = roundAt(value, 0, towardZero);
  return BigInt(/E/.test(String(cut)) ? Number(String(cut)) : String(cut));
}

function toInt(value: unknown): number {
  if (value instanceof Date) throw failure(value, 'int');
  return Number(wholeNumber(value, 'int', 32));
}

function toLong(value: unknown): Long {
  return Long.fromBigInt(wholeNumber(value, 'long', 64));
}

/** A double counts by its 15 significant digits, as in MongoDB. */
function toDecimal(value: unknown): Decimal128 {
  if (value instanceof Decimal128) return value;
  const number = value instanceof Long ? value : numberOf(value, 'decimal');
  if (typeof value === 'string') return Decimal128.fromString(value);
  const isDouble = typeof number === 'number' && typeNumber(value) === 1 && Number.isFinite(number);
  return Decimal128.fromString(isDouble ? number.toPrecision(15) : String(number));
}

/** The text of a number, a date, an ObjectId or a truth. @throws CommandError ConversionFailure */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof ObjectId) return value.toHexString();
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Double) return Object.is(value.value, -0) ? '-0' : String(value.value);
  if (isNumeric(value)) return String(value);
  throw failure(value, 'string');
}

function toDate(value: unknown): Date {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (typeof value === 'string') return parseDate(value) ?? raise(failure(value, 'date'));
  const isInt32 = typeof value === 'number' && (value | 0) === value;
  const date = new Date(isNumeric(value) && !isInt32 ? toNumber(value) : Number.NaN);
  if (Number.isNaN(date.getTime())) throw failure(value, 'date');
  return date;
}

function raise(error: CommandError): never {
  throw error;
}

/** A date as ISO 8601 writes it; without a time zone it is UTC. Undefined for a day that its month does not have. */
export function parseDate(text: string): Date | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3}\d*)?)?) ?(Z|[+-]\d{2}:?(?:\d{2})?)?)?$/.exec(text);
  if (!match?.[1] || !isDay(match[1])) return undefined;
  const [, day, time = '00:00', zone = 'Z'] = match;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  const date = new Date(`${day}T${time}${offset}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** JavaScript takes 30 February for the 2nd of March. */
function isDay(text: string): boolean {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function toObjectId(value: unknown): ObjectId {
  if (value instanceof ObjectId) return value;
  if (typeof value !== 'string' || !/^[0-9a-f]{24}$/i.test(value)) throw failure(value, 'objectId');
  return new ObjectId(value);
}

const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  double: (value) => (value instanceof Double ? value : storedDouble(numberOf(value, 'double'))),
  string: toText,
  objectId: toObjectId,
  bool: (value) => (isNumeric(value) ? toNumber(value) !== 0 : value !== false),
  date: toDate,
  int: toInt,
  long: toLong,
  decimal: toDecimal,
};

const NAMES: Readonly<Record<number, string>> = {
  1: 'double',
  2: 'string',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  16: 'int',
  18: 'long',
  19: 'decimal',
};

/** MongoDB's names of types that it converts to and the engine does not. */
const NOT_SUPPORTED = new Set(['array', 'binData', 'object', 'regex', 'timestamp']);

function shortForm(target: string): Operator {
  return exactly(1, ([value]) => (isNil(value) ? null : CONVERSIONS[target]?.(value)));
}

const convert: Operator = (operand, compiler, name) => {
  const given = namedArguments(operand, name, {
    notAnObject: 9,
    unknown: 9,
    required: { input: 9, to: 9 },
    optional: ['onError', 'onNull'],
  });
  const [input, to, onError, onNull] = [given.input, given.to, given.onError, given.onNull].map((part) =>
    compiler.compile(part ?? null),
  );
  return (evaluation) => {
    const target = to?.(evaluation);
    const value = input?.(evaluation);
    if (isNil(target)) return null;
    const convertTo = conversionTo(target);
    if (isNil(value)) return onNull?.(evaluation);
    try {
      return convertTo(value);
    } catch (error) {
      if (given.onError === undefined) throw error;
      return onError?.(evaluation);
    }
  };
};

function conversionTo(target: unknown): Conversion {
  if (typeof target !== 'string' && !isNumeric(target))
    throw new CommandError(9, `$convert's 'to' argument must be a string or number, but is ${typeName(target)}`);
  const name = typeof target === 'string' ? target : (NAMES[toNumber(target)] ?? String(target));
  const conversion = Object.hasOwn(CONVERSIONS, name) ? CONVERSIONS[name] : undefined;
  if (conversion) return conversion;
  throw NOT_SUPPORTED.has(name)
    ? notSupported(`$convert to ${name}`)
    : new CommandError(2, `Unknown type name: ${name}`);
}

export const conversionOperators: Operators = {
  $convert: convert,
  $toBool: shortForm('bool'),
  $toDate: shortForm('date'),
  $toDecimal: shortForm('decimal'),
  $toDouble: shortForm('double'),
  $toInt: shortForm('int'),
  $toLong: shortForm('long'),
  $toObjectId: shortForm('objectId'),
  $toString: shortForm('string'),
};
