import { Decimal128, Double, EJSON, Long } from 'bson';
import { type Collection, type Document, MongoServerError } from 'mongodb';

/** What is there before, what is done, and what MongoDB makes of it. The tables of this folder are made of such cases. */
export interface Case {
  readonly title: string;
  /** Documents of the collection; their `_id` is their position unless they bring one. */
  readonly before: readonly Document[];
  readonly operation: Operation;
  /** What the operation gives, with the types of BSON; `fails(code)` when MongoDB refuses it. */
  readonly expected: unknown;
}

export type Operation = (collection: Collection) => Promise<unknown>;

/** Keeps the types of BSON as they came. */
export const TYPED = { promoteValues: false, bsonRegExp: true } as const;

/** A refusal with MongoDB's error code, and of a duplicate key the key. */
export function fails(code: number, details: Document = {}): Document {
  return { code, ...details };
}

/** Fills the collection, runs the operation and writes down what it gave, as text with all types. */
export async function outcomeOfCase(collection: Collection, { before, operation }: Case): Promise<string> {
  if (before.length > 0)
    await collection.insertMany(before.map((document, _id) => ({ _id: _id as never, ...document })));
  return asText(await operation(collection).catch(refusal));
}

/** A result as text with all types. */
export function asText(result: unknown): string {
  return EJSON.stringify(result ?? null, { relaxed: false });
}

function refusal(error: unknown): Document {
  if (!(error instanceof MongoServerError)) throw error;
  const { code, keyPattern, keyValue } = error;
  return fails(Number(code), { ...(keyPattern && { keyPattern, keyValue }) });
}

/** The documents that a filter finds. */
export function find(filter: Document, options: Document = {}): Operation {
  return (collection) => collection.find(filter, { ...options, ...TYPED }).toArray();
}

/** The `_id` of every document that a filter finds, in their order. */
export function idsOf(filter: Document, options: Document = {}): Operation {
  return async (collection) =>
    (await collection.find(filter, { sort: { _id: 1 }, ...options }).toArray()).map(({ _id }) => _id);
}

/** What a pipeline gives. */
export function aggregate(...pipeline: Document[]): Operation {
  return (collection) => collection.aggregate(pipeline, TYPED).toArray();
}

/** Everything that is stored after an operation. */
export function afterwards(operation: Operation): Operation {
  return async (collection) => {
    await operation(collection);
    return collection.find({}, { sort: { _id: 1 }, ...TYPED }).toArray();
  };
}

/** Operations one after another; the last one's result counts. */
export function inTurn(...operations: Operation[]): Operation {
  return async (collection) => {
    let result: unknown;
    for (const operation of operations) result = await operation(collection);
    return result;
  };
}

/**
 * A command on the collection, whose name is put in as the value of the first field.
 * @param wanted which fields of the reply count
 */
export function command(name: string, fields: Document, wanted: readonly string[]): Operation {
  return async (collection) => {
    const reply = await collection.db.command({ [name]: collection.collectionName, ...fields });
    return Object.fromEntries(wanted.filter((field) => field in reply).map((field) => [field, reply[field]]));
  };
}

/** A statement of a bulk write that failed, without its message. */
export function writeErrors(operation: Operation): Operation {
  return async (collection) => {
    const reply = (await operation(collection)) as Document;
    const errors = ((reply.writeErrors ?? []) as Document[]).map(({ index, code }) => ({ index, code }));
    return { ...reply, ...(errors.length > 0 && { writeErrors: errors }) };
  };
}

export const at = (time: string): Date => new Date(time);
export const double = (value: number): Double => new Double(value);
export const long = (text: string): Long => Long.fromString(text);
export const decimal = (text: string): Decimal128 => Decimal128.fromString(text);

/** A document with a field that is called `then`. It is no literal, which could be taken for a promise. */
export function fields(entries: readonly (readonly [string, unknown])[]): Document {
  return Object.fromEntries(entries);
}

/** `SELF` in a pipeline stands for the collection itself. */
export function onItself(pipeline: readonly Document[], name: string): Document[] {
  return pipeline.map((stage) => {
    const [[operator = '', operand] = []] = Object.entries(stage);
    if (operand?.from === 'SELF') return { [operator]: { ...operand, from: name } };
    return operand?.coll === 'SELF' ? { [operator]: { ...operand, coll: name } } : stage;
  });
}
