import { divide, widening } from '../arithmetic.ts';
import { compareValues, type NumericValue } from '../bson-order.ts';
import { isNumeric } from '../numbers.ts';
import { isNil } from './expression.ts';

/** What is made of many values, in a group or in an array. What is no number adds nothing to a sum. */

export function total(values: readonly unknown[]): unknown {
  return values.filter(isNumeric).reduce<NumericValue>(widening.add, 0);
}

export function average(values: readonly unknown[]): unknown {
  const numbers = values.filter(isNumeric);
  return numbers.length === 0 ? null : divide(numbers.reduce<NumericValue>(widening.add, 0), numbers.length);
}

/** The greatest (1) or the least (-1); nothing counts for none. */
export function extreme(sign: 1 | -1): (values: readonly unknown[]) => unknown {
  return (values) => {
    let best: unknown = null;
    for (const value of values) {
      if (isNil(value)) continue;
      if (best === null || compareValues(value, best) * sign > 0) best = value;
    }
    return best;
  };
}
