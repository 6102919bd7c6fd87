import { Query } from 'mingo/query';
import { type BsonDocument, isDocument } from './document-codec.ts';
import { filterOptions } from './filter-options.ts';
import { own, splitPath } from './paths.ts';

/**
 * The position that the `$` of an update or of a projection stands for, found as MongoDB finds it
 * (https://www.mongodb.com/docs/manual/reference/operator/projection/positional/): that of the element by which the filter
 * matched, whatever array the `$` is then used on. Of several conditions on arrays the last one counts. Conditions that deny
 * something, and alternatives, name no element.
 */

/** A value that a path reaches, and the position of the outermost element of an array that it was reached through. */
interface Reached {
  readonly value: unknown;
  readonly position: number | undefined;
}

const DENIALS = new Set(['$ne', '$nin', '$not']);
/** They look at an array as a whole. */
const OF_ARRAYS = new Set(['$elemMatch', '$size']);

/** @param source a prepared filter that the document matches. Returns undefined when it matched by no element of an array */
export function matchedPosition(source: BsonDocument, document: BsonDocument): number | undefined {
  return lastOf(Object.entries(source), ([name, condition]) => {
    if (name === '$and') return lastOf(condition as BsonDocument[], (part) => matchedPosition(part, document));
    if (name === '$or') return positionOfAlternatives(condition as BsonDocument[], document);
    return name.startsWith('$') ? undefined : positionOfCondition(splitPath(name), condition, document);
  });
}

function lastOf<T>(items: readonly T[], find: (item: T) => number | undefined): number | undefined {
  let last: number | undefined;
  for (const item of items) last = find(item) ?? last;
  return last;
}

/** One alternative is none, and values of one field are a list of them. */
function positionOfAlternatives(branches: readonly BsonDocument[], document: BsonDocument): number | undefined {
  const [first = {}] = branches;
  if (branches.length === 1) return matchedPosition(first, document);
  const [path = ''] = Object.keys(first);
  const values = branches.map((branch) => soleValue(branch, path));
  if (values.includes(undefined)) return undefined;
  return matchedPosition({ [path]: { $in: values } }, document);
}

/** The value that a filter wants one field to equal; undefined when it asks for anything else. */
function soleValue(filter: BsonDocument, path: string): unknown {
  if (Object.keys(filter).length !== 1) return undefined;
  const condition = own(filter, path);
  if (!isDocument(condition)) return condition;
  return Object.keys(condition).length === 1 ? condition.$eq : undefined;
}

function positionOfCondition(parts: readonly string[], condition: unknown, document: BsonDocument): number | undefined {
  if (!isDocument(condition)) return firstThatFits(reached(document, parts), condition);
  return lastOf(Object.entries(condition), ([operator, operand]) => {
    if (DENIALS.has(operator)) return undefined;
    if (operator === '$all')
      return lastOf(operand as unknown[], (item) => positionOfCondition(parts, conditionOfItem(item), document));
    const values = OF_ARRAYS.has(operator) ? wholeValues(document, parts, 0, undefined) : reached(document, parts);
    if (operator === '$elemMatch') return firstElement(values, operand);
    return firstThatFits(values, { [operator]: operand });
  });
}

/** An item of `$all`: a value, or an `$elemMatch`. */
function conditionOfItem(item: unknown): unknown {
  if (item instanceof RegExp || (isDocument(item) && Object.hasOwn(item, '$elemMatch'))) return item;
  return { $eq: item };
}

function firstThatFits(values: Iterable<Reached>, condition: unknown): number | undefined {
  const query = new Query({ value: condition }, filterOptions);
  for (const { value, position } of values) if (query.test({ value })) return position;
  return undefined;
}

function firstElement(values: Iterable<Reached>, criteria: unknown): number | undefined {
  const query = new Query({ array: { $elemMatch: criteria } } as never, filterOptions);
  for (const { value, position } of values) {
    const found = Array.isArray(value) ? value.findIndex((item: unknown) => query.test({ array: [item] })) : -1;
    if (found >= 0) return position ?? found;
  }
  return undefined;
}

/** What a comparison looks at, in order: of an array at the end first the elements, then the array. */
function* reached(document: BsonDocument, parts: readonly string[]): Generator<Reached> {
  for (const { value, position } of wholeValues(document, parts, 0, undefined)) {
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) yield { value: asElement(item), position: position ?? at };
    }
    yield { value, position };
  }
}

/** An array within an array is compared as a whole. */
function asElement(item: unknown): unknown {
  return Array.isArray(item) ? [item] : item;
}

function* wholeValues(
  value: unknown,
  parts: readonly string[],
  depth: number,
  position: number | undefined,
): Generator<Reached> {
  const part = parts[depth];
  if (part === undefined) yield { value, position };
  else if (isDocument(value)) yield* wholeValues(own(value, part), parts, depth + 1, position);
  else if (!Array.isArray(value)) yield { value: undefined, position };
  else
    for (const [at, item] of value.entries()) {
      if (isDocument(item)) yield* wholeValues(item, parts, depth, position ?? at);
      if (part === String(at)) yield* wholeValues(item, parts, depth + 1, position);
    }
}
