import { sampleSize } from 'es-toolkit';
import type { Selection } from '../collections.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError, notSupported } from '../errors.ts';
import { isNumeric, toNumber } from '../numbers.ts';
import { compileFilter } from '../query.ts';
import { compareSorted, LARGEST_SORT, parseSort, type SortField, sortValues, tooMuchToSort } from '../sort.ts';
import { bucketAutoStage, bucketStage, countStage, groupStage, sortByCountStage } from './grouping-stages.ts';
import { documentsStage, facetStage, lookupStage, unionWithStage } from './joining-stages.ts';
import {
  projectStage,
  refuseOthers,
  replaceRootStage,
  replaceWithStage,
  setStage,
  unsetStage,
  unwindStage,
} from './shaping-stages.ts';
import type { Pipeline, Place, RunStage, Stage, StageCompiler } from './stage.ts';

/** Pipelines: which stages are supported and where, and how they are compiled. Every mistake is found without a document. */

/** A filter is compiled when it runs, with the values of its variables; before that only to find its mistakes. */
const matchStage: Stage = (operand, { variables }) => {
  if (!isDocument(operand)) throw new CommandError(15959, 'the match filter must be an expression in an object');
  compileFilter(operand, Object.fromEntries(variables.map((name) => [name, null])));
  return function* (documents, run) {
    const filter = compileFilter(operand, run.variables);
    for (const document of documents) if (filter.test(document)) yield document;
  };
};

const sortStage: Stage = (operand) => {
  const fields = readSort(operand);
  return (documents) => {
    const keyed: { document: BsonDocument; values: unknown[] }[] = [];
    for (const document of documents) {
      if (keyed.length >= LARGEST_SORT) throw tooMuchToSort();
      keyed.push({ document, values: sortValues(document, fields) });
    }
    keyed.sort((left, right) => compareSorted(left.values, right.values, fields));
    return keyed.map(({ document }) => document);
  };
};

function readSort(operand: unknown): SortField[] {
  if (!isDocument(operand)) throw new CommandError(15973, 'the $sort key specification must be an object');
  for (const [name, direction] of Object.entries(operand)) {
    if (isDocument(direction) && Object.hasOwn(direction, '$meta')) throw notSupported('$meta');
    if (isDocument(direction))
      throw new CommandError(17312, '$meta is the only expression supported by $sort right now');
    if (!isNumeric(direction)) throw new CommandError(15974, `Illegal key in $sort specification: ${name}`);
  }
  const fields = parseSort(operand);
  if (fields.length === 0) throw new CommandError(15976, '$sort stage must have at least one sort key');
  return fields;
}

const skipStage: Stage = (operand) => {
  const count = readSkip(operand);
  return function* (documents) {
    let seen = 0;
    for (const document of documents) {
      seen += 1;
      if (seen > count) yield document;
    }
  };
};

function readSkip(operand: unknown): number {
  const number = toNumber(operand);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new CommandError(
    5107200,
    `invalid argument to $skip stage: Expected a non-negative number in: $skip: ${String(operand)}`,
  );
}

const limitStage: Stage = (operand) => {
  const most = readLimit(operand);
  return function* (documents) {
    let seen = 0;
    for (const document of documents) {
      yield document;
      seen += 1;
      if (seen >= most) return;
    }
  };
};

function readLimit(operand: unknown): number {
  const number = toNumber(operand);
  if (!Number.isInteger(number) || number < 0)
    throw new CommandError(
      2107201,
      `invalid argument to $limit stage: Expected a non-negative number in: $limit: ${String(operand)}`,
    );
  if (number === 0) throw new CommandError(15958, 'the limit must be positive');
  return number;
}

