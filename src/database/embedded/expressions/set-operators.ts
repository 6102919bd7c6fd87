import { isTruthy, typeName } from '../bson-types.ts';
import { CommandError } from '../errors.ts';
import { encodeValue } from '../key-encoding.ts';
import { anyNumberOf, exactly, isNil, type Operators } from './expression.ts';

/** Operators that take arrays for sets. */

/** @returns the different values by a text that only equal values share */
function setOf(values: readonly unknown[]): Map<string, unknown> {
  const set = new Map<string, unknown>();
  for (const value of values) {
    const key = encodeValue(value).toString('latin1');
    if (!set.has(key)) set.set(key, value);
  }
  return set;
}

function arrayOf(value: unknown, code: number, name: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new CommandError(code, `All operands of ${name} must be arrays. One argument is of type: ${typeName(value)}`);
}

/** @returns the values that are in all of the arrays, sorted as MongoDB does not promise but its users see */
function intersection(arrays: readonly unknown[][]): unknown[] {
  const [first = new Map<string, unknown>(), ...others] = arrays.map(setOf);
  return [...first].filter(([key]) => others.every((other) => other.has(key))).map(([, value]) => value);
}

export const setOperators: Operators = {
  $allElementsTrue: exactly(1, ([value], name) => arrayOf(value, 17040, name).every(isTruthy)),
  $anyElementTrue: exactly(1, ([value], name) => arrayOf(value, 17041, name).some(isTruthy)),
  $setDifference: exactly(2, ([left, right], name) => {
    if (isNil(left) || isNil(right)) return null;
    const without = setOf(arrayOf(right, 17049, name));
    return [...setOf(arrayOf(left, 17048, name))].filter(([key]) => !without.has(key)).map(([, value]) => value);
  }),
  $setEquals: (operand, compiler, name) => {
    if (!Array.isArray(operand) || operand.length < 2)
      throw new CommandError(17045, '$setEquals needs at least two arguments');
    return anyNumberOf((values) => {
      const [first = new Map<string, unknown>(), ...others] = values.map((value) => setOf(arrayOf(value, 17044, name)));
      return others.every((other) => other.size === first.size && [...other.keys()].every((key) => first.has(key)));
    })(operand, compiler, name);
  },
  $setIntersection: anyNumberOf((values, name) =>
    values.some(isNil) ? null : intersection(values.map((value) => arrayOf(value, 17047, name))),
  ),
  $setIsSubset: exactly(2, ([left, right], name) => {
    const part = setOf(arrayOf(left, 17046, name));
    const whole = setOf(arrayOf(right, 17042, name));
    return [...part.keys()].every((key) => whole.has(key));
  }),
  $setUnion: anyNumberOf((values, name) =>
    values.some(isNil) ? null : [...setOf(values.flatMap((value) => arrayOf(value, 17043, name))).values()],
  ),
};
