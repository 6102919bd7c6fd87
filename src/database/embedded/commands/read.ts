import type { Long } from 'bson';
import { equalValues } from '../bson-order.ts';
import { type Collection, checkNamespace } from '../catalog.ts';
import type { Found, ScanCounters, Selection } from '../collections.ts';
import type { Command, CommandHandler, EngineParts } from '../command.ts';
import { type BsonDocument, decodeDocument, encodeDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { toNumber } from '../numbers.ts';
import { checkFieldPath, valuesAt } from '../paths.ts';
import { compilePipeline } from '../pipeline/compile.ts';
import type { Plan } from '../planner.ts';
import { compileProjection } from '../projection.ts';
import { compileFilter } from '../query.ts';
import { encodeCursorReply, pickFields } from '../raw-bson.ts';
import { parseSort } from '../sort.ts';
import { namespaceOf, variablesOf, wholeNumber } from './arguments.ts';
import { isSet, missingField } from './field-rules.ts';
import { checkDeleteStatement, checkExplainedFields, checkUpdateStatement } from './fields.ts';
import { readOutput, writePipelineResult } from './pipeline-output.ts';

const FIRST_BATCH = 101;
const EXPLAINABLE = new Set(['find', 'aggregate', 'count', 'distinct', 'update', 'delete', 'findAndModify']);

/** Commands that read. */
export function readCommands(parts: EngineParts): Record<string, CommandHandler> {
  const { catalog, collections, cursors, aggregation } = parts;

  const find: CommandHandler = (command) => {
    const { body } = command;
    const namespace = namespaceOf(command);
    refuseTailable(body);
    const variables = variablesOf(body.let, parts.now);
    const selection = selectionOf(body, body.filter, variables);
    const project = compileProjection(body.projection, selection.filter, variables);
    const collection = catalog.find(namespace);
    const found = collection ? collections.select(collection, selection) : none();
    const batchSize = wholeNumber(body.batchSize, FIRST_BATCH);
    const batch = cursors.open(
      projected(found, project),
      namespace,
      batchSize,
      isSet(body.singleBatch),
      isSet(body.noCursorTimeout),
    );
    return encodeCursorReply('firstBatch', batch.documents, batch.id, namespace);
  };

  const getMore: CommandHandler = ({ database, body }) => {
    const namespace = `${database}.${String(body.collection)}`;
    const batchSize = wholeNumber(body.batchSize, 0) || Number.POSITIVE_INFINITY;
    const batch = cursors.next((body.getMore as Long).toBigInt(), namespace, batchSize);
    return encodeCursorReply('nextBatch', batch.documents, batch.id, namespace);
  };

  const killCursors: CommandHandler = (command) => {
    const cursorsKilled: Long[] = [];
    const cursorsNotFound: Long[] = [];
    for (const id of command.body.cursors as Long[])
      (cursors.kill(id.toBigInt()) ? cursorsKilled : cursorsNotFound).push(id);
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] };
  };

  const aggregate: CommandHandler = async (command) => {
    const { body, database } = command;
    const namespace = toNumber(body.aggregate) === 1 ? undefined : namespaceOf(command);
    const variables = pipelineVariables(body.let, parts.now);
    const { stages, last } = splitOutput(body.pipeline);
    const pipeline = compilePipeline(stages, {
      variables: Object.keys(variables),
      hasCollection: namespace !== undefined,
    });
    const output = last && readOutput(database, last, variables);
    if (body.explain) return explained(command, { ...body, cursor: undefined });
    if (!isDocument(body.cursor))
      throw new CommandError(9, "The 'cursor' option is required, except for aggregate with the explain argument");
    const name = namespace ?? `${database}.$cmd.aggregate`;
    const results = aggregation.run(database, namespace, pipeline, variables);
    if (output) {
      await writePipelineResult(parts, results, output);
      return encodeCursorReply('firstBatch', [], 0n, name);
    }
    const batchSize = wholeNumber(body.cursor.batchSize, FIRST_BATCH);
    const batch = cursors.open(results, name, batchSize, false);
    return encodeCursorReply('firstBatch', batch.documents, batch.id, name);
  };

  const count: CommandHandler = (command) => {
    const collection = catalog.find(namespaceOf(command));
    const selection = { ...selectionOf(command.body, command.body.query), sort: [] };
    return { n: collection ? collections.count(collection, selection) : 0 };
  };

  const distinct: CommandHandler = (command) => {
    const { body } = command;
    const collection = catalog.find(namespaceOf(command));
    const key = String(body.key);
    if (key.includes('\0')) throw new CommandError(31032, 'Key field cannot contain an embedded null byte');
    checkFieldPath(key);
    const selection = selectionOf({ hint: body.hint }, body.query);
    return { values: collection ? distinctValues(collections.select(collection, selection), key) : [] };
  };

  const explain: CommandHandler = (command) => {
    const inner = command.body.explain as BsonDocument;
    const [name = ''] = Object.keys(inner);
    checkExplainedFields(name, inner);
    if (!EXPLAINABLE.has(name)) throw new CommandError(20, `Explain not supported for command: ${name}`);
    return explained(command, inner);
  };

  function explained({ database, body }: Command, explainedCommand: BsonDocument): BsonDocument {
    const [name = ''] = Object.keys(explainedCommand);
    const namespace = checkNamespace(database, explainedCommand[name]);
    const selection = explainedSelection(name, explainedCommand);
    const collection = catalog.find(namespace);
    const winningPlan = collection
      ? describePlan(collections.plan(collection, selection), selection)
      : { stage: 'EOF' };
    return {
      explainVersion: '1',
      queryPlanner: { namespace, parsedQuery: selection.filter.source, winningPlan, rejectedPlans: [] },
      ...(body.verbosity !== 'queryPlanner' && {
        executionStats: collection ? executionStatistics(collection, selection) : {},
      }),
      command: explainedCommand,
    };
  }

  function explainedSelection(name: string, command: BsonDocument): Selection {
    if (name === 'aggregate') return explainedPipeline(command, parts.now);
    if (name === 'update') return firstStatement(command.updates, 'update.updates', checkUpdateStatement);
    if (name === 'delete') return firstStatement(command.deletes, 'delete.deletes', checkDeleteStatement);
    return selectionOf(command, command.filter ?? command.query, variablesOf(command.let, parts.now));
  }

  function executionStatistics(collection: Collection, selection: Selection): BsonDocument {
    const counters: ScanCounters = { keys: 0, documents: 0 };
    let returned = 0;
    for (const _ of collections.select(collection, selection, counters)) returned += 1;
    return {
      executionSuccess: true,
      nReturned: returned,
      totalKeysExamined: counters.keys,
      totalDocsExamined: counters.documents,
    };
  }

  return { find, getMore, killCursors, aggregate, count, distinct, explain };
}

