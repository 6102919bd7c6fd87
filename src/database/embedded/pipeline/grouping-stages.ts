import { compareValues, typeOrder } from '../bson-order.ts';
import { typeName } from '../bson-types.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError, notSupported } from '../errors.ts';
import { compileExpression } from '../expressions/compile.ts';
import { type Evaluate, type Evaluation, int32Of } from '../expressions/expression.ts';
import { noBranch } from '../expressions/logic-operators.ts';
import { encodeValue } from '../key-encoding.ts';
import { isNumeric } from '../numbers.ts';
import { type Accumulated, compileAccumulators } from './accumulators.ts';
import { refuseOthers } from './shaping-stages.ts';
import type { Run, Stage } from './stage.ts';

/** Stages that make one document of many. */

/** One document per different `_id`, in the order in which they first came. */
export const groupStage: Stage = (operand, { variables }) => {
  if (!isDocument(operand)) throw new CommandError(15947, "a group's fields must be specified in an object");
  if (!Object.hasOwn(operand, '_id')) throw new CommandError(15955, 'a group specification must include an _id');
  const { _id, ...fields } = operand;
  const idOf = compileGroupId(_id, variables);
  const accumulated = compileAccumulators(fields, variables);
  return (documents, run) => groups(evaluations(documents, run), idOf, accumulated);
};

function* evaluations(documents: Iterable<BsonDocument>, { variables }: Run): Generator<Evaluation> {
  for (const root of documents) yield { root, variables };
}

function* groups(
  members: Iterable<Evaluation>,
  idOf: Evaluate,
  accumulated: readonly Accumulated[],
): Generator<BsonDocument> {
  const found = new Map<string, { id: unknown; members: Evaluation[] }>();
  for (const member of members) {
    const id = idOf(member);
    const key = encodeValue(id).toString('latin1');
    const group = found.get(key);
    if (group) group.members.push(member);
    else found.set(key, { id, members: [member] });
  }
  for (const group of found.values()) yield accumulate(group.id, group.members, accumulated);
}

function accumulate(id: unknown, members: readonly Evaluation[], accumulated: readonly Accumulated[]): BsonDocument {
  const document: BsonDocument = { _id: id };
  for (const { name, accumulate } of accumulated) document[name] = accumulate(members);
  return document;
}

/** A missing field counts as null, by itself and as the only field of an `_id`; beside others it is left out. */
function compileGroupId(expression: unknown, variables: readonly string[]): Evaluate {
  const evaluate = compileExpression(expression, variables);
  const [name = '$', ...others] = isDocument(expression) ? Object.keys(expression) : [];
  const hasOneField = others.length === 0 && !name.startsWith('$');
  return (evaluation) => {
    const id = evaluate(evaluation) ?? null;
    return hasOneField && isDocument(id) && id[name] === undefined ? { [name]: null } : id;
  };
}

const COUNT = { count: { $sum: 1 } };

/** How often each value of an expression comes, the most frequent first. */
export const sortByCountStage: Stage = (operand, { variables }) => {
  const isExpression = isDocument(operand) ? Object.keys(operand)[0]?.startsWith('$') : typeof operand === 'string';
  if (!isExpression)
    throw new CommandError(
      typeof operand === 'object' ? 40147 : 40149,
      'the sortByCount field must be specified as a $-prefixed path or an expression inside an object',
    );
  if (typeof operand === 'string' && !operand.startsWith('$'))
    throw new CommandError(40148, `the sortByCount field must be defined as a $-prefixed path: ${operand}`);
  const idOf = compileGroupId(operand, variables);
  const accumulated = compileAccumulators(COUNT, variables);
  return (documents, run) =>
    [...groups(evaluations(documents, run), idOf, accumulated)].sort(
      (left, right) => Number(right.count) - Number(left.count),
    );
};

/** One document per interval between two boundaries that anything falls into, in order. */
export const bucketStage: Stage = (operand, { variables }) => {
  if (!isDocument(operand))
    throw new CommandError(40201, `Argument to $bucket stage must be an object, but found type: ${typeName(operand)}`);
  refuseOthers(operand, ['groupBy', 'boundaries', 'default', 'output'], 40197, 'Unrecognized option to $bucket');
  const { groupBy, output = COUNT } = operand;
  if (groupBy === undefined || operand.boundaries === undefined)
    throw new CommandError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.");
  checkGroupBy(groupBy, 40202, '$bucket');
  if (!isDocument(output)) throw new CommandError(40196, "The $bucket 'output' field must be an object");
  const boundaries = readBoundaries(operand.boundaries, variables);
  const otherwise = Object.hasOwn(operand, 'default') ? { id: constant(operand.default, 40195, variables) } : undefined;
  if (otherwise && falls(otherwise.id, boundaries) !== undefined)
    throw new CommandError(
      40199,
      "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
    );
  const accumulated = compileAccumulators(output, variables);
  const evaluate = compileExpression(groupBy, variables);
  const bucketOf: Evaluate = (evaluation) => {
    const bucket = falls(evaluate(evaluation) ?? null, boundaries);
    if (bucket !== undefined) return bucket;
    if (otherwise) return otherwise.id;
    throw noBranch();
  };
  return (documents, run) =>
    [...groups(evaluations(documents, run), bucketOf, accumulated)].sort((left, right) =>
      compareValues(left._id, right._id),
    );
};

