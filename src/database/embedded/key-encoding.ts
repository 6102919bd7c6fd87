import { createHash } from 'node:crypto';
import type { Binary, Code, ObjectId, Timestamp } from 'bson';
import {
  compareExact,
  type ExactNumber,
  exactOfDouble,
  type NumericValue,
  normaliseNumber,
  ORDER,
  regexParts,
  textOf,
  typeOrder,
} from './bson-order.ts';
import type { BsonDocument } from './document-codec.ts';

/**
 * Encodes BSON values as bytes whose order (memcmp) is MongoDB's order of the values. Two values that MongoDB calls equal
 * encode to the same bytes, whatever their numeric types. Every encoding starts with the byte of its type (never 0x00 nor
 * 0xff) and no encoding is the beginning of another, so encodings can be joined to compound keys.
 */

/** The value that stands for an empty array in an index key; it is not a BSON value, so no query operand equals it. */
export const EMPTY_ARRAY = Symbol('empty array');

/** Above every key that continues with a further value or with a record id. */
export const AFTER_ALL = Buffer.from([0xff]);

/** Keys longer than this keep this many bytes and replace the rest by a hash. */
export const LONGEST_KEY = 1900;
const HASH_LENGTH = 32;

/** Bytes under construction: grows as needed and is reused from key to key. */
let scratch = Buffer.allocUnsafe(4096);
let length = 0;

function reserve(extra: number): void {
  if (length + extra <= scratch.length) return;
  const grown = Buffer.allocUnsafe(Math.max(scratch.length * 2, length + extra));
  scratch.copy(grown, 0, 0, length);
  scratch = grown;
}

function writeByte(byte: number): void {
  reserve(1);
  scratch[length] = byte;
  length += 1;
}

function writeBytes(bytes: Uint8Array): void {
  reserve(bytes.length);
  scratch.set(bytes, length);
  length += bytes.length;
}

/** Encodes one value; `descending` inverts the bytes, which inverts the order. */
export function encodeValue(value: unknown, descending = false): Buffer {
  length = 0;
  writeValue(value);
  if (descending) invert(0);
  return Buffer.from(scratch.subarray(0, length));
}

/** Encodes the values of a compound key, each in its direction. */
export function encodeKey(values: readonly unknown[], descending: readonly boolean[]): Buffer {
  length = 0;
  for (let index = 0; index < values.length; index += 1) {
    const start = length;
    writeValue(values[index]);
    if (descending[index]) invert(start);
  }
  return Buffer.from(scratch.subarray(0, length));
}

/**
 * Shortens a key that is too long for the store. Its first bytes stay, so it keeps its place among other keys; a hash of the
 * whole keeps different keys apart and equal keys equal.
 */
export function shortenKey(key: Buffer): { key: Buffer; shortened: boolean } {
  if (key.length <= LONGEST_KEY) return { key, shortened: false };
  const kept = key.subarray(0, LONGEST_KEY - HASH_LENGTH);
  return { key: Buffer.concat([kept, createHash('sha256').update(key).digest()]), shortened: true };
}

/** Cuts a bound of a range to the bytes that a shortened key keeps, so that the range still holds every shortened key. */
export function cutBound(bound: Buffer): { bound: Buffer; cut: boolean } {
  const kept = LONGEST_KEY - HASH_LENGTH;
  return bound.length <= kept ? { bound, cut: false } : { bound: bound.subarray(0, kept), cut: true };
}

function invert(start: number): void {
  for (let index = start; index < length; index += 1) scratch[index] = ~(scratch[index] ?? 0) & 0xff;
}

function writeValue(value: unknown): void {
  const order = value === EMPTY_ARRAY ? ORDER.undefined : typeOrder(value);
  writeByte(order);
  writeBody(order, value);
}

function writeBody(order: number, value: unknown): void {
  switch (order) {
    case ORDER.number:
      writeNumber(value as NumericValue);
      return;
    case ORDER.string:
      writeText(textOf(value));
      return;
    case ORDER.object:
      writeDocument(value as BsonDocument);
      return;
    case ORDER.array:
      writeArray(value as readonly unknown[]);
      return;
    case ORDER.binary:
      writeBinary(value as Binary);
      return;
    case ORDER.objectId:
      writeBytes((value as ObjectId).id);
      return;
    case ORDER.boolean:
      writeByte(value ? 2 : 1);
      return;
    case ORDER.date:
      writeDouble((value as Date).getTime());
      return;
    case ORDER.timestamp:
      writeTimestamp(value as Timestamp);
      return;
    case ORDER.regularExpression:
      for (const part of regexParts(value)) writeText(part);
      return;
    case ORDER.code:
    case ORDER.codeWithScope:
      writeText((value as Code).code);
      writeValue((value as Code).scope ?? null);
      return;
    default:
  }
}

