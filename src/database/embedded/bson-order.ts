import type { Binary, BSONRegExp, BSONSymbol, Code, Decimal128, Double, Long, ObjectId, Timestamp } from 'bson';
import type { BsonDocument } from './document-codec.ts';

/**
 * MongoDB's order of BSON values across types
 * (https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/).
 * The numbers leave 0x00, 0x01 and 0xff free for the key encoding.
 */
export const ORDER = {
  minKey: 0x05,
  /** Stands for an empty array in index keys; sorts before null, as MongoDB's `undefined` does. */
  undefined: 0x08,
  null: 0x0a,
  number: 0x14,
  string: 0x1e,
  object: 0x28,
  array: 0x32,
  binary: 0x3c,
  objectId: 0x46,
  boolean: 0x50,
  date: 0x5a,
  timestamp: 0x5f,
  regularExpression: 0x64,
  code: 0x78,
  codeWithScope: 0x82,
  maxKey: 0xfa,
} as const;

const ORDER_BY_BSON_TYPE: Readonly<Record<string, number>> = {
  Double: ORDER.number,
  Int32: ORDER.number,
  Long: ORDER.number,
  Decimal128: ORDER.number,
  BSONSymbol: ORDER.string,
  Binary: ORDER.binary,
  ObjectId: ORDER.objectId,
  Timestamp: ORDER.timestamp,
  BSONRegExp: ORDER.regularExpression,
  MinKey: ORDER.minKey,
  MaxKey: ORDER.maxKey,
};

/** The place of the value's type in the order of types. `undefined` (a missing field) counts as null. */
export function typeOrder(value: unknown): number {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return ORDER.number;
    case 'string':
      return ORDER.string;
    case 'boolean':
      return ORDER.boolean;
    case 'undefined':
      return ORDER.null;
    default:
  }
  if (value === null) return ORDER.null;
  if (Array.isArray(value)) return ORDER.array;
  if (value instanceof Date) return ORDER.date;
  if (value instanceof RegExp) return ORDER.regularExpression;
  const bsonType = (value as { _bsontype?: unknown })._bsontype;
  if (typeof bsonType !== 'string') return ORDER.object;
  if (bsonType === 'Code') return (value as Code).scope ? ORDER.codeWithScope : ORDER.code;
  return ORDER_BY_BSON_TYPE[bsonType] ?? ORDER.object;
}

/** Compares two values as MongoDB sorts them: negative, zero or positive. Numbers compare by value across their types. */
export function compareValues(left: unknown, right: unknown): number {
  if (left === right) return 0;
  const order = typeOrder(left);
  const difference = order - typeOrder(right);
  return difference !== 0 ? difference : compareSameType(order, left, right);
}

/** Whether two values are equal for MongoDB: same canonical type and value, field order included. */
export function equalValues(left: unknown, right: unknown): boolean {
  return compareValues(left, right) === 0;
}

function compareSameType(order: number, left: unknown, right: unknown): number {
  switch (order) {
    case ORDER.number:
      return compareNumbers(left as NumericValue, right as NumericValue);
    case ORDER.string:
      return compareStrings(textOf(left), textOf(right));
    case ORDER.object:
      return compareDocuments(left as BsonDocument, right as BsonDocument);
    case ORDER.array:
      return compareArrays(left as unknown[], right as unknown[]);
    case ORDER.binary:
      return compareBinaries(left as Binary, right as Binary);
    case ORDER.objectId:
      return Buffer.compare((left as ObjectId).id, (right as ObjectId).id);
    case ORDER.boolean:
      return Number(left) - Number(right);
    case ORDER.date:
      return compareDoubles((left as Date).getTime(), (right as Date).getTime());
    case ORDER.timestamp:
      return (left as Timestamp).compare(right as Timestamp);
    case ORDER.regularExpression:
      return compareLists(regexParts(left), regexParts(right));
    case ORDER.code:
    case ORDER.codeWithScope:
      return compareCode(left as Code, right as Code);
    default:
      return 0;
  }
}

