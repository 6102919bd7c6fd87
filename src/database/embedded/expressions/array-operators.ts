import { compareValues, equalValues } from '../bson-order.ts';
import { isTruthy, typeName } from '../bson-types.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { isNumeric, toNumber } from '../numbers.ts';
import { compareSorted, parseSort, sortValues } from '../sort.ts';
import { average, extreme, total } from './accumulations.ts';
import {
  anyNumberOf,
  between,
  byName,
  checkVariableName,
  type Evaluation,
  exactly,
  int32Of,
  isNil,
  namedArguments,
  type Operator,
  type Operators,
} from './expression.ts';

/** Operators on arrays. */

function elementAt(array: unknown, position: number, name: string): unknown {
  if (isNil(array)) return null;
  if (!Array.isArray(array))
    throw new CommandError(28689, `${name}'s first argument must be an array, but is ${typeName(array)}`);
  return array.at(position);
}

const arrayElement: Operator = exactly(2, ([array, position], name) => {
  if (isNil(array) || isNil(position)) return null;
  if (!Array.isArray(array)) return elementAt(array, 0, name);
  if (!isNumeric(position))
    throw new CommandError(28690, `${name}'s second argument must be a numeric value, but is ${typeName(position)}`);
  const index = int32Of(position);
  if (index === undefined)
    throw new CommandError(28691, `${name}'s second argument must be representable as a 32-bit integer`);
  return array.at(index);
});

const toObject: Operator = exactly(1, ([pairs]) => {
  if (isNil(pairs)) return null;
  if (!Array.isArray(pairs))
    throw new CommandError(40386, `$arrayToObject requires an array input, found: ${typeName(pairs)}`);
  const [first] = pairs as unknown[];
  if (pairs.length > 0 && !Array.isArray(first) && !isDocument(first))
    throw new CommandError(40398, `Unrecognised input type format for $arrayToObject: ${typeName(first)}`);
  const read = Array.isArray(first) ? pairOf : fieldOf;
  return Object.fromEntries(pairs.map(read));
});

function pairOf(pair: unknown): [string, unknown] {
  if (!Array.isArray(pair))
    throw new CommandError(40396, '$arrayToObject requires a consistent input format. Array was detected');
  if (pair.length !== 2) throw new CommandError(40397, '$arrayToObject requires an array of size 2 arrays');
  const [key, value] = pair as [unknown, unknown];
  return [keyOf(key, 40395), value];
}

function fieldOf(field: unknown): [string, unknown] {
  if (!isDocument(field))
    throw new CommandError(40391, '$arrayToObject requires a consistent input format. Object was detected');
  if (Object.keys(field).length !== 2)
    throw new CommandError(
      40392,
      "$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys",
    );
  if (!Object.hasOwn(field, 'k') || !Object.hasOwn(field, 'v'))
    throw new CommandError(40393, "$arrayToObject requires an object with keys 'k' and 'v'");
  return [keyOf(field.k, 40394), field.v];
}

function keyOf(key: unknown, code: number): string {
  if (typeof key === 'string') return key;
  throw new CommandError(code, `$arrayToObject requires keys of type string. Found type: ${typeName(key)}`);
}

const concatenation: Operator = anyNumberOf((arrays) => {
  for (const array of arrays) {
    if (isNil(array)) return null;
    if (!Array.isArray(array))
      throw new CommandError(28664, `$concatArrays only supports arrays, not ${typeName(array)}`);
  }
  return arrays.flat();
});

/** The evaluation of an expression about one element. */
function about(evaluation: Evaluation, variables: BsonDocument): Evaluation {
  return { ...evaluation, variables: { ...evaluation.variables, ...variables } };
}