/** UTF-8 with 0x00 as the end mark; 0x00 and 0x01 inside are escaped, in order. */
function writeText(text: string): void {
  const start = length;
  reserve(text.length * 3 + 1);
  length += scratch.write(text, length, 'utf8');
  for (let index = start; index < length; index += 1) {
    if ((scratch[index] ?? 0) <= 1) {
      escapeText(start);
      return;
    }
  }
  writeByte(0);
}

function escapeText(start: number): void {
  const plain = Buffer.from(scratch.subarray(start, length));
  length = start;
  for (const byte of plain) {
    if (byte <= 1) writeByte(1);
    writeByte(byte <= 1 ? byte + 1 : byte);
  }
  writeByte(0);
}

function writeDocument(document: BsonDocument): void {
  for (const [name, value] of Object.entries(document)) {
    if (value === undefined) continue;
    const order = typeOrder(value);
    writeByte(order);
    writeText(name);
    writeBody(order, value);
  }
  writeByte(0);
}

function writeArray(items: readonly unknown[]): void {
  for (const item of items) writeValue(item);
  writeByte(0);
}

function writeBinary(binary: Binary): void {
  const bytes = binary.value();
  reserve(5);
  length = scratch.writeUInt32BE(bytes.length, length);
  length = scratch.writeUInt8(binary.sub_type, length);
  writeBytes(bytes);
}

function writeTimestamp(timestamp: Timestamp): void {
  reserve(8);
  length = scratch.writeUInt32BE(timestamp.getHighBitsUnsigned(), length);
  length = scratch.writeUInt32BE(timestamp.getLowBitsUnsigned(), length);
}

/** Orders doubles by their bits: positive numbers get the sign bit, negative ones are inverted. NaN comes first. */
function writeDouble(double: number): void {
  reserve(8);
  if (Number.isNaN(double)) {
    scratch.fill(0, length, length + 8);
    length += 8;
    return;
  }
  const start = length;
  length = scratch.writeDoubleBE(double === 0 ? 0 : double, length);
  const first = scratch[start] ?? 0;
  if (first & 0x80) invert(start);
  else scratch[start] = first | 0x80;
}

const EXACT = 0x01;
const MORE = 0x02;
const BEYOND_DOUBLES = 0x03;

/**
 * A number that is a double: the double and a mark. Any other (a large int64, most decimals): the next double towards zero,
 * then what is missing to the exact value. Negative numbers encode their magnitude and invert it.
 */
function writeNumber(value: NumericValue): void {
  const number = normaliseNumber(value);
  if (typeof number === 'number') {
    writeDouble(number);
    // The mark of a negative number is inverted, for numbers further from zero must come first.
    writeByte(number < 0 ? ~EXACT & 0xff : EXACT);
    return;
  }
  const negative = number.coefficient < 0n;
  const magnitude = negative ? { ...number, coefficient: -number.coefficient } : number;
  const double = doubleTowardsZero(magnitude);
  writeDouble(negative ? -double : double);
  if (negative && double === 0) {
    scratch[length - 8] = 0x7f; // together with the 0xff bytes: below zero, above every negative double
    scratch.fill(0xff, length - 7, length);
  }
  const start = length;
  if (double === Number.MAX_VALUE) {
    writeByte(BEYOND_DOUBLES);
    writeExact(magnitude);
  } else {
    writeByte(MORE);
    writeExact(subtract(magnitude, exactOfDouble(double)));
  }
  if (negative) invert(start);
}

function doubleTowardsZero(magnitude: ExactNumber): number {
  const nearest = Number(`${magnitude.coefficient}e${magnitude.exponent}`);
  if (nearest === Infinity) return Number.MAX_VALUE;
  if (nearest === 0 || compareExact(exactOfDouble(nearest), magnitude) <= 0) return nearest;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, nearest);
  bits.setBigUint64(0, bits.getBigUint64(0) - 1n);
  return bits.getFloat64(0);
}

function subtract(left: ExactNumber, right: ExactNumber): ExactNumber {
  const exponent = Math.min(left.exponent, right.exponent);
  const a = left.coefficient * 10n ** BigInt(left.exponent - exponent);
  const b = right.coefficient * 10n ** BigInt(right.exponent - exponent);
  return { coefficient: a - b, exponent };
}

/** A positive exact number: the power of ten of its first digit, then its digits without trailing zeros. */
function writeExact(number: ExactNumber): void {
  const digits = number.coefficient.toString();
  reserve(2);
  length = scratch.writeUInt16BE(number.exponent + digits.length + 0x8000, length);
  writeText(digits.replace(/0+$/, ''));
}
