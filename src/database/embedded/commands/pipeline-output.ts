import { evalExpr } from 'mingo/core';
import { type Collection, checkNamespace, type Index } from '../catalog.ts';
import type { EngineParts } from '../command.ts';
import { type BsonDocument, decodeDocument, encodeDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { own } from '../paths.ts';
import { compileFilter } from '../query.ts';
import { mingoContext } from '../query-operators.ts';
import { withIdFirst } from '../raw-bson.ts';
import { compileUpdate } from '../update.ts';

/** `$out` and `$merge`: writing the result of a pipeline into a collection. */

/** @throws CommandError when a document cannot be written as the stage asks */
export async function writePipelineResult(
  parts: EngineParts,
  database: string,
  results: Iterator<Uint8Array>,
  stage: BsonDocument,
): Promise<void> {
  const documents = [...{ [Symbol.iterator]: () => results }].map((raw) => withIdFirst(raw));
  if (stage.$out !== undefined) return replaceCollection(parts, targetOf(database, stage.$out), documents);
  const merge = isDocument(stage.$merge) ? stage.$merge : { into: stage.$merge };
  await mergeInto(parts, targetOf(database, merge.into), documents, merge);
}

function targetOf(database: string, target: unknown): string {
  if (isDocument(target)) return checkNamespace(String(target.db ?? database), target.coll);
  return checkNamespace(database, target);
}

function replaceCollection(parts: EngineParts, namespace: string, documents: readonly Uint8Array[]): Promise<void> {
  const { storage, catalog, collections } = parts;
  return storage.write(() => {
    try {
      storage.attempt(() => {
        const old = catalog.find(namespace);
        const indexes = old?.indexes.slice(1) ?? [];
        if (old) catalog.drop(old);
        const fresh = catalog.create(namespace);
        for (const { name, key, unique, sparse, partial, expireAfterSeconds } of indexes) {
          catalog.addIndex(fresh, {
            name,
            key,
            unique,
            sparse,
            ...(partial && { partialFilterExpression: partial.source }),
            ...(expireAfterSeconds !== undefined && { expireAfterSeconds }),
          });
        }
        for (const raw of documents) collections.insert(fresh, raw);
      });
    } catch (error) {
      catalog.reload();
      throw error;
    }
  });
}

function mergeInto(
  parts: EngineParts,
  namespace: string,
  documents: readonly Uint8Array[],
  merge: BsonDocument,
): Promise<void> {
  const on = merge.on === undefined ? ['_id'] : ([merge.on].flat() as string[]);
  return parts.storage.write(() => {
    const collection = parts.ensureCollection(namespace);
    if (!collection.indexes.some((index) => isUniqueOn(index, on)))
      throw new CommandError(51183, 'Cannot find index to verify that join fields will be unique');
    for (const raw of documents) mergeDocument(parts, collection, raw, on, merge);
  });
}

function mergeDocument(
  parts: EngineParts,
  collection: Collection,
  raw: Uint8Array,
  on: readonly string[],
  merge: BsonDocument,
): void {
  const { collections } = parts;
  const document = decodeDocument(raw);
  const filter = compileFilter(Object.fromEntries(on.map((name) => [name, { $eq: own(document, name) ?? null }])));
  const [found] = [...collections.select(collection, { filter, sort: [], skip: 0, limit: 1 })];
  if (!found) {
    if (merge.whenNotMatched === 'fail')
      throw new CommandError(13113, '$merge could not find a matching document in the target collection');
    if (merge.whenNotMatched !== 'discard') collections.insert(collection, raw);
    return;
  }
  const before = decodeDocument(found.raw);
  switch (merge.whenMatched ?? 'merge') {
    case 'merge':
      collections.replace(collection, found, encodeDocument({ ...before, ...document, _id: before._id }));
      return;
    case 'replace':
      collections.replace(collection, found, encodeDocument({ ...document, _id: before._id }));
      return;
    case 'keepExisting':
      return;
    case 'fail':
      throw new CommandError(11000, '$merge found an existing document with the same values for the on field');
    default:
      collections.replace(collection, found, encodeDocument(mergedByPipeline(parts, before, document, merge)));
  }
}

/** The pipeline works on the document that is there; `$$new` is the one that comes. */
function mergedByPipeline(
  { now }: EngineParts,
  before: BsonDocument,
  document: BsonDocument,
  merge: BsonDocument,
): BsonDocument {
  const own = evalExpr(document, (merge.let ?? {}) as never, { context: mingoContext } as never) as BsonDocument;
  const update = compileUpdate(merge.whenMatched, [], now, { ...own, new: document });
  return update.apply(before, compileFilter({}));
}

function isUniqueOn({ unique, partial, fields }: Index, on: readonly string[]): boolean {
  const paths = fields.map(({ path }) => path);
  return unique && !partial && paths.length === on.length && on.every((name) => paths.includes(name));
}
