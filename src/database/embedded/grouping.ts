import { evalExpr } from 'mingo/core';
import { compareValues, typeOrder } from './bson-order.ts';
import { type BsonDocument, isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { encodeValue } from './key-encoding.ts';

/** `$group`, `$sortByCount` and `$bucket` with MongoDB's equality and order of BSON values; mingo compares JavaScript's. */

type Options = Parameters<typeof evalExpr>[2];
type Accumulator = (members: readonly unknown[], expression: unknown, options: Options) => unknown;

interface Source {
  transform(change: (items: unknown[]) => Iterator<unknown>): unknown;
}

/** One document per different `_id`, in the order in which they first came. */
export function groupStage(source: Source, expression: unknown, options: Options): unknown {
  if (!isDocument(expression) || !Object.hasOwn(expression, '_id'))
    throw new CommandError(15955, "a group specification must include an '_id'");
  const { _id: idExpression, ...fields } = expression;
  const accumulators = accumulatorsOf(fields, options);
  return source.transform((items) =>
    groups(items, (item) => groupId(item, idExpression, options), accumulators, options),
  );
}

interface AccumulatedField {
  readonly name: string;
  readonly accumulate: Accumulator;
  readonly expression: unknown;
}

/** @throws CommandError with MongoDB's code for a field that is no accumulator */
function accumulatorsOf(fields: BsonDocument, options: Options): AccumulatedField[] {
  return Object.entries(fields).map(([name, field]) => {
    if (!isDocument(field)) throw new CommandError(40234, `The field '${name}' must be an accumulator object`);
    const [operator = '', ...others] = Object.keys(field);
    if (others.length > 0) throw new CommandError(40238, `The field '${name}' must specify one accumulator`);
    const accumulate = (options as AccumulatorOptions).context.getOperator('accumulator', operator);
    if (!accumulate) throw new CommandError(15952, `unknown group operator '${operator}'`);
    return { name, accumulate, expression: field[operator] };
  });
}

interface AccumulatorOptions {
  readonly context: { getOperator(kind: 'accumulator', name: string): Accumulator | null };
}

function* groups(
  items: readonly unknown[],
  idOf: (item: unknown) => unknown,
  accumulators: readonly AccumulatedField[],
  options: Options,
): Generator<BsonDocument> {
  const found = new Map<string, { id: unknown; members: unknown[] }>();
  for (const item of items) {
    const id = idOf(item);
    const key = encodeValue(id).toString('latin1');
    const group = found.get(key);
    if (group) group.members.push(item);
    else found.set(key, { id, members: [item] });
  }
  for (const { id, members } of found.values()) {
    const document: BsonDocument = { _id: id };
    for (const { name, accumulate, expression } of accumulators)
      document[name] = accumulate(members, expression, options);
    yield document;
  }
}

/** A missing field counts as null, by itself and as the only field of an `_id`; beside others it is left out. */
function groupId(item: unknown, expression: unknown, options: Options): unknown {
  const id: unknown = evalExpr(item, expression as never, options) ?? null;
  const [name = '$', ...others] = isDocument(expression) ? Object.keys(expression) : [];
  const onlyFieldIsMissing = isDocument(id) && others.length === 0 && !name.startsWith('$') && id[name] === undefined;
  return onlyFieldIsMissing ? { [name]: null } : id;
}

const COUNT = { count: { $sum: 1 } };

/** How often each value of an expression comes, the most frequent first. */
export function sortByCountStage(source: Source, expression: unknown, options: Options): unknown {
  const accumulators = accumulatorsOf(COUNT, options);
  return source.transform((items) => {
    const counted = [...groups(items, (item) => groupId(item, expression, options), accumulators, options)];
    return counted.sort((left, right) => Number(right.count) - Number(left.count))[Symbol.iterator]();
  });
}

/** One document per interval between two boundaries that anything falls into, in order. */
export function bucketStage(source: Source, expression: unknown, options: Options): unknown {
  if (!isDocument(expression)) throw new CommandError(40201, 'Argument to $bucket stage must be an object');
  const { groupBy, boundaries, output = COUNT } = expression;
  checkBoundaries(boundaries);
  const accumulators = accumulatorsOf(output as BsonDocument, options);
  const bucketOf = (item: unknown): unknown => {
    const value: unknown = evalExpr(item, groupBy as never, options) ?? null;
    const next = boundaries.findIndex((boundary) => compareValues(value, boundary) < 0);
    if (next > 0) return boundaries[next - 1];
    if (Object.hasOwn(expression, 'default')) return expression.default;
    throw new CommandError(
      40066,
      '$switch could not find a matching branch for an input, and no default was specified.',
    );
  };
  return source.transform((items) =>
    [...groups(items, bucketOf, accumulators, options)]
      .sort((left, right) => compareValues(left._id, right._id))
      [Symbol.iterator](),
  );
}

function checkBoundaries(boundaries: unknown): asserts boundaries is unknown[] {
  if (!Array.isArray(boundaries)) throw new CommandError(40200, "The $bucket 'boundaries' field must be an array");
  if (boundaries.length < 2)
    throw new CommandError(40192, "The $bucket 'boundaries' field must have at least 2 values");
  boundaries.slice(1).forEach((boundary: unknown, position) => {
    const before: unknown = boundaries[position];
    if (typeOrder(before) !== typeOrder(boundary))
      throw new CommandError(40193, "All values in the 'boundaries' option to $bucket must have the same type");
    if (compareValues(before, boundary) >= 0)
      throw new CommandError(40194, "The 'boundaries' option to $bucket must be sorted in ascending order");
  });
}
