import { Binary, BSONRegExp, Decimal128, Double, Long, Timestamp } from 'bson';
import { mapValues, sampleSize } from 'es-toolkit';
import { Context, evalExpr } from 'mingo/core';
import * as accumulators from 'mingo/operators/accumulator';
import * as expressions from 'mingo/operators/expression';
import * as pipelineStages from 'mingo/operators/pipeline';
import * as projections from 'mingo/operators/projection';
import * as queries from 'mingo/operators/query';
import * as windows from 'mingo/operators/window';
import { Query } from 'mingo/query';
import { add, divide, keepKind, multiply, storedDouble, subtract } from './arithmetic.ts';
import { compareValues, equalValues, type NumericValue, ORDER, typeOrder } from './bson-order.ts';
import { conversionExpressions } from './conversions.ts';
import { dateTrunc } from './date-trunc.ts';
import { isDocument, toRegExp } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { bucketStage, groupStage, sortByCountStage } from './grouping.ts';
import { isNumeric, toNumber } from './numbers.ts';
import { comparableValues, splitPath, valuesAt } from './paths.ts';
import { compareSorted, parseSort, sortValues } from './sort.ts';

/**
 * mingo with BSON's types: every operator that compares or calculates is replaced or wrapped here, because mingo knows only
 * JavaScript's own types. Everything else (logic, arrays, strings, dates, stages) is mingo's. The engine imports `mingo/query`
 * and `mingo/aggregator`, never `mingo` itself, whose own operators would come before these.
 */

type Options = Parameters<typeof evalExpr>[2];
type Predicate = (document: unknown) => boolean;
type QueryOperator = (path: string, operand: unknown, options: Options) => Predicate;

/** A query operator that holds when some value of the path does: arrays count as themselves and as their elements. */
function someValue(test: (value: unknown, operand: unknown) => boolean): QueryOperator {
  return (path, operand) => {
    const parts = splitPath(path);
    return (document) => {
      for (const value of comparableValues(document, parts)) if (test(value, operand)) return true;
      return false;
    };
  };
}

function negated(operator: QueryOperator): QueryOperator {
  return (path, operand, options) => {
    const predicate = operator(path, operand, options);
    return (document) => !predicate(document);
  };
}

const equals = someValue(equalValues);

/** Orders compare only values of one type; NaN compares only with itself. */
function ordered(accept: (comparison: number) => boolean): QueryOperator {
  return someValue((value, operand) => {
    if (typeOrder(value) !== typeOrder(operand)) return false;
    if (isNaN_(value) !== isNaN_(operand)) return false;
    return accept(compareValues(value, operand));
  });
}

function isNaN_(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  if (value instanceof Double) return Number.isNaN(value.value);
  return value instanceof Decimal128 && value.toString() === 'NaN';
}

/** A regular expression finds strings, and stored expressions that are the same. */
function fits(value: unknown, expression: RegExp): boolean {
  if (value instanceof BSONRegExp) return String(toRegExp(value)) === String(expression);
  return typeof value === 'string' && expression.test(value);
}

const isIn = someValue((value, operand) => {
  for (const candidate of operand as unknown[]) {
    if (candidate instanceof RegExp ? fits(value, candidate) : equalValues(value, candidate)) return true;
  }
  return false;
});

const exists: QueryOperator = (path, operand) => {
  const parts = splitPath(path);
  const wanted = isTruthy(operand);
  return (document) => valuesAt(document, parts).some((value) => value !== undefined) === wanted;
};

function isTruthy(value: unknown): boolean {
  if (typeOrder(value) === ORDER.number) return toNumber(value) !== 0;
  return value !== false && value !== null && value !== undefined;
}

