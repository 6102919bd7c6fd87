import type { Collection, Index } from './catalog.ts';
import { documentKey, idPrefix } from './catalog.ts';
import type { BsonDocument } from './document-codec.ts';
import { decodeDocument, isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { EMPTY_ARRAY, encodeKey, shortenKey } from './key-encoding.ts';
import { own } from './paths.ts';
import { asBuffer } from './raw-bson.ts';
import { type Storage, scanRange } from './storage.ts';

/** Which keys a document has in an index, and keeping the stored entries in step with the documents. */

/** A key and the values that it encodes. */
interface DocumentKey {
  readonly key: Buffer;
  readonly values: readonly unknown[];
}

/** The keys of one document in one index. */
export interface DocumentKeys {
  readonly keys: ReadonlyMap<string, DocumentKey>;
  readonly multikey: boolean;
  readonly shortened: boolean;
}

const NO_KEYS: DocumentKeys = { keys: new Map(), multikey: false, shortened: false };
const NOTHING = Buffer.from([0]);
const RECORD_SIZE = 6;

interface FieldValues {
  readonly values: unknown[];
  /** The path of the array that was opened, if any. */
  readonly array: string | undefined;
  readonly missing: boolean;
}

/**
 * The keys of a document. An array gives one key per element, an empty array and a missing field have keys of their own.
 * Fields of one compound index that run through the same array are combined with each other (every pair of elements), so the
 * keys are a superset of MongoDB's; the filter is always checked again on the document.
 * @throws CommandError CannotIndexParallelArrays
 */
export function keysOf(index: Index, document: BsonDocument): DocumentKeys {
  if (index.partial && !index.partial.test(document)) return NO_KEYS;
  const fields = index.fields.map(({ parts }) => fieldValues(document, parts));
  if (index.sparse && fields.every((field) => field.missing)) return NO_KEYS;
  refuseParallelArrays(fields);
  const prefix = idPrefix(index.id);
  const keys = new Map<string, DocumentKey>();
  let shortened = false;
  for (const values of combinations(fields)) {
    const encoded = shortenKey(encodeKey(values, index.descending));
    shortened ||= encoded.shortened;
    keys.set(encoded.key.toString('latin1'), { key: Buffer.concat([prefix, encoded.key]), values });
  }
  return { keys, multikey: fields.some((field) => field.array !== undefined), shortened };
}

function fieldValues(document: BsonDocument, parts: readonly string[]): FieldValues {
  const found: unknown[] = [];
  const arrays: string[] = [];
  gather(document, parts, 0, found, arrays);
  const values = found.length === 0 ? [null] : found.map((value) => value ?? null);
  return { values, array: arrays[0], missing: found.every((value) => value === undefined) };
}

function gather(value: unknown, parts: readonly string[], position: number, found: unknown[], arrays: string[]): void {
  const part = parts[position];
  if (Array.isArray(value)) gatherItems(value, parts, position, found, arrays);
  else if (part === undefined) found.push(value);
  else gather(isDocument(value) ? own(value, part) : undefined, parts, position + 1, found, arrays);
}

function gatherItems(
  array: readonly unknown[],
  parts: readonly string[],
  position: number,
  found: unknown[],
  arrays: string[],
): void {
  arrays.push(parts.slice(0, position).join('.'));
  const part = parts[position];
  if (part === undefined) {
    if (array.length === 0) found.push(EMPTY_ARRAY);
    else for (const item of array) found.push(item);
    return;
  }
  if (/^\d+$/.test(part) && Number(part) < array.length)
    gather(array[Number(part)], parts, position + 1, found, arrays);
  for (const item of array) if (isDocument(item)) gather(own(item, part), parts, position + 1, found, arrays);
}

function refuseParallelArrays(fields: readonly FieldValues[]): void {
  const arrays = fields.map((field) => field.array).filter((array) => array !== undefined);
  for (const one of arrays) {
    for (const other of arrays) {
      const related = one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
      if (!related) throw new CommandError(171, `cannot index parallel arrays [${one}] [${other}]`);
    }
  }
}

function combinations(fields: readonly FieldValues[]): unknown[][] {
  if (fields.every(({ values }) => values.length === 1)) return [fields.map(({ values }) => values[0])];
  let combined: unknown[][] = [[]];
  for (const { values } of fields) {
    combined = combined.flatMap((beginning) => values.map((value) => [...beginning, value]));
  }
  return combined;
}

/** The record that an entry points to. */
export function recordOf(index: Index, entry: { key: Uint8Array; value?: Uint8Array }): number {
  if (index.unique) return asBuffer(entry.value ?? NOTHING).readUIntBE(0, RECORD_SIZE);
  const key = asBuffer(entry.key);
  return key.readUIntBE(key.length - RECORD_SIZE, RECORD_SIZE);
}

function recordBytes(record: number): Buffer {
  const bytes = Buffer.allocUnsafe(RECORD_SIZE);
  bytes.writeUIntBE(record, 0, RECORD_SIZE);
  return bytes;
}

/** What has to change in one index for one document. */
interface EntryChange {
  readonly index: Index;
  readonly added: Buffer[];
  readonly removed: Buffer[];
  readonly multikey: boolean;
  readonly shortened: boolean;
}

/**
 * Works out the entries to add and remove when a document changes, and checks unique indexes. Nothing is written.
 * @param indexes those of the collection that the change may concern
 * @param before the document as it was, or undefined for a new one; `after` likewise for a removed one
 * @throws CommandError DuplicateKey, CannotIndexParallelArrays
 */
export function planEntries(
  storage: Storage,
  collection: Collection,
  indexes: readonly Index[],
  record: number,
  before: BsonDocument | undefined,
  after: BsonDocument | undefined,
): EntryChange[] {
  return indexes.map((index) => {
    const old = before ? keysOf(index, before) : NO_KEYS;
    const fresh = after ? keysOf(index, after) : NO_KEYS;
    const added = missingFrom(old, fresh);
    if (index.unique) {
      for (const { key, values } of added) refuseDuplicate(storage, collection, index, key, values, record);
    }
    return {
      index,
      added: added.map(({ key }) => key),
      removed: missingFrom(fresh, old).map(({ key }) => key),
      multikey: fresh.multikey,
      shortened: fresh.shortened,
    };
  });
}

/** The keys of `some` that are not among `others`. */
function missingFrom(others: DocumentKeys, some: DocumentKeys): DocumentKey[] {
  return [...some.keys].filter(([name]) => !others.keys.has(name)).map(([, key]) => key);
}

function refuseDuplicate(
  storage: Storage,
  collection: Collection,
  index: Index,
  key: Buffer,
  values: readonly unknown[],
  record: number,
): void {
  const holder = storage.entries.get(key);
  if (holder === undefined || recordOf(index, { key, value: holder }) === record) return;
  throw duplicateKey(collection, index, values);
}

/** MongoDB's error for a key that is already there. */
export function duplicateKey(collection: Collection, index: Index, values: readonly unknown[]): CommandError {
  const keyValue: BsonDocument = {};
  index.fields.forEach(({ path }, position) => {
    const value = values[position];
    keyValue[path] = value === EMPTY_ARRAY ? null : value;
  });
  const shown = index.fields.map(({ path }) => `${path}: ${show(keyValue[path])}`).join(', ');
  return new CommandError(
    11000,
    `E11000 duplicate key error collection: ${collection.namespace} index: ${index.name} dup key: { ${shown} }`,
    { keyPattern: index.key, keyValue },
  );
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  const bsonType = (value as { _bsontype?: string } | null)?._bsontype;
  if (bsonType === 'ObjectId') return `ObjectId('${String(value)}')`;
  return typeof value === 'object' && value !== null && bsonType === undefined ? JSON.stringify(value) : String(value);
}

/** Writes planned changes. @returns whether the collection's description has to be saved, because an index became multikey */
export function applyEntries(storage: Storage, changes: readonly EntryChange[], record: number): boolean {
  let changed = false;
  const bytes = recordBytes(record);
  for (const { index, added, removed, multikey, shortened } of changes) {
    for (const key of removed) storage.entries.removeSync(index.unique ? key : Buffer.concat([key, bytes]));
    for (const key of added) {
      if (index.unique) storage.entries.putSync(key, bytes);
      else storage.entries.putSync(Buffer.concat([key, bytes]), NOTHING);
    }
    changed ||= (multikey && !index.multikey) || (shortened && !index.shortened);
    index.multikey ||= multikey;
    index.shortened ||= shortened;
  }
  return changed;
}

/** Whether a key of a record is stored. */
export function hasEntry(storage: Storage, index: Index, key: Buffer, record: number): boolean {
  const bytes = recordBytes(record);
  if (!index.unique) return storage.entries.get(Buffer.concat([key, bytes])) !== undefined;
  const holder = storage.entries.get(key);
  return holder !== undefined && bytes.equals(holder);
}

/** Fills a new index from the documents that are there. @throws CommandError when the data breaks the index */
export function buildIndex(storage: Storage, collection: Collection, index: Index): void {
  const start = idPrefix(collection.id);
  const range = { start, end: idPrefix(collection.id + 1) };
  for (const { key, value } of scanRange(storage.documents, range, { reverse: false, values: true })) {
    const record = asBuffer(key).readUIntBE(4, RECORD_SIZE);
    const document = decodeDocument(value ?? NOTHING);
    applyEntries(storage, planEntries(storage, collection, [index], record, undefined, document), record);
  }
}

/** Reads one document. */
export function readDocument(storage: Storage, collection: Collection, record: number): Uint8Array | undefined {
  return storage.documents.get(documentKey(collection.id, record));
}
