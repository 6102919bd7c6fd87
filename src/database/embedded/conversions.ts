import { Decimal128, Double, Long, ObjectId } from 'bson';
import { evalExpr } from 'mingo/core';
import { storedDouble } from './arithmetic.ts';
import { isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { isNumeric, toNumber } from './numbers.ts';

/** `$convert` and its short forms, with the types of BSON. */

type Options = Parameters<typeof evalExpr>[2];
type Expression = (document: unknown, expression: unknown, options: Options) => unknown;
type Conversion = (value: unknown) => unknown;

function failure(value: unknown, target: string): CommandError {
  return new CommandError(241, `Failed to convert ${typeof value} to ${target} in $convert with no onError value`);
}

/** The number that a value stands for; a text has to be written as one from end to end. */
function numberOf(value: unknown, target: string): number {
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Date) return value.getTime();
  const number = typeof value === 'string' && /^[+-]?(\d|\.\d)/.test(value) ? Number(value) : toNumber(value);
  if (Number.isNaN(number)) throw failure(value, target);
  return number;
}

function wholeNumber(value: unknown, target: string, lowest: number, highest: number): number {
  const number = numberOf(value, target);
  const fraction = typeof value === 'string' && !/^[+-]?\d+$/.test(value);
  if (fraction || !(number >= lowest && number <= highest)) throw failure(value, target);
  return Math.trunc(number);
}

function toLong(value: unknown): Long {
  if (value instanceof Long) return value;
  return Long.fromNumber(wholeNumber(value, 'long', -(2 ** 63), 2 ** 63 - 1024));
}

function toDecimal(value: unknown): Decimal128 {
  if (value instanceof Decimal128) return value;
  if (typeof value === 'string') numberOf(value, 'decimal');
  const text = typeof value === 'string' || value instanceof Long ? value : numberOf(value, 'decimal');
  return Decimal128.fromString(String(text));
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof ObjectId) return value.toHexString();
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Double) return String(value.value);
  if (isNumeric(value)) return String(value);
  throw failure(value, 'string');
}

function toDate(value: unknown): Date {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  const isNumber = isNumeric(value) && !(typeof value === 'number' && (value | 0) === value);
  const date = isNumber ? new Date(toNumber(value)) : new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(date.getTime())) throw failure(value, 'date');
  return date;
}

function toObjectId(value: unknown): ObjectId {
  if (value instanceof ObjectId) return value;
  if (typeof value !== 'string' || !/^[0-9a-f]{24}$/i.test(value)) throw failure(value, 'objectId');
  return new ObjectId(value);
}

const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  double: (value) => storedDouble(numberOf(value, 'double')),
  string: toText,
  objectId: toObjectId,
  bool: (value) => (isNumeric(value) ? toNumber(value) !== 0 : value !== false),
  date: toDate,
  int: (value) => wholeNumber(value, 'int', -(2 ** 31), 2 ** 31 - 1),
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

function shortForm(target: string): Expression {
  return (document, expression, options) => {
    const given: unknown = evalExpr(document, expression, options);
    const value: unknown = Array.isArray(expression) && Array.isArray(given) ? given[0] : given;
    return value === null || value === undefined ? null : CONVERSIONS[target]?.(value);
  };
}

const convert: Expression = (document, expression, options) => {
  if (!isDocument(expression)) throw new CommandError(9, '$convert expects an object of named arguments');
  const value: unknown = evalExpr(document, expression.input as never, options);
  const to: unknown = evalExpr(document, expression.to as never, options);
  const target = typeof to === 'string' ? to : (NAMES[toNumber(to)] ?? '');
  const conversion = CONVERSIONS[target];
  if (!conversion) throw new CommandError(2, `Unknown type name: ${String(to)}`);
  if (value === null || value === undefined) return evalExpr(document, expression.onNull as never, options) ?? null;
  try {
    return conversion(value);
  } catch (error) {
    if (expression.onError === undefined) throw error;
    return evalExpr(document, expression.onError as never, options);
  }
};

export const conversionExpressions: Record<`$${string}`, Expression> = {
  $convert: convert,
  $toDouble: shortForm('double'),
  $toString: shortForm('string'),
  $toObjectId: shortForm('objectId'),
  $toBool: shortForm('bool'),
  $toDate: shortForm('date'),
  $toInt: shortForm('int'),
  $toLong: shortForm('long'),
  $toDecimal: shortForm('decimal'),
};
