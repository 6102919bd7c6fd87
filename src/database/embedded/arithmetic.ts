import { Decimal128, Double, Long } from 'bson';
import { type ExactNumber, exactOfDouble, type NumericValue, normaliseNumber } from './bson-order.ts';
import { CommandError } from './errors.ts';
import { toNumber } from './numbers.ts';

/** Arithmetic that keeps MongoDB's types: the wider type of the two wins, and an int32 that overflows becomes an int64. */

type Kind = 'int' | 'long' | 'double' | 'decimal';

function kindOf(value: NumericValue): Kind {
  if (typeof value === 'number') return (value | 0) === value && !Object.is(value, -0) ? 'int' : 'double';
  if (value instanceof Double) return 'double';
  return value instanceof Decimal128 ? 'decimal' : 'long';
}

const SUM: Calculation = {
  integers: (a, b) => a + b,
  doubles: (a, b) => a + b,
  decimals: (a, b) => {
    const exponent = Math.min(a.exponent, b.exponent);
    return { coefficient: scaled(a, exponent) + scaled(b, exponent), exponent };
  },
};

const DIFFERENCE: Calculation = {
  integers: (a, b) => a - b,
  doubles: (a, b) => a - b,
  decimals: (a, b) => {
    const exponent = Math.min(a.exponent, b.exponent);
    return { coefficient: scaled(a, exponent) - scaled(b, exponent), exponent };
  },
};

const PRODUCT: Calculation = {
  integers: (a, b) => a * b,
  doubles: (a, b) => a * b,
  decimals: (a, b) => ({ coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent }),
};

/** The sum, in the wider type. @throws CommandError BadValue when an int64 overflows */
export function add(left: NumericValue, right: NumericValue): NumericValue {
  return calculate(left, right, SUM);
}

/** The product, in the wider type. @throws CommandError BadValue when an int64 overflows */
export function multiply(left: NumericValue, right: NumericValue): NumericValue {
  return calculate(left, right, PRODUCT);
}

/** The calculations of expressions: what an int64 cannot hold becomes a double. */
export const widening = {
  add: (left: NumericValue, right: NumericValue) => calculate(left, right, SUM, storedWide),
  subtract: (left: NumericValue, right: NumericValue) => calculate(left, right, DIFFERENCE, storedWide),
  multiply: (left: NumericValue, right: NumericValue) => calculate(left, right, PRODUCT, storedWide),
};

/** Digits that a quotient of decimals is worked out to; a Decimal128 holds 34. */
const QUOTIENT_DIGITS = 40;

/** The quotient: a decimal when one of the two is, else a double. @throws CommandError BadValue when it divides by zero */
export function divide(left: NumericValue, right: NumericValue): NumericValue {
  if (toNumber(right) === 0) throw new CommandError(2, "can't $divide by zero");
  if (kindOf(left) !== 'decimal' && kindOf(right) !== 'decimal') return storedDouble(toNumber(left) / toNumber(right));
  return calculateDecimals(left, right, {
    integers: (a, b) => a / b,
    doubles: (a, b) => a / b,
    decimals: (a, b) => {
      const coefficient = (a.coefficient * 10n ** BigInt(QUOTIENT_DIGITS)) / b.coefficient;
      return withoutTrailingZeros({ coefficient, exponent: a.exponent - b.exponent - QUOTIENT_DIGITS });
    },
  });
}

function withoutTrailingZeros({ coefficient, exponent }: ExactNumber): ExactNumber {
  const zeros = /0*$/.exec(coefficient.toString())?.[0].length ?? 0;
  if (coefficient === 0n || zeros === 0) return { coefficient, exponent };
  return { coefficient: coefficient / 10n ** BigInt(zeros), exponent: exponent + zeros };
}

/** What is left over by a division. @param right not zero */
export function remainder(left: NumericValue, right: NumericValue): NumericValue {
  return calculate(left, right, {
    integers: (a, b) => a % b,
    doubles: (a, b) => a % b,
    decimals: (a, b) => {
      const exponent = Math.min(a.exponent, b.exponent);
      return { coefficient: scaled(a, exponent) % scaled(b, exponent), exponent };
    },
  });
}

/** How a division of whole numbers is made whole. @param unit greater than zero */
type Rounding = (value: bigint, unit: bigint) => bigint;

export const towardZero: Rounding = (value, unit) => value / unit;
export const downward: Rounding = (value, unit) => value / unit - (value % unit < 0n ? 1n : 0n);
export const upward: Rounding = (value, unit) => value / unit + (value % unit > 0n ? 1n : 0n);
/** To the nearest; of two that are equally near, to the even one. */
export const toNearest: Rounding = (value, unit) => {
  const low = downward(value, unit);
  const twice = 2n * (value - low * unit);
  return twice > unit || (twice === unit && low % 2n !== 0n) ? low + 1n : low;
};

/** The number without its digits after a place, in its own type; a double counts exactly. @param place 0 for whole numbers, 2 for hundredths, -2 for hundreds */
export function roundAt(value: NumericValue, place: number, rounding: Rounding): NumericValue {
  const exact = kindOf(value) === 'double' ? exactDouble(toNumber(value)) : exactDecimal(value);
  if (!exact || exact.exponent >= -place) return value;
  const coefficient = rounding(exact.coefficient, 10n ** BigInt(-place - exact.exponent));
  const text = `${coefficient}E${-place}`;
  if (kindOf(value) === 'decimal') return Decimal128.fromString(text);
  if (kindOf(value) === 'double') return storedDouble(coefficient === 0n && toNumber(value) < 0 ? -0 : Number(text));
  return storedInteger(coefficient * 10n ** BigInt(-place), kindOf(value) === 'long');
}

