import type { Catalog } from './catalog.ts';
import type { Collections, Selection } from './collections.ts';
import { type BsonDocument, decodeDocument, encodeDocument, isDocument } from './document-codec.ts';
import type { Pipeline, Run } from './pipeline/stage.ts';
import { encodeResult } from './raw-bson.ts';

/** Aggregation: the beginning of a pipeline becomes a selection that indexes can serve; the rest runs over its documents. */
export interface Aggregation {
  /**
   * @param namespace undefined for a pipeline without a collection
   * @param variables what `$$name` stands for
   * @throws CommandError also for a result that is larger than a document may be
   */
  run(
    database: string,
    namespace: string | undefined,
    pipeline: Pipeline,
    variables: BsonDocument,
  ): Iterator<Uint8Array>;
}

export function createAggregation(catalog: Catalog, collections: Collections): Aggregation {
  function* documentsOf(namespace: string, selection: Selection): Generator<BsonDocument> {
    const collection = catalog.find(namespace);
    if (!collection) return;
    for (const { raw } of collections.select(collection, selection)) yield decodeDocument(raw);
  }

  function* run(
    database: string,
    namespace: string | undefined,
    pipeline: Pipeline,
    variables: BsonDocument,
  ): Generator<Uint8Array> {
    const selection = pipeline.selection(variables);
    const collection = namespace === undefined ? undefined : catalog.find(namespace);
    const counted = countStage(pipeline.rest);
    if (collection && pipeline.rest.length === 0) {
      for (const { raw } of collections.select(collection, selection)) yield raw;
      return;
    }
    if (collection && counted) return yield* counted(collections.count(collection, selection));
    const context: Run = { variables, read: (name, wanted) => documentsOf(`${database}.${name}`, wanted) };
    const source = namespace === undefined ? [] : documentsOf(namespace, selection);
    for (const document of pipeline.runRest(source, context)) yield encodeResult(document);
  }

  return { run };
}

/** What `countDocuments` asks for: one group that counts. It is answered without decoding documents. */
function countStage(rest: readonly BsonDocument[]): ((total: number) => Iterable<Uint8Array>) | undefined {
  const [stage, ...others] = rest;
  if (!stage || others.length > 0) return undefined;
  if (typeof stage.$count === 'string') return answerOfCount({}, stage.$count);
  const group = stage.$group;
  if (!isDocument(group)) return undefined;
  const names = Object.keys(group).filter((name) => name !== '_id');
  const [name = ''] = names;
  const sum = group[name];
  const constantId = group._id === null || typeof group._id === 'number';
  if (names.length !== 1 || !constantId || !isDocument(sum) || sum.$sum !== 1) return undefined;
  return answerOfCount({ _id: group._id }, name);
}

/** Nothing to count gives no document at all. */
function answerOfCount(beginning: BsonDocument, name: string): (total: number) => Iterable<Uint8Array> {
  return (total) => (total === 0 ? [] : [encodeDocument({ ...beginning, [name]: total })]);
}
