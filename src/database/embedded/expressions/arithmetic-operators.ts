import { Decimal128, Long } from 'bson';
import {
  absolute,
  divide,
  downward,
  power,
  remainder,
  roundAt,
  storedDouble,
  toNearest,
  towardZero,
  upward,
  widening,
} from '../arithmetic.ts';
import type { NumericValue } from '../bson-order.ts';
import { typeName } from '../bson-types.ts';
import { CommandError, notSupported } from '../errors.ts';
import { isNumeric, toNumber } from '../numbers.ts';
import { anyNumberOf, between, exactly, isNil, type Operator, type Operators } from './expression.ts';

/** Operators that calculate, in BSON's types. */

function addUp(values: readonly unknown[]): unknown {
  let sum: NumericValue = 0;
  let date: Date | undefined;
  for (const value of values) {
    if (isNil(value)) return null;
    if (value instanceof Date) {
      if (date) throw new CommandError(16612, 'only one date allowed in an $add expression');
      date = value;
    } else if (isNumeric(value)) sum = widening.add(sum, value);
    else throw new CommandError(14, `$add only supports numeric or date types, not ${typeName(value)}`);
  }
  return date ? moved(date, sum) : sum;
}

/** @param milliseconds rounded to whole ones */
function moved(date: Date, milliseconds: NumericValue): Date {
  const time = date.getTime() + toNumber(roundAt(milliseconds, 0, toNearest));
  if (!Number.isFinite(time) || Number.isNaN(new Date(time).getTime())) throw new CommandError(15, 'date overflow');
  return new Date(time);
}

function takeAway([left, right]: readonly unknown[]): unknown {
  if (isNumeric(left) && isNumeric(right)) return widening.subtract(left, right);
  if (isNil(left) || isNil(right)) return null;
  if (left instanceof Date && right instanceof Date) return Long.fromNumber(left.getTime() - right.getTime());
  if (left instanceof Date && isNumeric(right)) return moved(left, widening.subtract(0, right));
  throw new CommandError(14, `can't $subtract ${typeName(right)} from ${typeName(left)}`);
}

function multiplyAll(values: readonly unknown[]): unknown {
  let product: NumericValue = 1;
  for (const value of values) {
    if (isNil(value)) return null;
    if (!isNumeric(value)) throw new CommandError(14, `$multiply only supports numeric types, not ${typeName(value)}`);
    product = widening.multiply(product, value);
  }
  return product;
}

/** An operator of two numbers; null when one of them is. */
function ofTwo(code: number, calculate: (left: NumericValue, right: NumericValue) => unknown): Operator {
  return exactly(2, ([left, right], name) => {
    if (isNumeric(left) && isNumeric(right)) return calculate(left, right);
    if (isNil(left) || isNil(right)) return null;
    throw new CommandError(code, `${name} only supports numeric types, not ${typeName(left)} and ${typeName(right)}`);
  });
}

function remainderOf(left: NumericValue, right: NumericValue): NumericValue {
  const decimal = left instanceof Decimal128 || right instanceof Decimal128;
  if (toNumber(right) === 0) throw new CommandError(decimal ? 5733415 : 16610, "can't $mod by zero");
  return remainder(left, right);
}

/** An operator of one number; null when it is. */
function ofOne(calculate: (value: NumericValue, name: string) => unknown): Operator {
  return exactly(1, ([value], name) => {
    if (isNil(value)) return null;
    if (!isNumeric(value)) throw new CommandError(28765, `${name} only supports numeric types, not ${typeName(value)}`);
    return calculate(value, name);
  });
}

/** JavaScript's function of a double. @param accepts which numbers it is defined for */
function ofDouble(
  calculate: (value: number) => number,
  accepts: (value: number) => boolean = () => true,
  code = 0,
): Operator {
  return ofOne((value, name) => {
    const number = doubleOf(value, name);
    if (!accepts(number)) throw new CommandError(code, `${name}'s argument must be greater, but is ${number}`);
    return storedDouble(calculate(number));
  });
}

/** @throws CommandError NotImplemented for a Decimal128, of which a double would not hold all digits */
function doubleOf(value: unknown, name: string): number {
  if (value instanceof Decimal128) throw notSupported(`${name} of a Decimal128`);
  return toNumber(value);
}

const notNegative = (value: number): boolean => !(value < 0);
const positive = (value: number): boolean => !(value <= 0);

const logarithm: Operator = exactly(2, ([value, base], name) => {
  if (isNil(value) || isNil(base)) return null;
  if (!isNumeric(value)) throw new CommandError(28756, `$log's argument must be numeric, not ${typeName(value)}`);
  if (!isNumeric(base)) throw new CommandError(28757, `$log's base must be numeric, not ${typeName(base)}`);
  const [number, root] = [doubleOf(value, name), doubleOf(base, name)];
  if (!positive(number)) throw new CommandError(28758, `$log's argument must be a positive number, but is ${number}`);
  if (!positive(root) || root === 1)
    throw new CommandError(28759, `$log's base must be a positive number not equal to 1, but is ${root}`);
  return storedDouble(Math.log(number) / Math.log(root));
});

const raise: Operator = exactly(2, ([base, exponent], name) => {
  if (isNil(base) || isNil(exponent)) return null;
  if (!isNumeric(base)) throw new CommandError(28762, `$pow's base must be numeric, not ${typeName(base)}`);
  if (!isNumeric(exponent)) throw new CommandError(28763, `$pow's exponent must be numeric, not ${typeName(exponent)}`);
  const [number, times] = [doubleOf(base, name), doubleOf(exponent, name)];
  if (number === 0 && times < 0) throw new CommandError(28764, '$pow cannot take a base of 0 and a negative exponent');
  return power(base, exponent);
});

/** `$round` and `$trunc`, to whole numbers or to a place. */
function atPlace(rounding: typeof toNearest): Operator {
  return between(1, 2, ([value, place = 0], name) => {
    if (isNil(value) || isNil(place)) return null;
    if (!isNumeric(value)) throw new CommandError(51081, `${name} only supports numeric types, not ${typeName(value)}`);
    const digits = toNumber(place);
    if (!Number.isInteger(digits))
      throw new CommandError(51082, `precision argument to ${name} must be a integral value`);
    if (digits < -20 || digits > 100)
      throw new CommandError(51083, `cannot apply ${name} with precision value ${digits} value must be in [-20, 100]`);
    return roundAt(value, digits, rounding);
  });
}

export const arithmeticOperators: Operators = {
  $abs: ofOne(absolute),
  $add: anyNumberOf(addUp),
  $ceil: ofOne((value) => roundAt(value, 0, upward)),
  $divide: ofTwo(14, divide),
  $exp: ofDouble(Math.exp),
  $floor: ofOne((value) => roundAt(value, 0, downward)),
  $ln: ofDouble(Math.log, positive, 28766),
  $log: logarithm,
  $log10: ofDouble(Math.log10, positive, 28761),
  $mod: ofTwo(16611, remainderOf),
  $multiply: anyNumberOf(multiplyAll),
  $pow: raise,
  $round: atPlace(toNearest),
  $sqrt: ofDouble(Math.sqrt, notNegative, 28714),
  $subtract: exactly(2, takeAway),
  $trunc: atPlace(towardZero),
};
