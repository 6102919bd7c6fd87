import { type BsonDocument, isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';

/** How MongoDB follows a dotted path through embedded documents and arrays. */

const INDEX_PART = /^(0|[1-9]\d*)$/;

/** Splits a dotted path. */
export function splitPath(path: string): string[] {
  return path.split('.');
}

/** Names with a dollar that a path or an `_id` may have: those of a reference to another document. */
export const REFERENCE_PARTS = new Set(['$ref', '$id', '$db']);

/** Checks the path of a projection, a sort or `distinct`. @throws CommandError with MongoDB's codes of a path */
export function checkFieldPath(path: string): void {
  if (path === '') throw new CommandError(40352, 'FieldPath cannot be constructed with empty string');
  if (path.endsWith('.')) throw new CommandError(40353, "FieldPath must not end with a '.'.");
  for (const part of splitPath(path)) {
    if (part === '') throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
    if (part.includes('\0')) throw new CommandError(16411, 'FieldPath field names may not contain null bytes.');
    if (part.startsWith('$') && !REFERENCE_PARTS.has(part))
      throw new CommandError(16410, "FieldPath field names may not start with '$'.");
  }
}

/**
 * Every value that a path reaches, in order. Arrays on the way are entered (each embedded document, and the element at a
 * numeric part); an array at the end is given as it is. `undefined` stands for a document on the way that lacks the field;
 * an element of an array that is neither document nor array lacks nothing.
 */
export function valuesAt(document: unknown, parts: readonly string[]): unknown[] {
  if (parts.length === 1 && isDocument(document)) return [own(document, parts[0] ?? '')];
  const found: unknown[] = [];
  collect(document, parts, 0, found);
  return found;
}

function collect(value: unknown, parts: readonly string[], position: number, found: unknown[]): void {
  const part = parts[position];
  if (part === undefined) {
    found.push(value);
    return;
  }
  if (!Array.isArray(value)) {
    if (isDocument(value)) collect(own(value, part), parts, position + 1, found);
    else found.push(undefined);
    return;
  }
  if (INDEX_PART.test(part) && Number(part) < value.length) {
    const item: unknown = value[Number(part)];
    const leadsOn = position + 1 === parts.length || isDocument(item) || Array.isArray(item);
    if (leadsOn) collect(item, parts, position + 1, found);
  }
  for (const item of value) if (isDocument(item)) collect(item, parts, position, found);
}

/** A document's own field; names such as `constructor` must not reach the prototype. */
export function own(document: BsonDocument, name: string): unknown {
  return Object.hasOwn(document, name) ? document[name] : undefined;
}

/** The values of a path with the arrays at its end opened: what a comparison looks at. The arrays themselves are included. */
export function comparableValues(document: unknown, parts: readonly string[]): unknown[] {
  const values = valuesAt(document, parts);
  if (!values.some((value) => Array.isArray(value))) return values;
  return values.concat(...values.filter((value) => Array.isArray(value)));
}