function exactDouble(value: number): ExactNumber | undefined {
  return Number.isFinite(value) ? exactOfDouble(value) : undefined;
}

/** The number without its sign, in its own type. @throws CommandError for the int64 that has no opposite */
export function absolute(value: NumericValue): NumericValue {
  if (toNumber(value) >= 0 && !Object.is(toNumber(value), -0)) return value;
  if (value instanceof Decimal128) return Decimal128.fromString(value.toString().replace(/^-/, ''));
  if (kindOf(value) === 'double') return storedDouble(Math.abs(toNumber(value)));
  const whole = toBigInt(value);
  if (whole === -(2n ** 63n)) throw new CommandError(28680, "can't take $abs of long long min");
  return storedInteger(-whole, kindOf(value) === 'long');
}

/** A power: whole numbers stay whole while the result fits into 64 bits. */
export function power(base: NumericValue, exponent: NumericValue): NumericValue {
  const kinds = [kindOf(base), kindOf(exponent)];
  const number = toNumber(base) ** toNumber(exponent);
  if (kinds.includes('double') || toNumber(exponent) < 0 || Math.abs(number) > 2 ** 63) return storedDouble(number);
  const whole = toBigInt(base) ** toBigInt(exponent);
  if (BigInt.asIntN(64, whole) !== whole) return storedDouble(number);
  return storedInteger(whole, kinds.includes('long'));
}

interface Calculation {
  integers(left: bigint, right: bigint): bigint;
  doubles(left: number, right: number): number;
  decimals(left: ExactNumber, right: ExactNumber): ExactNumber;
}

function calculate(
  left: NumericValue,
  right: NumericValue,
  calculation: Calculation,
  store = storedInteger,
): NumericValue {
  const kinds = [kindOf(left), kindOf(right)];
  if (kinds.includes('decimal')) return calculateDecimals(left, right, calculation);
  if (kinds.includes('double')) return storedDouble(calculation.doubles(toNumber(left), toNumber(right)));
  return store(calculation.integers(toBigInt(left), toBigInt(right)), kinds.includes('long'));
}

function calculateDecimals(left: NumericValue, right: NumericValue, calculation: Calculation): Decimal128 {
  const a = exactDecimal(left);
  const b = exactDecimal(right);
  const approximation = calculation.doubles(toNumber(left), toNumber(right));
  if (!a || !b) return Decimal128.fromString(decimalName(approximation));
  const { coefficient, exponent } = calculation.decimals(a, b);
  // A whole number of JavaScript has no negative zero.
  const sign = coefficient === 0n && Object.is(approximation, -0) ? '-' : '';
  return Decimal128.fromStringWithRounding(`${sign}${coefficient}E${exponent}`);
}

function decimalName(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function exactDecimal(value: NumericValue): ExactNumber | undefined {
  if (value instanceof Decimal128) return parts(value.toString());
  const number = normaliseNumber(value);
  if (typeof number !== 'number') return number;
  if (!Number.isFinite(number)) return undefined;
  // A double enters decimal arithmetic by its 15 significant digits, as in MongoDB.
  return kindOf(value) === 'double' ? parts(number.toPrecision(15)) : exactOfDouble(number);
}

function parts(text: string): ExactNumber | undefined {
  const match = /^(-?\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/i.exec(text);
  if (!match) return undefined;
  const [, whole = '0', fraction = '', power = '0'] = match;
  return { coefficient: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

function scaled(number: ExactNumber, exponent: number): bigint {
  return number.coefficient * 10n ** BigInt(number.exponent - exponent);
}

/** A double as the engine holds it. */
export function storedDouble(value: number): number | Double {
  return (value | 0) === value && !Object.is(value, -0) ? new Double(value) : value;
}

const LARGEST_INT32 = 2147483647n;

function storedInteger(value: bigint, long: boolean): NumericValue {
  if (!long && value >= -LARGEST_INT32 - 1n && value <= LARGEST_INT32) return Number(value);
  if (value > 9223372036854775807n || value < -9223372036854775808n) {
    throw new CommandError(2, 'Failed to apply the operation: the result does not fit into a 64-bit integer');
  }
  return Long.fromBigInt(value);
}

function storedWide(value: bigint, long: boolean): NumericValue {
  return BigInt.asIntN(64, value) === value ? storedInteger(value, long) : storedDouble(Number(value));
}

function toBigInt(value: NumericValue): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(toNumber(value));
}

/** `$bit`: both operands have to be whole numbers. */
export function bitwise(operation: 'and' | 'or' | 'xor', left: NumericValue, right: NumericValue): NumericValue {
  const kinds = [kindOf(left), kindOf(right)];
  if (kinds.includes('double') || kinds.includes('decimal')) {
    throw new CommandError(2, 'Cannot apply $bit to a value of non-integral type');
  }
  const a = toBigInt(left);
  const b = toBigInt(right);
  const result = operation === 'and' ? a & b : operation === 'or' ? a | b : a ^ b;
  return storedInteger(result, kinds.includes('long'));
}