const filter: Operator = (operand, compiler, name) => {
  const {
    input,
    as: given,
    cond,
    limit,
  } = namedArguments(operand, name, {
    notAnObject: 28646,
    unknown: 28647,
    required: { input: 28648, cond: 28650 },
    optional: ['as', 'limit'],
  });
  const variable = variableName(given);
  const list = compiler.compile(input);
  const most = compiler.compile(limit ?? null);
  const test = compiler.knowing(variable).compile(cond);
  return (evaluation) => {
    const array = list(evaluation);
    if (isNil(array)) return null;
    if (!Array.isArray(array))
      throw new CommandError(28651, `input to $filter must be an array not ${typeName(array)}`);
    const found = array.filter((item) => isTruthy(test(about(evaluation, { [variable]: item }))));
    return found.slice(0, limitOf(most(evaluation)));
  };
};

function limitOf(limit: unknown): number | undefined {
  if (isNil(limit)) return undefined;
  const number = int32Of(limit);
  if (number === undefined)
    throw new CommandError(327391, '$filter: limit must be represented as a 32-bit integral value');
  if (number < 1) throw new CommandError(327392, `$filter: limit must be greater than 0. Got ${number}`);
  return number;
}

function variableName(given: unknown): string {
  if (given === undefined) return 'this';
  checkVariableName(given);
  return given;
}

const map: Operator = (operand, compiler, name) => {
  const {
    input,
    as: given,
    in: inner,
  } = namedArguments(operand, name, {
    notAnObject: 16878,
    unknown: 16879,
    required: { input: 16880, in: 16882 },
    optional: ['as'],
  });
  const variable = variableName(given);
  const list = compiler.compile(input);
  const change = compiler.knowing(variable).compile(inner);
  return (evaluation) => {
    const array = list(evaluation);
    if (isNil(array)) return null;
    if (!Array.isArray(array)) throw new CommandError(16883, `input to $map must be an array not ${typeName(array)}`);
    return array.map((item) => change(about(evaluation, { [variable]: item })) ?? null);
  };
};

const reduce: Operator = (operand, compiler, name) => {
  const {
    input,
    initialValue,
    in: inner,
  } = namedArguments(operand, name, {
    notAnObject: 40075,
    unknown: 40076,
    required: { input: 40077, initialValue: 40078, in: 40079 },
  });
  const list = compiler.compile(input);
  const first = compiler.compile(initialValue);
  const combine = compiler.knowing('this', 'value').compile(inner);
  return (evaluation) => {
    const array = list(evaluation);
    if (isNil(array)) return null;
    if (!Array.isArray(array))
      throw new CommandError(40080, `$reduce requires that 'input' be an array, found: ${typeName(array)}`);
    return array.reduce(
      (value: unknown, item: unknown) => combine(about(evaluation, { this: item, value })),
      first(evaluation),
    );
  };
};

const indexOf: Operator = between(2, 4, ([array, sought, start = 0, end = Number.MAX_SAFE_INTEGER], name) => {
  if (isNil(array)) return null;
  if (!Array.isArray(array))
    throw new CommandError(40090, `$indexOfArray requires an array as a first argument, found: ${typeName(array)}`);
  const from = searchBound(start, name, 'starting');
  const found = array.slice(from, searchBound(end, name, 'ending')).findIndex((item) => equalValues(item, sought));
  return found < 0 ? -1 : found + from;
});

/** Where a search begins or ends. @throws CommandError */
export function searchBound(value: unknown, name: string, which: string): number {
  const number = toNumber(value);
  if (!Number.isInteger(number))
    throw new CommandError(
      40096,
      `${name} requires an integral ${which} index, found a value of type: ${typeName(value)}`,
    );
  if (number < 0) throw new CommandError(40097, `${name} requires a nonnegative ${which} index, found: ${number}`);
  return number;
}

const range: Operator = between(2, 3, ([start, end, step = 1]) => {
  const from = rangePart(start, 'starting value', 34443);
  const to = rangePart(end, 'ending value', 34445);
  const by = rangePart(step, 'step value', 34447);
  if (by === 0) throw new CommandError(34449, '$range requires a non-zero step value');
  const length = Math.max(0, Math.ceil((to - from) / by));
  if (length > MOST_NUMBERS) throw new CommandError(146, '$range would use too much memory');
  return Array.from({ length }, (_, position) => from + position * by);
});

/** MongoDB's limit of 100 MB. */
const MOST_NUMBERS = 6_250_000;

