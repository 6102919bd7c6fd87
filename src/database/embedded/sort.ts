import { compareValues } from './bson-order.ts';
import { type BsonDocument, isDocument } from './document-codec.ts';
import { CommandError, notSupported } from './errors.ts';
import { isNumeric, toNumber } from './numbers.ts';
import { checkFieldPath, own, splitPath, valuesAt } from './paths.ts';

/** A sort that no index gives keeps this many documents' sort values at most. */
export const LARGEST_SORT = 2_000_000;

export function tooMuchToSort(): CommandError {
  return new CommandError(292, 'Sort exceeded the number of documents that fit into memory; add an index');
}

/** One field of a sort or of an index: its path and direction. */
export interface SortField {
  readonly path: string;
  readonly parts: readonly string[];
  readonly descending: boolean;
}

/** Reads a sort document such as `{ a: 1, 'b.c': -1 }`. @throws CommandError */
export function parseSort(sort: unknown): SortField[] {
  if (sort === undefined || sort === null) return [];
  if (!isDocument(sort)) throw new CommandError(14, 'Expected field sort to be of type object');
  return Object.entries(sort).map(([path, direction]) => {
    checkFieldPath(path);
    return { path, parts: splitPath(path), descending: readDirection(path, direction) === -1 };
  });
}

function readDirection(path: string, direction: unknown): number {
  if (isDocument(direction) && Object.hasOwn(direction, '$meta')) throw notSupported('$meta');
  if (!isNumeric(direction)) throw new CommandError(15974, `Illegal key in $sort specification: ${path}`);
  const number = Math.trunc(toNumber(direction));
  if (number !== 1 && number !== -1)
    throw new CommandError(15975, `$sort key ordering must be 1 (for ascending) or -1 (for descending): ${path}`);
  return number;
}

/** The values a document sorts by: of an array, its smallest element when ascending and its largest when descending. */
export function sortValues(document: BsonDocument, fields: readonly SortField[]): unknown[] {
  return fields.map(({ parts, descending }) => {
    const values = valuesAt(document, parts);
    if (parts.length > 1 && passesPlainElement(document, parts)) values.push(undefined);
    if (values.length === 1 && !Array.isArray(values[0])) return values[0] ?? null;
    return extreme(values, descending);
  });
}

/** Whether an array on the way holds more than documents: to a sort, such an element is one that lacks the field. */
function passesPlainElement(value: unknown, parts: readonly string[]): boolean {
  const [part, ...rest] = parts;
  if (part === undefined) return false;
  if (Array.isArray(value)) return value.some((item) => !isDocument(item) || passesPlainElement(item, parts));
  return isDocument(value) && passesPlainElement(own(value, part), rest);
}

function extreme(values: readonly unknown[], largest: boolean): unknown {
  const candidates = values.flatMap((value) => (Array.isArray(value) ? value : [value ?? null]));
  // MongoDB sorts an empty array before null, as the deprecated type undefined.
  if (candidates.length === 0) return values.length === 0 ? null : BEFORE_NULL;
  return candidates.reduce((best, value) => (compareSortValues(value, best) < 0 === largest ? best : value));
}

const BEFORE_NULL = Symbol('before null');

function compareSortValues(left: unknown, right: unknown): number {
  if (left === BEFORE_NULL || right === BEFORE_NULL) {
    if (left === right) return 0;
    const other = left === BEFORE_NULL ? right : left;
    const isMinKey = isMinimum(other);
    const sign = isMinKey ? 1 : -1;
    return left === BEFORE_NULL ? sign : -sign;
  }
  return compareValues(left, right);
}

function isMinimum(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { _bsontype?: unknown })._bsontype === 'MinKey';
}

/** Compares the results of `sortValues` for the same fields. */
export function compareSorted(
  left: readonly unknown[],
  right: readonly unknown[],
  fields: readonly SortField[],
): number {
  for (let index = 0; index < fields.length; index += 1) {
    const difference = compareSortValues(left[index], right[index]);
    if (difference !== 0) return fields[index]?.descending ? -difference : difference;
  }
  return 0;
}
