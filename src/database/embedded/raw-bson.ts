import { isUtf8 } from 'node:buffer';
import { ObjectId, onDemand, serialize } from 'bson';
import { type BsonDocument, encodeDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';

/** Work on BSON without decoding it: taking fields out, reordering them, checking the structure. */

const EMBEDDED_DOCUMENT = 3;
const ARRAY = 4;
const CODE_WITH_SCOPE = 15;
/** String, JavaScript code, symbol: a length, the text and a zero. */
const TEXTS: ReadonlySet<number> = new Set([2, 13, 14]);
/** MongoDB's own limits. */
const DEEPEST_NESTING = 180;
export const MAX_DOCUMENT_SIZE = 16 * 1024 * 1024;

interface RawElement {
  readonly type: number;
  readonly name: string;
  /** The whole element: type, name and value. */
  readonly start: number;
  readonly end: number;
  readonly valueStart: number;
}

function* elementsOf(bytes: Uint8Array): Generator<RawElement> {
  const buffer = asBuffer(bytes);
  const places = placesOf(buffer);
  for (let at = 0; at < places.length; at += PLACES) {
    const [type = 0, nameStart = 0, valueStart = 0, end = 0] = places.slice(at, at + PLACES);
    yield {
      type,
      name: buffer.toString('utf8', nameStart, valueStart - 1),
      start: nameStart - 1,
      end,
      valueStart,
    };
  }
}

/** How many numbers tell of an element: its type, where its name begins, where its value begins and where it ends. */
const PLACES = 4;

/** Where the top-level elements of a document are. No object is made for any of them: this runs several times for each write. */
function placesOf(buffer: Buffer): number[] {
  const places: number[] = [];
  const last = buffer.length - 1;
  let offset = 4;
  while (offset < last) {
    const type = buffer[offset] ?? 0;
    const nameEnd = buffer.indexOf(0, offset + 1);
    const end = nameEnd < 0 ? -1 : valueEnd(buffer, type, nameEnd + 1);
    // What is rare or broken is left to the library, which tells what is wrong.
    if (end < 0 || end > last) return placesByLibrary(buffer);
    places.push(type, offset + 1, nameEnd + 1, end);
    offset = end;
  }
  return offset === last && buffer[last] === 0 && buffer.readInt32LE(0) === buffer.length
    ? places
    : placesByLibrary(buffer);
}

function placesByLibrary(buffer: Buffer): number[] {
  return Array.from(onDemand.parseToElements(buffer), ([type, nameStart, , valueStart, length]) => [
    type,
    nameStart,
    valueStart,
    valueStart + length,
  ]).flat();
}

/** Where a value ends, by its type (https://bsonspec.org/spec.html); negative for the types that are left to the library. */
function valueEnd(buffer: Buffer, type: number, start: number): number {
  switch (type) {
    case 0x01: // double
    case 0x09: // date
    case 0x11: // timestamp
    case 0x12: // int64
      return start + 8;
    case 0x02: // string
      return sizedEnd(buffer, start, 4, 1);
    case EMBEDDED_DOCUMENT:
    case ARRAY:
      return sizedEnd(buffer, start, 0, 5);
    case 0x05: // binary
      return sizedEnd(buffer, start, 5, 0);
    case 0x07: // ObjectId
      return start + 12;
    case 0x08: // boolean
      return start + 1;
    case 0x0a: // null
      return start;
    case 0x10: // int32
      return start + 4;
    case 0x13: // Decimal128
      return start + 16;
    default:
      return -1;
  }
}

/** The end of a value that begins with its size, which leaves out the first `uncounted` bytes and is at least `smallest`. */
function sizedEnd(buffer: Buffer, start: number, uncounted: number, smallest: number): number {
  if (start + 4 > buffer.length) return -1;
  const size = buffer.readInt32LE(start);
  return size < smallest ? -1 : start + uncounted + size;
}

/** A Buffer over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A document of only the named top-level fields; the same bytes when it has no others. */
export function pickFields(bytes: Uint8Array, names: ReadonlySet<string>): Uint8Array {
  const wanted = encodedNames(names);
  return selectFields(bytes, (buffer, start, end) => wanted.some((name) => isName(buffer, start, end, name)));
}

/** A document without one top-level field. */
export function omitField(bytes: Uint8Array, omitted: string): Uint8Array {
  const name = Buffer.from(omitted);
  return selectFields(bytes, (buffer, start, end) => !isName(buffer, start, end, name));
}

function selectFields(bytes: Uint8Array, wanted: (buffer: Buffer, start: number, end: number) => boolean): Uint8Array {
  const buffer = asBuffer(bytes);
  const places = placesOf(buffer);
  const kept: Buffer[] = [];
  for (let at = 0; at < places.length; at += PLACES) {
    const nameStart = places[at + 1] ?? 0;
    if (wanted(buffer, nameStart, (places[at + 2] ?? 0) - 1)) kept.push(buffer.subarray(nameStart - 1, places[at + 3]));
  }
  return kept.length * PLACES < places.length ? wrapElements(kept) : bytes;
}

const knownNames = new WeakMap<ReadonlySet<string>, readonly Buffer[]>();

/** Names as bytes, so that those of a document need not be decoded. */
function encodedNames(names: ReadonlySet<string>): readonly Buffer[] {
  const known = knownNames.get(names);
  if (known && known.length === names.size) return known;
  const encoded = [...names].map((name) => Buffer.from(name));
  knownNames.set(names, encoded);
  return encoded;
}

function isName(buffer: Buffer, start: number, end: number, name: Buffer): boolean {
  if (end - start !== name.length) return false;
  for (let position = 0; position < name.length; position += 1) {
    if (buffer[start + position] !== name[position]) return false;
  }
  return true;
}

function wrapElements(elements: readonly Buffer[]): Buffer {
  let size = 5;
  for (const element of elements) size += element.length;
  const document = Buffer.allocUnsafe(size);
  let offset = document.writeInt32LE(size, 0);
  for (const element of elements) offset += element.copy(document, offset);
  document[offset] = 0;
  return document;
}

/** The top-level fields whose bytes differ between two documents, or that only one of them has. */
export function changedFields(before: Uint8Array, after: Uint8Array): Set<string> {
  const old = new Map(fieldBytes(before));
  const changed = new Set<string>();
  for (const [name, bytes] of fieldBytes(after)) {
    if (!old.get(name)?.equals(bytes)) changed.add(name);
    old.delete(name);
  }
  for (const name of old.keys()) changed.add(name);
  return changed;
}

function* fieldBytes(bytes: Uint8Array): Generator<[name: string, element: Buffer]> {
  const buffer = asBuffer(bytes);
  for (const { name, start, end } of elementsOf(bytes)) yield [name, buffer.subarray(start, end)];
}

/**
 * The raw documents of an array field. @returns undefined when the field is missing
 * @param path how messages call the field
 * @throws CommandError TypeMismatch when it holds anything but documents
 */
export function rawDocuments(bytes: Uint8Array, field: string, path: string): Buffer[] | undefined {
  const buffer = asBuffer(bytes);
  for (const element of elementsOf(bytes)) {
    if (element.name !== field) continue;
    if (element.type !== ARRAY)
      throw new CommandError(14, `BSON field '${path}' is the wrong type, expected type 'array'`);
    const array = buffer.subarray(element.valueStart, element.end);
    const documents: Buffer[] = [];
    for (const item of elementsOf(array)) {
      if (item.type !== EMBEDDED_DOCUMENT)
        throw new CommandError(14, `BSON field '${path}.${item.name}' is the wrong type, expected type 'object'`);
      documents.push(array.subarray(item.valueStart, item.end));
    }
    return documents;
  }
  return undefined;
}

/** The names of the top-level fields, each as often as it is there. */
export function fieldNames(bytes: Uint8Array): string[] {
  return Array.from(elementsOf(bytes), ({ name }) => name);
}

/** The name of the first field, which is the name of a command, and how many fields there are. */
export function outlineOf(bytes: Uint8Array): { first: string; count: number } {
  const buffer = asBuffer(bytes);
  const places = placesOf(buffer);
  const [, nameStart = 0, valueStart = 1] = places;
  return { first: buffer.toString('utf8', nameStart, valueStart - 1), count: places.length / PLACES };
}

/** Puts `_id` first, as MongoDB stores it; a document without one gets a new ObjectId. */
export function withIdFirst(bytes: Uint8Array): Buffer {
  const buffer = asBuffer(bytes);
  const others: Buffer[] = [];
  let id: Buffer | undefined;
  for (const { name, start, end } of elementsOf(bytes)) {
    if (name !== '_id') others.push(buffer.subarray(start, end));
    else if (others.length === 0) return buffer;
    else id = buffer.subarray(start, end);
  }
  if (id) return wrapElements([id, ...others]);
  const generated = asBuffer(serialize({ _id: new ObjectId() }));
  return wrapElements([generated.subarray(4, generated.length - 1), ...others]);
}

/** A document that was computed. @throws CommandError BSONObjectTooLarge, or by the given code that it is too large */
export function encodeResult(document: BsonDocument, tooLarge = 10334): Uint8Array {
  try {
    const bytes = encodeDocument(document);
    if (bytes.length <= MAX_DOCUMENT_SIZE) return bytes;
  } catch (error) {
    if (!(error instanceof RangeError) || error.message.includes('call stack')) throw error;
  }
  throw new CommandError(tooLarge, 'BSONObj size is invalid. Size must be between 0 and 16777216(16MB)');
}

/** Checks that a document can be read back later. @throws CommandError InvalidBSON, Overflow or BSONObjectTooLarge */
export function checkDocument(bytes: Uint8Array): void {
  if (bytes.length > MAX_DOCUMENT_SIZE) {
    throw new CommandError(10334, `object to insert too large. size in bytes: ${bytes.length}, max size: 16777216`);
  }
  try {
    checkElements(bytes, 0);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(22, `invalid BSON: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

function checkElements(bytes: Uint8Array, depth: number): void {
  if (depth > DEEPEST_NESTING) throw new CommandError(15, 'Object exceeded maximum nested object depth: 180');
  for (const [type, , , offset, length] of onDemand.parseToElements(bytes)) {
    if (type === CODE_WITH_SCOPE) throw new CommandError(22, 'invalid BSON: code with scope is not supported');
    if (TEXTS.has(type) && !isUtf8(bytes.subarray(offset + 4, offset + length - 1)))
      throw new CommandError(22, 'invalid BSON: a text is not UTF-8');
    if (type === EMBEDDED_DOCUMENT || type === ARRAY) checkElements(bytes.subarray(offset, offset + length), depth + 1);
  }
}

/** The reply `{ cursor: { id, ns, [batchName]: [...documents] }, ok: 1 }` around documents that stay raw. */
export function encodeCursorReply(
  batchName: 'firstBatch' | 'nextBatch',
  documents: readonly Uint8Array[],
  cursorId: bigint,
  namespace: string,
): Buffer {
  let batchSize = 5;
  const names = documents.map((_, index) => Buffer.from(`\x03${index}\0`, 'latin1'));
  for (let index = 0; index < documents.length; index += 1) {
    batchSize += (names[index]?.length ?? 0) + (documents[index]?.length ?? 0);
  }
  const namespaceBytes = Buffer.from(`${namespace}\0`);
  const batchField = Buffer.from(`\x04${batchName}\0`, 'latin1');
  const cursorSize = 4 + 4 + 8 + 4 + 4 + namespaceBytes.length + batchField.length + batchSize + 1;
  const size = 4 + 8 + cursorSize + 4 + 8 + 1;
  const reply = Buffer.allocUnsafe(size);
  let offset = reply.writeInt32LE(size, 0);
  offset += reply.write('\x03cursor\0', offset, 'latin1');
  offset = reply.writeInt32LE(cursorSize, offset);
  offset += reply.write('\x12id\0', offset, 'latin1');
  offset = reply.writeBigInt64LE(cursorId, offset);
  offset += reply.write('\x02ns\0', offset, 'latin1');
  offset = reply.writeInt32LE(namespaceBytes.length, offset);
  offset += namespaceBytes.copy(reply, offset);
  offset += batchField.copy(reply, offset);
  offset = reply.writeInt32LE(batchSize, offset);
  for (let index = 0; index < documents.length; index += 1) {
    offset += names[index]?.copy(reply, offset) ?? 0;
    reply.set(documents[index] ?? [], offset);
    offset += documents[index]?.length ?? 0;
  }
  reply[offset] = 0;
  reply[offset + 1] = 0;
  offset += 2;
  offset += reply.write('\x01ok\0', offset, 'latin1');
  offset = reply.writeDoubleLE(1, offset);
  reply[offset] = 0;
  return reply;
}