/** @param code of a value that is no number; the next one is that of a number that is no int32 */
function rangePart(value: unknown, what: string, code: number): number {
  if (!isNumeric(value))
    throw new CommandError(code, `$range requires a numeric ${what}, found value of type: ${typeName(value)}`);
  const number = int32Of(value);
  if (number === undefined)
    throw new CommandError(code + 1, `$range requires a ${what} that can be represented as a 32-bit integer`);
  return number;
}

const slice: Operator = between(2, 3, ([array, second, third]) => {
  if (isNil(array) || isNil(second) || third === null) return null;
  if (!Array.isArray(array))
    throw new CommandError(28724, `First argument to $slice must be an array, but is of type: ${typeName(array)}`);
  const position = slicePart(second, 'Second', 28725);
  if (third === undefined) return position < 0 ? array.slice(position) : array.slice(0, position);
  const length = slicePart(third, 'Third', 28727);
  if (length <= 0) throw new CommandError(28729, `Third argument to $slice must be positive: ${length}`);
  const from = position < 0 ? Math.max(0, array.length + position) : position;
  return array.slice(from, from + length);
});

/** @param code of a value that is no number; the next one is that of a number that is no int32 */
function slicePart(value: unknown, which: string, code: number): number {
  if (!isNumeric(value))
    throw new CommandError(
      code,
      `${which} argument to $slice must be a numeric value, but is of type: ${typeName(value)}`,
    );
  const number = int32Of(value);
  if (number === undefined)
    throw new CommandError(code + 1, `${which} argument to $slice can't be represented as a 32-bit integer`);
  return number;
}

const zip: Operator = (operand, compiler, name) => {
  const {
    inputs,
    useLongestLength = false,
    defaults = [],
  } = namedArguments(operand, name, {
    notAnObject: 34460,
    unknown: 34464,
    required: { inputs: 34465 },
    optional: ['useLongestLength', 'defaults'],
  });
  if (!Array.isArray(inputs)) throw new CommandError(34461, 'inputs must be an array of expressions');
  if (inputs.length === 0) throw new CommandError(34465, '$zip requires at least one input array');
  if (!Array.isArray(defaults)) throw new CommandError(34462, 'defaults must be an array of expressions');
  if (typeof useLongestLength !== 'boolean') throw new CommandError(34463, 'useLongestLength must be a bool');
  if (defaults.length > 0 && !useLongestLength)
    throw new CommandError(34466, 'cannot specify defaults unless useLongestLength is true');
  if (defaults.length > 0 && defaults.length !== inputs.length)
    throw new CommandError(34467, 'defaults and inputs must have the same length');
  const lists = inputs.map((input) => compiler.compile(input));
  const fillers = defaults.map((filler) => compiler.compile(filler));
  return (evaluation) => {
    const arrays = lists.map((list) => list(evaluation));
    if (arrays.some(isNil)) return null;
    const lengths = arrays.map((array) => {
      if (!Array.isArray(array))
        throw new CommandError(34468, `$zip found a non-array expression in input: ${typeName(array)}`);
      return array.length;
    });
    const length = useLongestLength ? Math.max(...lengths) : Math.min(...lengths);
    const filling = fillers.map((filler) => filler(evaluation));
    return Array.from({ length }, (_, row) =>
      (arrays as unknown[][]).map((array, column) => (row < array.length ? array[row] : (filling[column] ?? null))),
    );
  };
};

const sortArray: Operator = (operand, compiler, name) => {
  const { input, sortBy } = namedArguments(operand, name, {
    notAnObject: 2942500,
    unknown: 2942501,
    required: { input: 2942502, sortBy: 2942503 },
  });
  const compare = comparison(sortBy);
  const list = compiler.compile(input);
  return (evaluation) => {
    const array = list(evaluation);
    if (isNil(array)) return null;
    if (!Array.isArray(array))
      throw new CommandError(
        2942504,
        `The input argument to $sortArray must be an array, but was of type: ${typeName(array)}`,
      );
    return [...array].sort(compare);
  };
};

