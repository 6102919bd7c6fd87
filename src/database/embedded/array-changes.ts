import { compareValues, equalValues } from './bson-order.ts';
import { type BsonDocument, isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { isNumeric, toNumber } from './numbers.ts';
import { splitPath } from './paths.ts';
import { compileFilter } from './query.ts';
import { compareSorted, parseSort, sortValues } from './sort.ts';

/** The operators of updates that change a whole array. */

/** What an operator makes of an array; the given one stays as it is. */
export type ArrayChange = (array: readonly unknown[]) => unknown[];

/**
 * Each checks its operand at once, so that a wrong one is refused whether or not a document is found.
 * They throw BadValue (2), FailedToParse (9) or TypeMismatch (14), as MongoDB does.
 */
export const ARRAY_OPERATORS: ReadonlyMap<string, (operand: unknown) => ArrayChange> = new Map([
  ['$push', push],
  ['$addToSet', addToSet],
  ['$pull', pull],
  ['$pullAll', pullAll],
  ['$pop', pop],
]);

const PUSH_CLAUSES = new Set(['$each', '$position', '$slice', '$sort']);

function push(operand: unknown): ArrayChange {
  if (!isDocument(operand) || !Object.hasOwn(operand, '$each')) return (array) => [...array, operand];
  const { $each: items } = operand;
  if (!Array.isArray(items)) throw new CommandError(2, 'The argument to $each in $push must be an array');
  const unknown = Object.keys(operand).find((name) => !PUSH_CLAUSES.has(name));
  if (unknown) throw new CommandError(2, `Unrecognized clause in $push: ${unknown}`);
  const position = wholeClause(operand, '$position');
  const slice = wholeClause(operand, '$slice');
  const compare = operand.$sort === undefined ? undefined : itemOrder(operand.$sort);
  return (array) => {
    const result = [...array];
    result.splice(position ?? array.length, 0, ...(items as unknown[]));
    if (compare) result.sort(compare);
    if (slice === undefined) return result;
    return slice >= 0 ? result.slice(0, slice) : result.slice(slice);
  };
}

function wholeClause(clauses: BsonDocument, name: string): number | undefined {
  const value = clauses[name];
  if (value === undefined) return undefined;
  if (!isNumeric(value) || !Number.isInteger(toNumber(value)))
    throw new CommandError(2, `The value for ${name} must be an integer value`);
  return toNumber(value);
}

function itemOrder(sort: unknown): (left: unknown, right: unknown) => number {
  if (isDirection(sort)) return (left, right) => compareValues(left, right) * toNumber(sort);
  if (!isDocument(sort))
    throw new CommandError(
      2,
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    );
  const entries = Object.entries(sort);
  if (entries.length === 0) throw new CommandError(2, 'The $sort pattern is empty when it should be a set of fields.');
  for (const [path, direction] of entries) {
    if (!isDirection(direction)) throw new CommandError(2, 'The $sort element value must be either 1 or -1');
    if (splitPath(path).includes('')) throw new CommandError(2, `The $sort field has an empty part: ${path}`);
  }
  const fields = parseSort(sort);
  const values = (item: unknown): unknown[] => (isDocument(item) ? sortValues(item, fields) : fields.map(() => null));
  return (left, right) => compareSorted(values(left), values(right), fields);
}

function isDirection(value: unknown): boolean {
  return isNumeric(value) && Math.abs(toNumber(value)) === 1;
}

function addToSet(operand: unknown): ArrayChange {
  const items = itemsOfSet(operand);
  return (array) => {
    const result = [...array];
    for (const item of items) if (!result.some((there) => equalValues(there, item))) result.push(item);
    return result;
  };
}

function itemsOfSet(operand: unknown): readonly unknown[] {
  if (!isDocument(operand) || !Object.hasOwn(operand, '$each')) return [operand];
  const { $each: items, ...others } = operand;
  const [unexpected] = Object.keys(others);
  if (unexpected) throw new CommandError(2, `Found unexpected fields after $each in $addToSet: ${unexpected}`);
  if (!Array.isArray(items)) throw new CommandError(14, 'The argument to $each in $addToSet must be an array');
  return items;
}

function pull(operand: unknown): ArrayChange {
  const unwanted = pullCondition(operand);
  return (array) => array.filter((item) => !unwanted(item));
}

const LOGICAL = new Set(['$and', '$or', '$nor', '$expr']);

function pullCondition(operand: unknown): (item: unknown) => boolean {
  const [first] = isDocument(operand) ? Object.keys(operand) : [];
  if (isDocument(operand) && (!first?.startsWith('$') || LOGICAL.has(first))) {
    const filter = compileFilter(operand);
    return (item) => isDocument(item) && filter.test(item);
  }
  const filter = compileFilter({ item: operand });
  if (isDocument(operand)) return (item) => filter.test({ item });
  const expression = filter.source.item;
  if (expression instanceof RegExp) return (item) => typeof item === 'string' && expression.test(item);
  return (item) => equalValues(item, operand);
}

function pullAll(operand: unknown): ArrayChange {
  if (!Array.isArray(operand)) throw new CommandError(2, '$pullAll requires an array argument');
  return (array) => array.filter((item) => !operand.some((unwanted) => equalValues(item, unwanted)));
}

function pop(operand: unknown): ArrayChange {
  const end = toNumber(operand);
  if (end !== 1 && end !== -1) throw new CommandError(9, '$pop expects 1 or -1');
  return (array) => (end === 1 ? array.slice(0, -1) : array.slice(1));
}