/** @throws CommandError BadValue, FailedToParse: a cursor that waits at the end is one of a capped collection */
function refuseTailable({ tailable, awaitData }: BsonDocument): void {
  if (isSet(tailable))
    throw new CommandError(2, 'error processing query: tailable cursor requested on non capped collection');
  if (isSet(awaitData)) throw new CommandError(9, "Cannot set 'awaitData' without also setting 'tailable'");
}

function selectionOf(body: BsonDocument, filter: unknown, variables?: BsonDocument): Selection {
  // The natural order is no field: to sort by it is to insist on it.
  if (isDocument(body.sort) && Object.hasOwn(body.sort, '$natural')) {
    checkNatural(body.sort);
    return selectionOf({ ...body, sort: undefined, hint: body.sort }, filter, variables);
  }
  return {
    filter: compileFilter(filter, variables),
    sort: parseSort(body.sort),
    skip: wholeNumber(body.skip, 0),
    // Of a count, a negative limit means the same as a positive one.
    limit: Math.abs(wholeNumber(body.limit, 0)),
    ...(body.hint !== undefined && !isEmptyHint(body.hint) && { hint: body.hint }),
  };
}

/** @throws CommandError BadValue */
function checkNatural(sort: BsonDocument): void {
  if (Object.keys(sort).length > 1) throw new CommandError(2, "Cannot include '$natural' in compound sort");
  if (Math.abs(toNumber(sort.$natural)) !== 1)
    throw new CommandError(2, '$natural sort cannot be set to a value other than -1 or 1.');
}

/** What `$$name` stands for in a pipeline. @throws CommandError */
function pipelineVariables(declared: unknown, now: () => Date): BsonDocument {
  return { NOW: now(), ...variablesOf(declared, now) };
}