/** Never gives a document twice. */
const sampleStage: Stage = (operand) => {
  if (!isDocument(operand)) throw new CommandError(28745, 'the $sample stage specification must be an object');
  if (operand.size !== undefined && !isNumeric(operand.size))
    throw new CommandError(28746, 'size argument to $sample must be a number');
  refuseOthers(operand, ['size'], 28748, 'unrecognized option to $sample');
  if (operand.size === undefined) throw new CommandError(28749, '$sample stage must specify a size');
  const size = Math.trunc(toNumber(operand.size));
  if (!(size > 0)) throw new CommandError(28747, 'size argument to $sample must be a positive integer');
  return (documents) => {
    const all = [...documents];
    return sampleSize(all, Math.min(all.length, size));
  };
};

const STAGES: Readonly<Record<string, Stage>> = {
  $addFields: setStage('$addFields'),
  $bucket: bucketStage,
  $bucketAuto: bucketAutoStage,
  $count: countStage,
  $documents: documentsStage,
  $facet: facetStage,
  $group: groupStage,
  $limit: limitStage,
  $lookup: lookupStage,
  $match: matchStage,
  $project: projectStage,
  $replaceRoot: replaceRootStage,
  $replaceWith: replaceWithStage,
  $sample: sampleStage,
  $set: setStage('$set'),
  $skip: skipStage,
  $sort: sortStage,
  $sortByCount: sortByCountStage,
  $unionWith: unionWithStage,
  $unset: unsetStage,
  $unwind: unwindStage,
};

/** Stages of MongoDB that the engine lacks. */
const NOT_SUPPORTED = new Set([
  '$changeStreamSplitLargeEvent', '$collStats', '$currentOp', '$densify', '$fill', '$geoNear', '$graphLookup', '$indexStats',
  '$listClusterCatalog', '$listLocalSessions', '$listSampledQueries', '$listSearchIndexes', '$listSessions',
  '$planCacheStats', '$querySettings', '$queryStats', '$rankFusion', '$redact', '$score', '$scoreFusion', '$search',
  '$searchMeta', '$setWindowFields', '$shardedDataDistribution', '$vectorSearch',
]); // biome-ignore format: a list of names

/** Stages that write, which the command carries out; a pipeline that is compiled has none. */
const WRITING = new Set(['$out', '$merge']);

/** How MongoDB refuses to write within another stage. */
const WRITES_WITHIN = { facet: 40600, lookup: 51047, union: 31441 } as const;
const NOT_IN_FACET = new Set(['$facet', '$documents']);

/**
 * @param variables the names of the variables that it may use
 * @param hasCollection whether there is a collection to begin with
 * @throws CommandError with MongoDB's code for what is wrong in it, NotImplemented for stages that the engine lacks
 */
export function compilePipeline(
  pipeline: unknown,
  { variables = [], hasCollection = true }: { variables?: readonly string[]; hasCollection?: boolean } = {},
): Pipeline {
  const stages = readStages(pipeline);
  const [first = ''] = stages.map(stageName);
  if (!hasCollection && first !== '$documents' && stages.length > 0)
    throw new CommandError(73, `{aggregate: 1} is not valid for '${first}'; a collection is required.`);
  if (hasCollection && first === '$documents')
    throw new CommandError(73, "'$documents' can only be run with {aggregate: 1}");
  return compileStages(stages, 'command', variables);
}

const IN_UPDATES = new Set(['$set', '$addFields', '$unset', '$project', '$replaceRoot', '$replaceWith']);

/** Compiles a pipeline that changes one document. @throws CommandError InvalidOptions for stages that an update may not have, and as `compilePipeline` does */
export function compileUpdatePipeline(pipeline: unknown, variables: readonly string[]): Pipeline {
  const stages = readStages(pipeline);
  for (const name of stages.map(stageName)) {
    if (IN_UPDATES.has(name)) continue;
    const isKnown = Object.hasOwn(STAGES, name) || NOT_SUPPORTED.has(name) || WRITING.has(name);
    throw isKnown ? new CommandError(72, `${name} is not allowed to be used within an update`) : unknownStage(name);
  }
  return compileStages(stages, 'command', variables);
}

