import { Decimal128, Double, Long, Timestamp } from 'bson';
import { ORDER, typeOrder } from './bson-order.ts';

/** The types of BSON by MongoDB's names and numbers. */

export const TYPE_NUMBERS: Readonly<Record<string, number>> = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  javascript: 13,
  symbol: 14,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
};

const TYPE_OF_ORDER = new Map<number, number>([
  [ORDER.string, 2],
  [ORDER.object, 3],
  [ORDER.array, 4],
  [ORDER.binary, 5],
  [ORDER.objectId, 7],
  [ORDER.boolean, 8],
  [ORDER.date, 9],
  [ORDER.null, 10],
  [ORDER.regularExpression, 11],
  [ORDER.code, 13],
  [ORDER.timestamp, 17],
  [ORDER.minKey, -1],
  [ORDER.maxKey, 127],
]);

/** BSON's type number of a value inside the engine; undefined for a field that is missing. */
export function typeNumber(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return (value | 0) === value && !Object.is(value, -0) ? 16 : 1;
  if (value instanceof Double) return 1;
  if (value instanceof Long && !(value instanceof Timestamp)) return 18;
  if (value instanceof Decimal128) return 19;
  return TYPE_OF_ORDER.get(typeOrder(value));
}

/** What `$type` calls a value; `missing` for a field that is not there. */
export function typeName(value: unknown): string {
  const type = typeNumber(value);
  return Object.keys(TYPE_NUMBERS).find((name) => TYPE_NUMBERS[name] === type) ?? 'missing';
}

/** Whether a value counts as true where a condition is asked for. */
export function isTruthy(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (typeof value === 'number') return value !== 0;
  if (value instanceof Double) return value.value !== 0;
  if (value instanceof Long && !(value instanceof Timestamp)) return !value.isZero();
  return !(value instanceof Decimal128) || Number(value.toString()) !== 0;
}
