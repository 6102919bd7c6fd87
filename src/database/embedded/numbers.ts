import { Decimal128, Double, Long } from 'bson';
import { type NumericValue, ORDER, typeOrder } from './bson-order.ts';

/** The number types of BSON inside the engine, as JavaScript's. */

/** A number of any BSON type as a double; NaN for anything else. */
export function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Double) return value.value;
  if (value instanceof Long) return value.toNumber();
  if (value instanceof Decimal128) return Number(value.toString());
  return Number.NaN;
}

/** Whether a value is a number of BSON, for operators that calculate. */
export function isNumeric(value: unknown): value is NumericValue {
  return value !== undefined && typeOrder(value) === ORDER.number;
}

/** Whether a value is BSON's NaN, double or decimal. */
export function isNotANumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  if (value instanceof Double) return Number.isNaN(value.value);
  return value instanceof Decimal128 && value.toString() === 'NaN';
}