/** Checks the shape of a pipeline, without what is in its stages. @throws CommandError TypeMismatch, 40323 */
function readStages(pipeline: unknown): BsonDocument[] {
  if (!Array.isArray(pipeline)) throw new CommandError(14, "'pipeline' option must be specified as an array");
  for (const stage of pipeline as unknown[]) {
    if (!isDocument(stage)) throw new CommandError(14, "Each element of the 'pipeline' array must be an object");
    if (Object.keys(stage).length !== 1)
      throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
  }
  return pipeline as BsonDocument[];
}

function stageName(stage: BsonDocument): string {
  return Object.keys(stage)[0] ?? '';
}

function compileStages(stages: readonly BsonDocument[], place: Place, variables: readonly string[]): Pipeline {
  const compiler: StageCompiler = {
    variables,
    inner: (inner, within, further = []) => compileStages(readStages(inner), within, [...variables, ...further]),
  };
  const compiled = stages.map((stage, position) => compileStage(stage, position, place, compiler));
  const { beginning, rest } = splitBeginning(stages);
  return {
    rest,
    selection: (values, also) => selectionOf(beginning, values, also),
    runRest: inTurn(compiled.slice(stages.length - rest.length)),
    runAll: inTurn(compiled),
  };
}

function inTurn(stages: readonly RunStage[]): RunStage {
  return (documents, run) => stages.reduce<Iterable<BsonDocument>>((source, stage) => stage(source, run), documents);
}

function compileStage(stage: BsonDocument, position: number, place: Place, compiler: StageCompiler): RunStage {
  const name = stageName(stage);
  if (place !== 'command' && WRITING.has(name))
    throw new CommandError(WRITES_WITHIN[place], `${name} is not allowed to be used within another stage`);
  if (WRITING.has(name)) throw new CommandError(40601, `${name} can only be the final stage in the pipeline`);
  if (place === 'facet' && NOT_IN_FACET.has(name))
    throw new CommandError(40600, `${name} is not allowed to be used within a $facet stage`);
  if (name === '$documents' && position > 0)
    throw new CommandError(40602, '$documents is only valid as the first stage in a pipeline');
  const known = Object.hasOwn(STAGES, name) ? STAGES[name] : undefined;
  if (known) return known(stage[name], compiler);
  if (name === '$changeStream')
    throw new CommandError(40573, 'The $changeStream stage is only supported on replica sets');
  if (NOT_SUPPORTED.has(name)) throw notSupported(name);
  throw unknownStage(name);
}

function unknownStage(name: string): CommandError {
  return new CommandError(40324, `Unrecognized pipeline stage name: '${name}'`);
}

interface Beginning {
  readonly matches: readonly unknown[];
  readonly sort: readonly SortField[];
  readonly skip: number;
  /** 0 means all. */
  readonly limit: number;
}

/** Takes `$match`, then `$sort`, then `$skip`, then `$limit` off the beginning, each if it is there. */
function splitBeginning(stages: readonly BsonDocument[]): { beginning: Beginning; rest: readonly BsonDocument[] } {
  let position = 0;
  const take = <T>(name: string, read: (operand: unknown) => T): T | undefined => {
    const stage = stages[position];
    if (!stage || stageName(stage) !== name) return undefined;
    position += 1;
    return read(stage[name]);
  };
  const matches: unknown[] = [];
  for (
    let match = take('$match', (operand) => operand);
    match !== undefined;
    match = take('$match', (operand) => operand)
  )
    matches.push(match);
  const sort = take('$sort', readSort) ?? [];
  const skip = take('$skip', readSkip) ?? 0;
  const limit = take('$limit', readLimit) ?? 0;
  return { beginning: { matches, sort, skip, limit }, rest: stages.slice(position) };
}

function selectionOf({ matches, ...order }: Beginning, variables: BsonDocument, also?: BsonDocument): Selection {
  const conditions = also ? [also, ...matches] : matches;
  return { filter: compileFilter(conditions.length > 1 ? { $and: conditions } : conditions[0], variables), ...order };
}
