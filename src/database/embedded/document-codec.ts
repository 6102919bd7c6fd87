import { type DBRef, type Double, deserialize, type Int32, serialize } from 'bson';

/**
 * Documents inside the engine are plain objects whose values keep the type that BSON gave them:
 * - an int32 is a JavaScript number, and so is a double that `serialize` would write as a double again;
 * - a double that holds a small whole number stays a `Double`, so that it is not written back as an int32;
 * - int64, Decimal128, Binary, ObjectId, Timestamp, BSONRegExp, MinKey, MaxKey, Code stay objects of `bson`;
 * - a date is a `Date`.
 * `encodeDocument(decodeDocument(bytes))` gives the same values and types back.
 */
export type BsonDocument = Record<string, unknown>;

const DECODING = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const;

/** Decodes one BSON document. @throws BSONError when the bytes are malformed */
export function decodeDocument(bytes: Uint8Array): BsonDocument {
  const document = deserialize(bytes, DECODING);
  unwrapFields(document);
  return document;
}

/** Encodes a document; fields that are `undefined` are left out. */
export function encodeDocument(document: BsonDocument): Uint8Array {
  return serialize(document, { ignoreUndefined: true });
}

function unwrapFields(document: BsonDocument): void {
  for (const name in document) {
    const value = document[name];
    if (typeof value === 'object' && value !== null) {
      const unwrapped = unwrap(value);
      if (unwrapped !== value) document[name] = unwrapped;
    }
  }
}

function unwrap(value: object): unknown {
  switch ((value as { _bsontype?: unknown })._bsontype) {
    case 'Int32':
      return (value as Int32).value;
    case 'Double':
      return unwrapDouble(value as Double);
    case 'DBRef':
      return unwrapReference(value as DBRef);
    case undefined:
      break;
    default:
      return value;
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index];
      if (typeof item === 'object' && item !== null) value[index] = unwrap(item);
    }
  } else if (!(value instanceof Date)) unwrapFields(value as BsonDocument);
  return value;
}

function unwrapDouble(double: Double): number | Double {
  const number = double.value;
  const wouldBecomeInt32 = (number | 0) === number && !Object.is(number, -0);
  return wouldBecomeInt32 ? double : number;
}

function unwrapReference(reference: DBRef): BsonDocument {
  const document: BsonDocument = { $ref: reference.collection, $id: reference.oid };
  if (reference.db !== undefined) document.$db = reference.db;
  Object.assign(document, reference.fields);
  unwrapFields(document);
  return document;
}

/** Whether a value is an embedded document: neither a scalar of BSON, nor an array, nor a date. */
export function isDocument(value: unknown): value is BsonDocument {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof RegExp) &&
    typeof (value as { _bsontype?: unknown })._bsontype !== 'string'
  );
}
