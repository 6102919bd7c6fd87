import { Aggregator } from 'mingo/aggregator';
import { Context, evalExpr } from 'mingo/core';
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
    checkStage(name, (stage as BsonDocument)[name]);
  });
  return pipeline as BsonDocument[];
}

function checkStage(name: string, operand: unknown): void {
  if (name === '$match' && !isDocument(operand))
    throw new CommandError(15959, 'the match filter must be an expression in an object');
  if (name === '$facet' && isDocument(operand)) for (const inner of Object.values(operand)) checkInner(inner, 40600);
  if (name === '$lookup' && isDocument(operand) && operand.pipeline !== undefined) checkInner(operand.pipeline, 51047);
  if (name === '$project') checkExpressions(operand, 31325);
  else if (EXPRESSION_STAGES.has(name)) checkExpressions(operand, 168);
}

/** A pipeline within a stage. @param code how MongoDB refuses to write in it */
function checkInner(pipeline: unknown, code: number): void {
  const writes = checkPipeline(pipeline).find((stage) => stage.$out !== undefined || stage.$merge !== undefined);
  if (writes) throw new CommandError(code, `${Object.keys(writes)[0]} is not allowed to be used within another stage`);
}

const EXPRESSION_STAGES = new Set(['$set', '$addFields', '$replaceRoot', '$replaceWith', '$sortByCount']);

/** Looks for operators that there are not, which otherwise only a document would bring to light. */
function checkExpressions(expression: unknown, code: number): void {
  if (Array.isArray(expression)) for (const item of expression) checkExpressions(item, code);
  if (!isDocument(expression)) return;
  for (const [name, operand] of Object.entries(expression)) {
    if (name === '$literal') continue;
    if (name.startsWith('$') && !isKnownExpression(name as `$${string}`))
      throw new CommandError(code, `Unrecognized expression '${name}'`);
    checkExpressions(operand, code);
  }
}

function isKnownExpression(name: `$${string}`): boolean {
  return EXPRESSION_KINDS.some((kind) => mingoContext.getOperator(kind as never, name) !== null);
}

const EXPRESSION_KINDS = ['expression', 'accumulator', 'projection'];

export function createAggregation(catalog: Catalog, collections: Collections): Aggregation {
  function* documentsOf(namespace: string, selection: Selection): Generator<BsonDocument> {
    const collection = catalog.find(namespace);
    if (!collection) return;
    for (const { raw } of collections.select(collection, selection)) yield decodeDocument(raw);
  }

  /** The stages that need the collections of the database, or the engine's own filters with the variables of a `$lookup`. */
  function contextFor(database: string, variables: BsonDocument): Context {
    const stages = {
      $match: (source: LazySource, expression: unknown) => {
        const filter = compileFilter(expression, variables);
        return source.filter((document) => filter.test(document as BsonDocument));
      },
      $project: projectStage,
      $lookup: (source: LazySource, expression: BsonDocument, options: Parameters<typeof evalExpr>[2]) => {
        if (typeof expression.from !== 'string') throw new CommandError(9, "missing 'from' option to $lookup stage");
        return source.map((document) => {
          const own = evalExpr(document, (expression.let ?? {}) as never, options) as BsonDocument;
          return joined(database, document as BsonDocument, expression, { ...variables, ...own });
        });
      },
    };
    // Operators that a context already has are not replaced, so the engine's own come first.
    return Context.from(Context.init({ pipeline: stages as never }), mingoContext);
  }

  /** The document with those of another collection that belong to it: by their fields, by a pipeline, or by both. */
  function joined(
    database: string,
    document: BsonDocument,
    lookup: BsonDocument,
    variables: BsonDocument,
  ): BsonDocument {
    const matches = lookup.localField === undefined ? [] : [{ $match: foreignFilter(document, lookup) }];
    const pipeline = [...matches, ...((lookup.pipeline ?? []) as BsonDocument[])];
    const found = [...results(database, `${database}.${String(lookup.from)}`, pipeline, variables)];
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
    if (collection && rest.length === 0) for (const { raw } of collections.select(collection, selection)) yield raw;
    else if (collection && counted) yield* counted(collections.count(collection, selection));
    else for (const document of results(database, namespace, pipeline, {})) yield encodeDocument(document);
  }

  function* results(
    database: string,
    namespace: string | undefined,
    pipeline: readonly BsonDocument[],
    variables: BsonDocument,
  ): Generator<BsonDocument> {
    const { selection, rest } = selectionOf(pipeline, variables);
    const source = namespace === undefined ? [] : documentsOf(namespace, selection);
    const aggregator = new Aggregator(rest as never, {
      context: contextFor(database, variables),
      variables,
      scriptEnabled: false,
      collectionResolver: (name: string) => [...documentsOf(`${database}.${name}`, everything(compileFilter({})))],
    });
    yield* stream(aggregator, source);
  }

  return { run, selection: selectionOf };
}

interface LazySource {
  map(change: (document: unknown) => unknown): unknown;
  filter(test: (document: unknown) => boolean): unknown;
}

function* stream(aggregator: Aggregator, source: Iterable<BsonDocument>): Generator<BsonDocument> {
  try {
    for (const document of aggregator.stream(source as never)) yield document as BsonDocument;
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const message = error instanceof Error ? error.message : 'the pipeline failed';
    throw new CommandError(message.includes('undefined variable') ? 17276 : 2, message);
  }
}

/** Finds what equals the local field, or one of its elements; a missing field equals null. */
function foreignFilter(document: BsonDocument, lookup: BsonDocument): BsonDocument {
  const local = valuesAt(document, String(lookup.localField).split('.'));
  const wanted = local.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value ?? null]));
  return { [String(lookup.foreignField)]: { $in: wanted.length > 0 ? wanted : [null] } };
}

function everything(filter: Selection['filter']): Selection {
  return { filter, sort: [], skip: 0, limit: 0 };
}

/** Takes `$match`, then `$sort`, then `$skip`, then `$limit` off the beginning, each if it is there. */
function selectionOf(
  pipeline: readonly BsonDocument[],
  variables: BsonDocument = {},
): { selection: Selection; rest: readonly BsonDocument[] } {
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
  const order = take('$sort');
  const sort = parseSort(order);
  if (order !== undefined && sort.length === 0)
    throw new CommandError(15976, '$sort stage must have at least one sort key');
  const skip = positive(take('$skip') ?? 0, '$skip');
  const limit = take('$limit');
  const filter = compileFilter(matches.length > 1 ? { $and: matches } : matches[0], variables);
  const selection = { filter, sort, skip, limit: limit === undefined ? 0 : positive(limit, '$limit', 1) };
  return { selection, rest: pipeline.slice(position) };
}

function positive(value: unknown, stage: string, least = 0): number {
  const number = toNumber(value);
  if (!Number.isInteger(number) || number < least)
    throw new CommandError(stage === '$limit' ? 15958 : 5107200, `invalid argument to ${stage} stage`);
  return number;
}

/** What `countDocuments` asks for: one group that counts. It is answered without decoding documents. */
function countStage(rest: readonly BsonDocument[]): ((total: number) => Iterable<Uint8Array>) | undefined {
  const [stage, ...others] = rest;
  if (!stage || others.length > 0) return undefined;
  if (typeof stage.$count === 'string' && /^[^$.]+$/.test(stage.$count)) return answerOfCount({}, stage.$count);
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
