import { Binary, BSONRegExp, Long } from 'bson';
import { Context, type evalExpr } from 'mingo/core';
import * as queries from 'mingo/operators/query';
import { Query } from 'mingo/query';
import { compareValues, equalValues, ORDER, typeOrder } from './bson-order.ts';
import { isTruthy, TYPE_NUMBERS, typeNumber } from './bson-types.ts';
import { isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { compileCondition } from './expressions/compile.ts';
import { isNotANumber, isNumeric, toNumber } from './numbers.ts';
import { comparableValues, splitPath, valuesAt } from './paths.ts';
import { isSameExpression } from './regular-expressions.ts';

/**
 * mingo with BSON's types: every operator of queries that compares is replaced here, because mingo knows only JavaScript's own
 * types. The engine imports `mingo/query`, never `mingo` itself, whose own operators would come before these.
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

const ENDS = new Set<number>([ORDER.minKey, ORDER.maxKey]);

/**
 * Orders compare only values of one type; NaN compares only with itself. The two ends of the order compare with everything,
 * with a missing field too, which counts as null.
 */
function ordered(accept: (comparison: number) => boolean): QueryOperator {
  return someValue((value, operand) => {
    if (ENDS.has(typeOrder(operand))) return accept(compareValues(value, operand));
    if (typeOrder(value) !== typeOrder(operand)) return false;
    if (isNotANumber(value) !== isNotANumber(operand)) return false;
    return accept(compareValues(value, operand));
  });
}

/** A regular expression finds strings, and stored expressions that are the same. */
function fits(value: unknown, expression: RegExp): boolean {
  if (value instanceof BSONRegExp) return isSameExpression(value, expression);
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

const NUMBER_TYPES = new Set([1, 16, 18, 19]);

const hasType: QueryOperator = (path, operand, options) => {
  const types: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (types.length === 0) throw new CommandError(9, `${path} must match at least one type`);
  const wanted = types.map((type) => (type === 'number' ? 'number' : typeCode(type)));
  return someValue((value) => {
    const type = typeNumber(value);
    return type !== undefined && wanted.some((one) => (one === 'number' ? NUMBER_TYPES.has(type) : one === type));
  })(path, operand, options);
};

function typeCode(type: unknown): number {
  const code = typeof type === 'string' ? TYPE_NUMBERS[type] : toNumber(type);
  if (code === undefined) throw new CommandError(2, `Unknown type name alias: ${String(type)}`);
  const known = Number.isInteger(code) && ((code >= 0 && code <= 19) || code === -1 || code === 127);
  if (!known) throw new CommandError(2, `Invalid numerical type code: ${String(type)}`);
  return code;
}

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
  return (element) => {
    // MongoDB takes an array within the array for a document whose fields are its positions.
    const document = Array.isArray(element) ? { ...element } : element;
    return isDocument(document) && query.test(document);
  };
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
  if (Array.isArray(operand)) {
    const positions = operand.map((position: unknown) => toNumber(position));
    if (!positions.every((position) => Number.isInteger(position) && position >= 0))
      throw new CommandError(2, 'bit positions must be whole numbers >= 0');
    return positions;
  }
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

const expressionHolds: QueryOperator = (_path, expression, options) =>
  compileCondition(expression, options?.variables ?? {}) as Predicate;

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
  $expr: expressionHolds,
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

type Operators = Parameters<Context['addQueryOps']>[0];

/** All operators of queries, with those above in place of mingo's. */
export const mingoContext = Context.init({
  query: { ...queries, ...queryOverrides } as unknown as Operators,
});