/** The boundary that begins the bucket of a value. */
function falls(value: unknown, boundaries: readonly unknown[]): unknown {
  const next = boundaries.findIndex((boundary) => compareValues(value, boundary) < 0);
  return next > 0 ? boundaries[next - 1] : undefined;
}

function checkGroupBy(groupBy: unknown, code: number, stage: string): void {
  const isPath = typeof groupBy === 'string' && groupBy.startsWith('$');
  if (!isPath && !isDocument(groupBy))
    throw new CommandError(
      code,
      `The ${stage} 'groupBy' field must be defined as a $-prefixed path or an expression object`,
    );
}

function constant(expression: unknown, code: number, variables: readonly string[]): unknown {
  if (typeof expression === 'string' && expression.startsWith('$'))
    throw new CommandError(code, `a $bucket value must be a constant, but is: ${expression}`);
  return compileExpression(expression, variables)({ root: {}, variables: {} });
}

function readBoundaries(given: unknown, variables: readonly string[]): unknown[] {
  if (!Array.isArray(given))
    throw new CommandError(
      40200,
      `The $bucket 'boundaries' field must be an array, but found type: ${typeName(given)}`,
    );
  if (given.length < 2) throw new CommandError(40192, "The $bucket 'boundaries' field must have at least 2 values");
  const boundaries = given.map((boundary) => constant(boundary, 40191, variables));
  boundaries.slice(1).forEach((boundary, position) => {
    const before = boundaries[position];
    if (typeOrder(before) !== typeOrder(boundary))
      throw new CommandError(40193, "All values in the 'boundaries' option to $bucket must have the same type");
    if (compareValues(before, boundary) >= 0)
      throw new CommandError(40194, "The 'boundaries' option to $bucket must be sorted in ascending order");
  });
  return boundaries;
}

/** So many buckets of about as many documents each. */
export const bucketAutoStage: Stage = (operand, { variables }) => {
  if (!isDocument(operand))
    throw new CommandError(
      40240,
      `The argument to $bucketAuto must be an object, but was of type: ${typeName(operand)}`,
    );
  const known = ['groupBy', 'buckets', 'output', 'granularity'];
  refuseOthers(operand, known, 40245, 'Unrecognized option to $bucketAuto');
  const { groupBy, buckets, output = COUNT, granularity } = operand;
  if (groupBy === undefined || buckets === undefined)
    throw new CommandError(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified");
  checkGroupBy(groupBy, 40239, '$bucketAuto');
  if (!isNumeric(buckets)) throw new CommandError(40241, "The $bucketAuto 'buckets' field must be a numeric value");
  const most = int32Of(buckets);
  if (most === undefined)
    throw new CommandError(40242, "The $bucketAuto 'buckets' field must be representable as a 32-bit integer");
  if (most < 1) throw new CommandError(40243, "The $bucketAuto 'buckets' field must be greater than 0");
  if (!isDocument(output)) throw new CommandError(40244, "The $bucketAuto 'output' field must be an object");
  if (granularity !== undefined && typeof granularity !== 'string')
    throw new CommandError(40261, "The $bucketAuto 'granularity' field must be a string");
  if (granularity !== undefined) throw notSupported("'granularity' of $bucketAuto");
  const accumulated = compileAccumulators(output, variables);
  const evaluate = compileExpression(groupBy, variables);
  return (documents, run) => evenBuckets([...evaluations(documents, run)], evaluate, most, accumulated);
};

function* evenBuckets(
  members: readonly Evaluation[],
  evaluate: Evaluate,
  most: number,
  accumulated: readonly Accumulated[],
): Generator<BsonDocument> {
  const sorted = members.map((member) => ({ member, value: evaluate(member) ?? null }));
  sorted.sort((left, right) => compareValues(left.value, right.value));
  const size = Math.max(1, Math.round(sorted.length / most));
  let start = 0;
  for (let bucket = 1; start < sorted.length; bucket += 1) {
    let end = bucket === most ? sorted.length : Math.min(sorted.length, start + size);
    // Equal values are never parted.
    while (end < sorted.length && compareValues(sorted[end - 1]?.value, sorted[end]?.value) === 0) end += 1;
    const id = { min: sorted[start]?.value, max: sorted[Math.min(end, sorted.length - 1)]?.value };
    yield accumulate(
      id,
      sorted.slice(start, end).map(({ member }) => member),
      accumulated,
    );
    start = end;
  }
}

/** How many documents there are; none give no document. */
export const countStage: Stage = (operand) => {
  const name = countName(operand);
  return function* (documents) {
    let count = 0;
    for (const _ of documents) count += 1;
    if (count > 0) yield { [name]: count };
  };
};

/** @throws CommandError with MongoDB's code for what is no name of a count */
export function countName(operand: unknown): string {
  if (typeof operand !== 'string') throw new CommandError(40156, 'the count field must be a non-empty string');
  if (operand === '') throw new CommandError(40156, 'the count field must be a non-empty string');
  if (operand.startsWith('$')) throw new CommandError(40158, 'the count field cannot be a $-prefixed path');
  if (operand.includes('\0')) throw new CommandError(40159, 'the count field cannot contain a null byte');
  if (operand.includes('.')) throw new CommandError(40160, "the count field cannot contain '.'");
  return operand;
}