const TYPE_ALIASES: Readonly<Record<string, number>> = {
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

/** BSON's type number of a value inside the engine. */
function typeNumber(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return (value | 0) === value && !Object.is(value, -0) ? 16 : 1;
  if (value instanceof Double) return 1;
  if (value instanceof Long && !(value instanceof Timestamp)) return 18;
  if (value instanceof Decimal128) return 19;
  return TYPE_OF_ORDER.get(typeOrder(value));
}

const NUMBER_TYPES = new Set([1, 16, 18, 19]);

const hasType: QueryOperator = (path, operand, options) => {
  const wanted = (Array.isArray(operand) ? operand : [operand]).map((type: unknown) => {
    if (type === 'number') return 'number';
    const code = typeof type === 'string' ? TYPE_ALIASES[type] : toNumber(type);
    if (code === undefined) throw new CommandError(2, `Unknown type name alias: ${String(type)}`);
    return code;
  });
  return someValue((value) => {
    const type = typeNumber(value);
    return type !== undefined && wanted.some((one) => (one === 'number' ? NUMBER_TYPES.has(type) : one === type));
  })(path, operand, options);
};

/** Holds when one element of an array at the end of the path fulfils everything that is asked. */
const elementMatch: QueryOperator = (path, operand, options) => {
  const parts = splitPath(path);
  const test = elementTest(operand as Record<string, unknown>, options);
  return (document) => valuesAt(document, parts).some((value) => Array.isArray(value) && value.some(test));
};

const LOGICAL = new Set(['$and', '$or', '$nor']);

function elementTest(criteria: Record<string, unknown>, options: Options): Predicate {
  const names = Object.keys(criteria);
  if (names.length > 0 && names.every((name) => name.startsWith('$') && !LOGICAL.has(name))) {
    const query = new Query({ element: criteria }, options);
    return (element) => query.test({ element });
  }
  const query = new Query(criteria, options);
  return (element) => (isDocument(element) || Array.isArray(element)) && query.test(element as Record<string, unknown>);
}

const all: QueryOperator = (path, operand, options) => {
  const conditions = (operand as unknown[]).map((item) => {
    if (isDocument(item) && Object.hasOwn(item, '$elemMatch')) {
      return elementMatch(path, item.$elemMatch, options);
    }
    if (item instanceof RegExp) return isIn(path, [item], options);
    return equals(path, item, options);
  });
  return (document) => conditions.length > 0 && conditions.every((condition) => condition(document));
};

const modulo: QueryOperator = (path, operand, options) => {
  const [divisor, remainder] = (operand as unknown[]).map(wholePart);
  if (!divisor) throw new CommandError(2, 'divisor cannot be 0');
  return someValue((value) => {
    const number = wholePart(value);
    return number !== undefined && number % divisor === remainder;
  })(path, operand, options);
};

/** A number without its fraction; undefined for what is no number, or no finite one. */
function wholePart(value: unknown): bigint | undefined {
  if (!isNumeric(value)) return undefined;
  if (value instanceof Long) return value.toBigInt();
  const number = toNumber(value);
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : undefined;
}

/** Tests bits of whole numbers (in two's complement) and of binaries (from the lowest bit of the first byte). */
function bitTest(quantifier: 'every' | 'some', wanted: boolean): QueryOperator {
  return (path, operand, options) => {
    const positions = bitPositions(operand);
    return someValue((value) => {
      const isSet = bitReader(value);
      return isSet !== undefined && positions[quantifier]((position) => isSet(position) === wanted);
    })(path, operand, options);
  };
}

/** The positions that a mask, or a list of positions, names. @throws CommandError BadValue */
function bitPositions(operand: unknown): number[] {
  if (Array.isArray(operand)) return operand.map((position: unknown) => toNumber(position));
  const isSet = bitReader(operand);
  const negative = isNumeric(operand) && toNumber(operand) < 0;
  if (!isSet || negative)
    throw new CommandError(2, 'a bit mask must be a non-negative whole number, an array or a binary');
  const length = operand instanceof Binary ? operand.position * 8 : 64;
  return Array.from({ length }, (_, position) => position).filter(isSet);
}

function bitReader(value: unknown): ((position: number) => boolean) | undefined {
  if (value instanceof Binary) {
    const bytes = value.value();
    return (position) => (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) === 1;
  }
  const whole = wholePart(value);
  if (whole === undefined || (!(value instanceof Long) && Number(whole) !== toNumber(value))) return undefined;
  return (position) => ((whole >> BigInt(position)) & 1n) === 1n;
}

const ofSize: QueryOperator = (path, operand) => {
  const parts = splitPath(path);
  const size = toNumber(operand);
  if (!Number.isInteger(size) || size < 0)
    throw new CommandError(2, 'Failed to parse $size. Expected a non-negative whole number');
  return (document) => valuesAt(document, parts).some((value) => Array.isArray(value) && value.length === size);
};

const matchesExpression: QueryOperator = (path, operand) => {
  const expression = operand as RegExp;
  return someValue((value) => fits(value, expression))(path, operand, undefined as never);
};

const queryOverrides: Record<`$${string}`, QueryOperator> = {
  $eq: equals,
  $ne: negated(equals),
  $gt: ordered((comparison) => comparison > 0),
  $gte: ordered((comparison) => comparison >= 0),
  $lt: ordered((comparison) => comparison < 0),
  $lte: ordered((comparison) => comparison <= 0),
  $in: isIn,
  $nin: negated(isIn),
  $exists: exists,
  $type: hasType,
  $all: all,
  $elemMatch: elementMatch,
  $mod: modulo,
  $size: ofSize,
  $regex: matchesExpression,
  $bitsAllSet: bitTest('every', true),
  $bitsAllClear: bitTest('every', false),
  $bitsAnySet: bitTest('some', true),
  $bitsAnyClear: bitTest('some', false),
};

type Expression = (document: unknown, expression: unknown, options: Options) => unknown;

/** Numbers that mingo cannot calculate with become doubles; arrays are searched one level deep, for argument lists. */
function plainNumbers(value: unknown): unknown {
  if (value instanceof Double || value instanceof Long || value instanceof Decimal128) return toNumber(value);
  if (Array.isArray(value)) return value.map((item) => (Array.isArray(item) ? item : plainNumbers(item)));
  return value;
}

/** Adds up, multiplies and so on in BSON's types; dates, nulls and wrong types are left to mingo. */
function combining(combine: (left: NumericValue, right: NumericValue) => NumericValue, operator: unknown): Expression {
  const otherwise = operator as Expression;
  return (document, expression, options) => {
    const values: unknown = evalExpr(document, expression, options);
    if (!Array.isArray(values) || values.length === 0 || !values.every(isNumeric)) {
      return otherwise(document, plainNumbers(values), options);
    }
    return values.reduce(combine);
  };
}

/** Evaluates the arguments, makes plain numbers of them, leaves the calculation to mingo and gives the result its type. */
function calculating(
  operator: Expression,
  typed: (result: number, operands: readonly NumericValue[]) => NumericValue,
): Expression {
  return (document, expression, options) => {
    const values: unknown = evalExpr(document, expression, options);
    const result = operator(document, plainNumbers(values), options);
    return typeof result === 'number' ? typed(result, [values].flat().filter(isNumeric)) : result;
  };
}

const { $abs, $ceil, $exp, $floor, $ln, $log, $log10, $mod, $pow, $round, $sqrt, $trunc } = expressions;
/** What they give has the widest type of what they got. */
const TYPED_CALCULATIONS = { $abs, $ceil, $floor, $mod, $pow, $round, $trunc };
const DOUBLE_CALCULATIONS = { $exp, $ln, $log, $log10, $sqrt };

function comparing(accept: (comparison: number) => boolean | number): Expression {
  return (document, expression, options) => {
    const [left, right] = evalExpr(document, expression, options) as unknown[];
    return accept(compareExpressionValues(left, right));
  };
}

/** In expressions a missing value sorts before null, other than in queries. */
function compareExpressionValues(left: unknown, right: unknown): number {
  if (left === undefined || right === undefined) return Number(right === undefined) - Number(left === undefined);
  return compareValues(left, right);
}

const expressionOverrides: Record<`$${string}`, Expression> = {
  $eq: comparing((comparison) => comparison === 0),
  $ne: comparing((comparison) => comparison !== 0),
  $gt: comparing((comparison) => comparison > 0),
  $gte: comparing((comparison) => comparison >= 0),
  $lt: comparing((comparison) => comparison < 0),
  $lte: comparing((comparison) => comparison <= 0),
  $cmp: comparing((comparison) => Math.sign(comparison)),
  $in: (document, expression, options) => {
    const [value, list] = evalExpr(document, expression, options) as unknown[];
    if (!Array.isArray(list)) throw new CommandError(40081, '$in requires an array as a second argument');
    return list.some((item) => equalValues(item, value));
  },
  $type: (document, expression, options) => {
    const type = typeNumber(evalExpr(document, expression, options));
    return Object.keys(TYPE_ALIASES).find((name) => TYPE_ALIASES[name] === type) ?? 'missing';
  },
  $size: (document, expression, options) => {
    const value: unknown = evalExpr(document, expression, options);
    // An argument list may hold the one argument, as for every operator of one.
    const [array] = Array.isArray(expression) && expression.length === 1 ? (value as unknown[]) : [value];
    if (!Array.isArray(array)) throw new CommandError(17124, 'The argument to $size must be an array');
    return array.length;
  },
  $isNumber: (document, expression, options) => {
    const value: unknown = evalExpr(document, expression, options);
    return value !== undefined && typeOrder(value) === ORDER.number;
  },
  $add: combining(add, expressions.$add),
  $subtract: combining(subtract, expressions.$subtract),
  $multiply: combining(multiply, expressions.$multiply),
  $divide: combining(divide, expressions.$divide),
  ...mapValues(TYPED_CALCULATIONS, (operator) => calculating(operator as unknown as Expression, keepKind)),
  ...mapValues(DOUBLE_CALCULATIONS, (operator) => calculating(operator as unknown as Expression, storedDouble)),
  ...conversionExpressions,
  $dateTrunc: dateTrunc,
  $dateDiff: (document, expression, options) => {
    const difference = (expressions.$dateDiff as unknown as Expression)(document, expression, options);
    return typeof difference === 'number' ? Long.fromNumber(difference) : difference;
  },
  $switch: (document, expression, options) => {
    const { branches, ...rest } = expression as { branches: { case: unknown; then: unknown }[]; default?: unknown };
    for (const branch of branches) {
      if (isTruthy(evalExpr(document, branch.case as never, options)))
        return evalExpr(document, branch.then as never, options);
    }
    if (Object.hasOwn(rest, 'default')) return evalExpr(document, rest.default as never, options);
    throw new CommandError(
      40066,
      '$switch could not find a matching branch for an input, and no default was specified.',
    );
  },
};

type Accumulator = (collection: unknown[], expression: unknown, options: Options) => unknown;

/** What the expression gives for every document of a group; null where it gives nothing. */
const valuesOf = accumulators.$push as unknown as (...parameters: Parameters<Accumulator>) => unknown[];

function extreme(sign: 1 | -1): Accumulator {
  return (collection, expression, options) => {
    let best: unknown = null;
    for (const value of valuesOf(collection, expression, options)) {
      if (value === null || value === undefined) continue;
      if (best === null || compareValues(value, best) * sign > 0) best = value;
    }
    return best;
  };
}

const accumulatorOverrides: Record<`$${string}`, Accumulator> = {
  $sum: (collection, expression, options) => valuesOf(collection, expression, options).filter(isNumeric).reduce(add, 0),
  $avg: (collection, expression, options) => {
    const numbers = valuesOf(collection, expression, options).filter(isNumeric);
    return numbers.length === 0 ? null : divide(numbers.reduce(add, 0), numbers.length);
  },
  $max: extreme(1),
  $min: extreme(-1),
  $mergeObjects: (collection, expression, options) =>
    Object.assign({}, ...valuesOf(collection, expression, options).filter(isDocument)),
  $addToSet: (collection, expression, options) => {
    const distinct: unknown[] = [];
    for (const value of valuesOf(collection, expression, options)) {
      if (!distinct.some((there) => equalValues(there, value))) distinct.push(value);
    }
    return distinct;
  },
};

type Stage = (source: { transform(change: (items: unknown[]) => unknown): unknown }, expression: unknown) => unknown;

const sortStage: Stage = (source, expression) => {
  const fields = parseSort(expression);
  if (fields.length === 0) throw new CommandError(15976, '$sort stage must have at least one sort key');
  return source.transform((items) => {
    const keyed = items.map((item) => ({ item, values: sortValues(item as Record<string, unknown>, fields) }));
    keyed.sort((left, right) => compareSorted(left.values, right.values, fields));
    return keyed.map(({ item }) => item)[Symbol.iterator]();
  });
};

/** Nothing to count gives no document; mingo gives a zero. */
const countStage: Stage = (source, expression) => {
  if (typeof expression !== 'string' || expression === '')
    throw new CommandError(40156, 'the count field must be a non-empty string');
  if (expression.startsWith('$')) throw new CommandError(40158, 'the count field cannot be a $-prefixed path');
  if (expression.includes('.')) throw new CommandError(40160, "the count field cannot contain '.'");
  return countDocuments(source, expression);
};

const countDocuments: Stage = (source, expression) =>
  source.transform((items) => (items.length === 0 ? [] : [{ [String(expression)]: items.length }])[Symbol.iterator]());

/** The index of an element is an int64; mingo gives a JavaScript number. */
const unwindStage = (
  source: unknown,
  expression: { path?: unknown; includeArrayIndex?: string },
  options: unknown,
): { map(change: (document: Record<string, unknown>) => unknown): unknown } => {
  const path: unknown = typeof expression === 'string' ? expression : expression.path;
  if (path === undefined) throw new CommandError(28812, 'no path specified to $unwind stage');
  if (typeof path !== 'string') throw new CommandError(28808, 'expected a string as the path for $unwind stage');
  if (!path.startsWith('$'))
    throw new CommandError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  const unwound = (pipelineStages.$unwind as unknown as typeof unwindStage)(source, expression, options);
  const name = expression.includeArrayIndex;
  if (name === undefined) return unwound;
  return unwound.map((document) => {
    const index = document[name];
    return typeof index === 'number' ? { ...document, [name]: Long.fromNumber(index) } : document;
  }) as ReturnType<typeof unwindStage>;
};

/** mingo puts `_id` after the other fields. */
const bucketAutoStage: MapStage = (source, expression, options) => {
  const buckets = (pipelineStages.$bucketAuto as unknown as MapStage)(source, expression, options);
  return buckets.map(({ _id, ...output }) => ({ _id, ...output }));
};

/** Never gives a document twice. */
const sampleStage: Stage = (source, expression) =>
  source.transform((items) =>
    sampleSize(items, Math.min(items.length, toNumber((expression as { size: unknown }).size)))[Symbol.iterator](),
  );

const replaceRootStage: MapStage = (source, expression, options) =>
  source.map((document) => {
    const root: unknown = evalExpr(document, expression.newRoot as never, options as Options);
    if (!isDocument(root)) throw new CommandError(40228, "'newRoot' expression must evaluate to an object");
    return root;
  });

interface Mappable {
  map(change: (document: Record<string, unknown>) => unknown): Mappable;
}
type MapStage = (source: Mappable, expression: { newRoot?: unknown }, options: unknown) => Mappable;

type Operators = Parameters<Context['addQueryOps']>[0];

/** All operators, with those above in place of mingo's. */
export const mingoContext = Context.init({
  query: { ...queries, ...queryOverrides } as unknown as Operators,
  expression: { ...expressions, ...expressionOverrides } as never,
  accumulator: { ...accumulators, ...accumulatorOverrides } as never,
  pipeline: {
    ...pipelineStages,
    $sort: sortStage,
    $count: countStage,
    $unwind: unwindStage,
    $group: groupStage,
    $sortByCount: sortByCountStage,
    $bucket: bucketStage,
    $bucketAuto: bucketAutoStage,
    $sample: sampleStage,
    $replaceRoot: replaceRootStage,
    $replaceWith: ((source, expression, options) =>
      replaceRootStage(source, { newRoot: expression }, options)) satisfies MapStage,
  } as never,
  projection: { ...projections } as never,
  window: { ...windows } as never,
});