/** UTF-8 byte order, which is what MongoDB uses without a collation; UTF-16 order differs outside the basic plane. */
function compareStrings(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return utf8Rank(a) - utf8Rank(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above every other UTF-16 unit. */
function utf8Rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** The text of a string or of a (deprecated) symbol, which MongoDB compares as a string. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (value as BSONSymbol).value;
}

function compareDocuments(left: BsonDocument, right: BsonDocument): number {
  const leftNames = Object.keys(left);
  const rightNames = Object.keys(right);
  const length = Math.min(leftNames.length, rightNames.length);
  for (let index = 0; index < length; index += 1) {
    const leftName = leftNames[index] ?? '';
    const rightName = rightNames[index] ?? '';
    const leftValue = left[leftName];
    const rightValue = right[rightName];
    const difference =
      typeOrder(leftValue) - typeOrder(rightValue) ||
      compareStrings(leftName, rightName) ||
      compareValues(leftValue, rightValue);
    if (difference !== 0) return difference;
  }
  return leftNames.length - rightNames.length;
}

function compareArrays(left: readonly unknown[], right: readonly unknown[]): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const difference = compareValues(left[index], right[index]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compareBinaries(left: Binary, right: Binary): number {
  return (
    left.length() - right.length() || left.sub_type - right.sub_type || Buffer.compare(left.value(), right.value())
  );
}

/** Pattern and options of a regular expression in either of its forms. */
export function regexParts(value: unknown): [string, string] {
  if (value instanceof RegExp) return [value.source, value.flags];
  const expression = value as BSONRegExp;
  return [expression.pattern, expression.options];
}

function compareLists(left: readonly string[], right: readonly string[]): number {
  return compareArrays(left, right);
}

function compareCode(left: Code, right: Code): number {
  return compareStrings(left.code, right.code) || compareValues(left.scope ?? null, right.scope ?? null);
}

/** Any of BSON's numbers inside the engine. */
export type NumericValue = number | bigint | Double | Long | Decimal128;

/** The exact value `coefficient × 10^exponent` of a finite number. */
export interface ExactNumber {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** A number as a double when that is exact (or not finite), else as an exact decimal. */
export function normaliseNumber(value: NumericValue): number | ExactNumber {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return fromBigInt(value);
  switch (value._bsontype) {
    case 'Double':
      return value.value;
    case 'Long':
      return fromBigInt(value.toBigInt());
    default:
      return parseDecimal(value.toString());
  }
}

function fromBigInt(value: bigint): number | ExactNumber {
  const double = Number(value);
  return BigInt(double) === value ? double : { coefficient: value, exponent: 0 };
}

function parseDecimal(text: string): number | ExactNumber {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(text);
  if (!match) return text.startsWith('-') ? -Infinity : text === 'NaN' ? NaN : Infinity;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const coefficient = BigInt(sign + whole + fraction);
  if (coefficient === 0n) return 0;
  const exact = { coefficient, exponent: Number(power) - fraction.length };
  const double = Number(text);
  return Number.isFinite(double) && double !== 0 && compareExact(exactOfDouble(double), exact) === 0 ? double : exact;
}

/** The exact decimal expansion of a finite double. */
export function exactOfDouble(double: number): ExactNumber {
  if (Number.isInteger(double)) return { coefficient: BigInt(double), exponent: 0 };
  let mantissa = double;
  let power = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    power += 1;
  }
  return { coefficient: BigInt(mantissa) * 5n ** BigInt(power), exponent: -power };
}

/** Compares two exact numbers. */
export function compareExact(left: ExactNumber, right: ExactNumber): number {
  const exponent = Math.min(left.exponent, right.exponent);
  const a = left.coefficient * 10n ** BigInt(left.exponent - exponent);
  const b = right.coefficient * 10n ** BigInt(right.exponent - exponent);
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareNumbers(left: NumericValue, right: NumericValue): number {
  const a = normaliseNumber(left);
  const b = normaliseNumber(right);
  if (typeof a === 'number' && typeof b === 'number') return compareDoubles(a, b);
  if (typeof a === 'number' && !Number.isFinite(a)) return a === Infinity ? 1 : -1;
  if (typeof b === 'number' && !Number.isFinite(b)) return b === Infinity ? -1 : 1;
  return compareExact(typeof a === 'number' ? exactOfDouble(a) : a, typeof b === 'number' ? exactOfDouble(b) : b);
}

/** NaN equals itself and sorts before every other number. */
function compareDoubles(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
}
