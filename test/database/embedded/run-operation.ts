import { EJSON } from 'bson';
import { type Collection, type Document, MongoServerError } from 'mongodb';
import type { Operation } from './random-operations.ts';

/** Runs an operation and writes down its outcome with all types: what it gave, or the code of its error. */
export async function outcomeOf(collection: Collection, operation: Operation): Promise<string> {
  try {
    return EJSON.stringify(await run(collection, operation), { relaxed: false });
  } catch (error) {
    if (error instanceof MongoServerError) return `error ${error.code}`;
    throw error;
  }
}

/** Everything that is stored, in the order of `_id`. */
export async function contentOf(collection: Collection): Promise<string[]> {
  const documents = await collection.find({}, { ...TYPED, sort: { _id: 1 } }).toArray();
  return documents.map((document) => EJSON.stringify(document, { relaxed: false }));
}

/** Keeps the types of BSON as they came. */
const TYPED = { promoteValues: false, bsonRegExp: true } as const;

async function run(collection: Collection, operation: Operation): Promise<unknown> {
  switch (operation.kind) {
    case 'insert':
      return (await collection.insertOne(operation.document)).acknowledged;
    case 'update': {
      const { filter, update, options, many } = operation;
      const result = await (many
        ? collection.updateMany(filter, update, options)
        : collection.updateOne(filter, update, options));
      return [result.matchedCount, result.modifiedCount, result.upsertedId];
    }
    case 'replace': {
      const { filter, replacement, upsert } = operation;
      const result = await collection.replaceOne(filter, replacement, { upsert });
      return [result.matchedCount, result.modifiedCount, result.upsertedId];
    }
    case 'delete':
      return (await collection.deleteMany(operation.filter)).deletedCount;
    case 'findOneAndUpdate':
      return collection.findOneAndUpdate(operation.filter, operation.update, { ...operation.options, ...TYPED });
    case 'findOneAndReplace':
      return collection.findOneAndReplace(operation.filter, operation.replacement, { ...operation.options, ...TYPED });
    case 'findOneAndDelete':
      return collection.findOneAndDelete(operation.filter, { ...operation.options, ...TYPED });
    case 'find': {
      const { filter, ...options } = operation;
      return collection.find(filter, { ...options, ...TYPED }).toArray();
    }
    case 'count':
      return collection.countDocuments(operation.filter);
    case 'distinct':
      return withoutOrder(await collection.distinct(operation.field, operation.filter, TYPED));
    case 'aggregate': {
      const result = await collection.aggregate(operation.pipeline, TYPED).toArray();
      return endsInOrder(operation.pipeline) ? result : withoutOrder(result);
    }
  }
}

function endsInOrder(pipeline: readonly Document[]): boolean {
  const names = pipeline.map((stage) => Object.keys(stage)[0] ?? '');
  const last = names.lastIndexOf('$sort');
  return last >= 0 && !names.slice(last).some((name) => name === '$group' || name === '$sortByCount');
}

/** A Decimal128 as EJSON writes it, without the zeros at its end. */
const DECIMAL = /\{"\$numberDecimal":"(-?\d+(?:\.\d*[1-9])?)(?:\.?0*)"\}/g;

const NEGATIVE_ZERO = /(?<=[:[]|^)-0(?=[,}\]]|$)/g;

/** Numbers that are equal stand for each other: which of them is given depends on the order in which they were read. */
function withoutOrder(items: readonly unknown[]): string[] {
  return items.map((item) => EJSON.stringify(item).replaceAll(DECIMAL, '$1').replaceAll(NEGATIVE_ZERO, '0')).sort();
}