/** A pipeline without the stage at its end that writes. */
function splitOutput(pipeline: unknown): { stages: unknown; last: BsonDocument | undefined } {
  const last: unknown = Array.isArray(pipeline) ? pipeline.at(-1) : undefined;
  const writes = isDocument(last) && (Object.hasOwn(last, '$out') || Object.hasOwn(last, '$merge'));
  return writes ? { stages: (pipeline as unknown[]).slice(0, -1), last } : { stages: pipeline, last: undefined };
}

function explainedPipeline({ pipeline, let: declared }: BsonDocument, now: () => Date): Selection {
  const variables = pipelineVariables(declared, now);
  return compilePipeline(splitOutput(pipeline).stages, { variables: Object.keys(variables) }).selection(variables);
}

function isEmptyHint(hint: unknown): boolean {
  return typeof hint === 'object' && hint !== null && Object.keys(hint).length === 0;
}

function firstStatement(statements: unknown, path: string, check: (statement: BsonDocument) => void): Selection {
  const [statement] = (statements ?? []) as BsonDocument[];
  if (!statement) throw missingField(path);
  check(statement);
  return selectionOf({ hint: statement.hint }, statement.q);
}

function* projected(found: Iterable<Found>, project: (raw: Uint8Array) => Uint8Array): Generator<Uint8Array> {
  for (const { raw } of found) yield project(raw);
}

function* none(): Generator<Found> {}

function distinctValues(found: Iterable<Found>, key: string): unknown[] {
  const path = key.split('.');
  const field = new Set([path[0] ?? '']);
  const values = new Map<string, unknown[]>();
  const distinct: unknown[] = [];
  let size = 0;
  for (const { raw } of found) {
    for (const reached of valuesAt(decodeDocument(pickFields(raw, field)), path)) {
      for (const value of Array.isArray(reached) ? (reached as unknown[]) : [reached])
        if (addDistinct(values, distinct, value)) size = sizeWith(size, value);
    }
  }
  return distinct;
}

const MOST_DISTINCT_BYTES = 16 * 1024 * 1024;

/** @throws CommandError when an answer cannot hold the values */
function sizeWith(size: number, value: unknown): number {
  const after = size + encodeDocument({ value }).length;
  if (after > MOST_DISTINCT_BYTES) throw new CommandError(17217, 'distinct too big, 16mb cap');
  return after;
}

/** Values that print alike are compared; the others cannot be equal unless they are numbers, which print by their value. */
function addDistinct(seen: Map<string, unknown[]>, distinct: unknown[], value: unknown): boolean {
  if (value === undefined) return false;
  const number = toNumber(value);
  const name = Number.isNaN(number) ? JSON.stringify(value) : String(number);
  const alike = seen.get(name) ?? [];
  if (alike.some((other) => equalValues(other, value))) return false;
  seen.set(name, [...alike, value]);
  distinct.push(value);
  return true;
}

function describePlan(plan: Plan, selection: Selection): BsonDocument {
  const scan = describeScan(plan);
  return plan.providesSort || selection.sort.length === 0
    ? scan
    : { stage: 'SORT', sortPattern: sortPattern(selection), inputStage: scan };
}

function sortPattern({ sort }: Selection): BsonDocument {
  return Object.fromEntries(sort.map(({ path, descending }) => [path, descending ? -1 : 1]));
}

function describeScan(plan: Plan): BsonDocument {
  if (plan.kind === 'collectionScan') return { stage: 'COLLSCAN', direction: plan.reverse ? 'backward' : 'forward' };
  if (plan.kind === 'union') {
    return {
      stage: 'FETCH',
      inputStage: { stage: 'OR', inputStages: plan.scans.map((scan) => describeScan(scan).inputStage) },
    };
  }
  const { index, ranges, reverse } = plan;
  return {
    stage: 'FETCH',
    inputStage: {
      stage: 'IXSCAN',
      keyPattern: index.key,
      indexName: index.name,
      isMultiKey: index.multikey,
      isUnique: index.unique,
      isSparse: index.sparse,
      isPartial: index.partial !== undefined,
      direction: reverse ? 'backward' : 'forward',
      rangesScanned: ranges.length,
    },
  };
}