/** By fields, or whole values by 1 or -1. */
function comparison(sortBy: unknown): (left: unknown, right: unknown) => number {
  const directions = isDocument(sortBy) ? Object.values(sortBy) : [sortBy];
  if (directions.length === 0)
    throw new CommandError(2, 'The $sort pattern is empty when it should be a set of fields.');
  if (!directions.every((direction) => Math.abs(toNumber(direction)) === 1))
    throw new CommandError(2, 'The $sort element value must be either 1 or -1');
  if (!isDocument(sortBy)) return (left, right) => compareValues(left, right) * toNumber(sortBy);
  const fields = parseSort(sortBy);
  const values = (item: unknown) => sortValues(isDocument(item) ? item : {}, fields);
  return (left, right) => compareSorted(values(left), values(right), fields);
}

const N_CODES = { notAnObject: 5787801, unknown: 5787901, required: { n: 5787906, input: 5787907 } };

/** `$firstN` and its like. */
function severalOf(choose: (array: readonly unknown[], count: number) => unknown[]): Operator {
  return byName(N_CODES, ({ n, input }, name) => {
    const count = countOf(n);
    if (!Array.isArray(input))
      throw new CommandError(5788200, `Input must be an array, found: ${typeName(input)} in ${name}`);
    return choose(input, count);
  });
}

/** The `n` of an operator of several. @throws CommandError */
export function countOf(n: unknown): number {
  if (!isNumeric(n))
    throw new CommandError(5787902, `Value for 'n' must be of integral type, but found ${typeName(n)}`);
  const count = toNumber(n);
  if (!Number.isInteger(count)) throw new CommandError(5787903, "Value for 'n' must be of integral type");
  if (count < 1) throw new CommandError(5787908, `'n' must be greater than 0, found ${count}`);
  return count;
}

/** The greatest or the least values, in their order; nothing counts for none. */
export function extremes(sign: 1 | -1): (values: readonly unknown[], count: number) => unknown[] {
  return (values, count) =>
    values
      .filter((value) => !isNil(value))
      .sort((left, right) => compareValues(right, left) * sign)
      .slice(0, count);
}

/** `$sum` and its like as expressions: of their arguments, or of the array that an only argument gives. */
function overArguments(gather: (values: readonly unknown[]) => unknown): Operator {
  return anyNumberOf((values) =>
    gather(values.length === 1 && Array.isArray(values[0]) ? (values[0] as unknown[]) : values),
  );
}

export const arrayOperators: Operators = {
  $arrayElemAt: arrayElement,
  $arrayToObject: toObject,
  $avg: overArguments(average),
  $concatArrays: concatenation,
  $filter: filter,
  $first: exactly(1, ([array], name) => elementAt(array, 0, name)),
  $firstN: severalOf((array, count) => array.slice(0, count)),
  $in: exactly(2, ([value, list]) => {
    if (!Array.isArray(list))
      throw new CommandError(40081, `$in requires an array as a second argument, found: ${typeName(list)}`);
    return list.some((item) => value !== undefined && equalValues(item, value));
  }),
  $indexOfArray: indexOf,
  $isArray: exactly(1, ([value]) => Array.isArray(value)),
  $last: exactly(1, ([array], name) => elementAt(array, -1, name)),
  $lastN: severalOf((array, count) => array.slice(-count)),
  $map: map,
  $max: overArguments(extreme(1)),
  $maxN: severalOf(extremes(1)),
  $min: overArguments(extreme(-1)),
  $minN: severalOf(extremes(-1)),
  $range: range,
  $reduce: reduce,
  $reverseArray: exactly(1, ([array]) => {
    if (isNil(array)) return null;
    if (!Array.isArray(array))
      throw new CommandError(
        34435,
        `The argument to $reverseArray must be an array, but was of type: ${typeName(array)}`,
      );
    return array.toReversed();
  }),
  $size: exactly(1, ([array]) => {
    if (!Array.isArray(array))
      throw new CommandError(17124, `The argument to $size must be an array, but was of type: ${typeName(array)}`);
    return array.length;
  }),
  $slice: slice,
  $sortArray: sortArray,
  $sum: overArguments(total),
  $zip: zip,
};
