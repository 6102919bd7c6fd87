import { Aggregator } from 'mingo/aggregator';
import { Context } from 'mingo/core';
import type { Catalog } from './catalog.ts';
import type { Collections, Selection } from './collections.ts';
import { type BsonDocument, decodeDocument, encodeDocument, isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { toNumber } from './numbers.ts';
import { valuesAt } from './paths.ts';
import { projectStage } from './projection.ts';
import { compileFilter } from './query.ts';
import { mingoContext } from './query-operators.ts';
import { parseSort } from './sort.ts';

/**
 * Aggregation: the beginning of a pipeline ($match, $sort, $skip, $limit) becomes a selection that indexes can serve; the
 * rest runs in mingo over the decoded documents.
 */
export interface Aggregation {
  /** @param namespace undefined for a pipeline without a collection */
  run(database: string, namespace: string | undefined, pipeline: readonly BsonDocument[]): Iterator<Uint8Array>;
  /** The selection that the beginning of the pipeline stands for. */
  selection(pipeline: readonly BsonDocument[]): { selection: Selection; rest: readonly BsonDocument[] };
}

const STAGES = new Set([
  '$match', '$project', '$set', '$addFields', '$unset', '$group', '$sort', '$limit', '$skip', '$unwind', '$lookup', '$facet',
  '$count', '$sortByCount', '$bucket', '$bucketAuto', '$replaceRoot', '$replaceWith', '$sample', '$unionWith', '$redact',
  '$graphLookup', '$documents', '$setWindowFields', '$densify', '$fill', '$merge', '$out',
]); // biome-ignore format: a list of names

/** Checks the shape of a pipeline. @throws CommandError with MongoDB's codes for stages that are unknown or not supported */
export function checkPipeline(pipeline: unknown): BsonDocument[] {
  if (!Array.isArray(pipeline)) throw new CommandError(14, "'pipeline' option must be specified as an array");
  pipeline.forEach((stage: unknown, position) => {
    const names = isDocument(stage) ? Object.keys(stage) : [];
    const [name = ''] = names;
    if (names.length !== 1)
      throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
    if (name === '$changeStream')
      throw new CommandError(40573, 'The $changeStream stage is only supported on replica sets');
    if (!STAGES.has(name)) throw new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`);
    if ((name === '$out' || name === '$merge') && position !== pipeline.length - 1) {
      throw new CommandError(40601, `${name} can only be the final stage in the pipeline`);
    }
  });
  return pipeline as BsonDocument[];
}

export function createAggregation(catalog: Catalog, collections: Collections): Aggregation {
  function* documentsOf(namespace: string, selection: Selection): Generator<BsonDocument> {
    const collection = catalog.find(namespace);
    if (!collection) return;
    for (const { raw } of collections.select(collection, selection)) yield decodeDocument(raw);
  }

  /** The stages that need the collections of the database, or the engine's own filters. */
  function contextFor(database: string): Context {
    const stages = {
      $match: (source: LazySource, expression: unknown) => {
        const filter = compileFilter(expression);
        return source.filter((document) => filter.test(document as BsonDocument));
      },
      $project: projectStage,
      $lookup: (source: LazySource, expression: BsonDocument, options: unknown) =>
        isSimpleLookup(expression)
          ? source.map((document) => joined(database, document as BsonDocument, expression))
          : pipelineLookup(source, expression, options),
    };
    // Operators that a context already has are not replaced, so the engine's own come first.
    return Context.from(Context.init({ pipeline: stages as never }), mingoContext);
  }

  const pipelineLookup = operatorOf('$lookup');

  function joined(database: string, document: BsonDocument, lookup: BsonDocument): BsonDocument {
    const local = valuesAt(document, String(lookup.localField).split('.'));
    const wanted = local.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value ?? null]));
    const filter = compileFilter({ [String(lookup.foreignField)]: { $in: wanted.length > 0 ? wanted : [null] } });
    const found = [...documentsOf(`${database}.${String(lookup.from)}`, everything(filter))];
    return { ...document, [String(lookup.as)]: found };
  }

  function* run(
    database: string,
    namespace: string | undefined,
    pipeline: readonly BsonDocument[],
  ): Generator<Uint8Array> {
    const { selection, rest } = selectionOf(pipeline);
    const collection = namespace === undefined ? undefined : catalog.find(namespace);
    const counted = countStage(rest);
    if (!collection) yield* processed(database, namespace, selection, rest);
    else if (rest.length === 0) for (const { raw } of collections.select(collection, selection)) yield raw;
    else if (counted) yield* counted(collections.count(collection, selection));
    else yield* processed(database, namespace, selection, rest);
  }

  function* processed(
    database: string,
    namespace: string | undefined,
    selection: Selection,
    stages: readonly BsonDocument[],
  ): Generator<Uint8Array> {
    const source = namespace === undefined ? [] : documentsOf(namespace, selection);
    const aggregator = new Aggregator(stages as never, {
      context: contextFor(database),
      scriptEnabled: false,
      collectionResolver: (name: string) => [...documentsOf(`${database}.${name}`, everything(compileFilter({})))],
    });
    for (const document of stream(aggregator, source)) yield encodeDocument(document);
  }

  return { run, selection: selectionOf };
}

interface LazySource {
  map(change: (document: unknown) => unknown): unknown;
  filter(test: (document: unknown) => boolean): unknown;
}

function operatorOf(name: `$${string}`): (source: LazySource, expression: unknown, options: unknown) => unknown {
  return mingoContext.getOperator('pipeline' as never, name) as never;
}

function* stream(aggregator: Aggregator, source: Iterable<BsonDocument>): Generator<BsonDocument> {
  try {
    for (const document of aggregator.stream(source as never)) yield document as BsonDocument;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(2, error instanceof Error ? error.message : 'the pipeline failed');
  }
}

function isSimpleLookup(lookup: BsonDocument): boolean {
  return lookup.localField !== undefined && lookup.pipeline === undefined;
}

function everything(filter: Selection['filter']): Selection {
  return { filter, sort: [], skip: 0, limit: 0 };
}

/** Takes `$match`, then `$sort`, then `$skip`, then `$limit` off the beginning, each if it is there. */
function selectionOf(pipeline: readonly BsonDocument[]): { selection: Selection; rest: readonly BsonDocument[] } {
  let position = 0;
  const matches: unknown[] = [];
  while (pipeline[position]?.$match !== undefined) {
    matches.push(pipeline[position]?.$match);
    position += 1;
  }
  const take = (name: string): unknown => {
    const value = pipeline[position]?.[name];
    if (value !== undefined) position += 1;
    return value;
  };
  const sort = parseSort(take('$sort'));
  const skip = positive(take('$skip') ?? 0, '$skip');
  const limit = take('$limit');
  const filter = compileFilter(matches.length > 1 ? { $and: matches } : matches[0]);
  const selection = { filter, sort, skip, limit: limit === undefined ? 0 : positive(limit, '$limit', 1) };
  return { selection, rest: pipeline.slice(position) };
}

function positive(value: unknown, stage: string, least = 0): number {
  const number = toNumber(value);
  if (!Number.isInteger(number) || number < least)
    throw new CommandError(15958, `the ${stage === '$limit' ? 'limit' : 'skip'} must be positive`);
  return number;
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
