import { typeName } from '../bson-types.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { compileExpression, compileVariables, fieldPath } from '../expressions/compile.ts';
import { checkFieldName } from '../expressions/expression.ts';
import { valuesAt } from '../paths.ts';
import { refuseOthers, withField } from './shaping-stages.ts';
import { each, type Pipeline, type Run, type Stage } from './stage.ts';

/** Stages that hold pipelines, or documents of other collections. */

function failedToParse(message: string): CommandError {
  return new CommandError(9, message);
}

/** The documents that a pipeline makes of a collection. @param also a condition on top of its own */
function* read(collection: string, pipeline: Pipeline, run: Run, also?: BsonDocument): Generator<BsonDocument> {
  yield* pipeline.runRest(run.read(collection, pipeline.selection(run.variables, also)), run);
}

/** Adds the documents of another collection that belong to one: by their fields, by a pipeline, or by both. */
export const lookupStage: Stage = (operand, compiler) => {
  const { from, as, localField, foreignField, variables, pipeline } = readLookup(operand);
  const path = fieldPath(as);
  const evaluate = compileVariables(variables, compiler.variables);
  const inner = compiler.inner(pipeline, 'lookup', Object.keys(variables));
  const local = localField === undefined ? undefined : fieldPath(localField);
  return each((root, run) => {
    const own = evaluate({ root, variables: run.variables });
    const also = local && { [String(foreignField)]: { $in: valuesToFind(root, local) } };
    const found = read(from, inner, { ...run, variables: { ...run.variables, ...own } }, also);
    return [withField(root, path, [...found])];
  });
};

const LOOKUP_TEXTS = ['from', 'as', 'localField', 'foreignField'];

function readLookup(operand: unknown) {
  if (!isDocument(operand))
    throw failedToParse(`the $lookup stage specification must be an object, but found ${typeName(operand)}`);
  refuseOthers(operand, [...LOOKUP_TEXTS, 'let', 'pipeline'], 9, 'unknown argument to $lookup');
  const [from, as, localField, foreignField] = LOOKUP_TEXTS.map((name) => {
    const value = operand[name];
    if (value === undefined || typeof value === 'string') return value;
    throw failedToParse(`$lookup argument '${name}' must be a string, found ${name}: ${typeName(value)}`);
  });
  if (from === undefined) throw failedToParse("missing 'from' option to $lookup stage specification");
  if (as === undefined) throw failedToParse("must specify 'as' field for a $lookup");
  return { from, as, localField, foreignField, ...readInnerLookup(operand) };
}

function readInnerLookup({ localField, foreignField, let: variables, pipeline }: BsonDocument) {
  const fields = Number(localField !== undefined) + Number(foreignField !== undefined);
  if (pipeline === undefined && fields < 2)
    throw failedToParse("$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified");
  if (fields === 1)
    throw failedToParse("$lookup requires both or neither of 'localField' and 'foreignField' to be specified");
  if (pipeline === undefined && variables !== undefined)
    throw failedToParse("$lookup with a 'let' argument must also specify 'pipeline'");
  if (variables !== undefined && !isDocument(variables))
    throw failedToParse(`$lookup argument 'let' must be an object, is type ${typeName(variables)}`);
  return { variables: variables ?? {}, pipeline: pipeline ?? [] };
}

/** The local field, or its elements; a missing field finds null. */
function valuesToFind(document: BsonDocument, path: readonly string[]): unknown[] {
  const wanted = valuesAt(document, path).flatMap((value) =>
    Array.isArray(value) ? (value as unknown[]) : [value ?? null],
  );
  return wanted.length > 0 ? wanted : [null];
}

/** Adds what a pipeline makes of another collection behind the documents that there are. */
export const unionWithStage: Stage = (operand, compiler) => {
  if (typeof operand !== 'string' && !isDocument(operand))
    throw failedToParse(
      `the $unionWith stage specification must be an object or string, but found ${typeName(operand)}`,
    );
  const { coll, pipeline = [] } = typeof operand === 'string' ? { coll: operand } : operand;
  if (isDocument(operand))
    refuseOthers(operand, ['coll', 'pipeline'], 40415, 'BSON field of $unionWith is an unknown field');
  if (coll !== undefined && typeof coll !== 'string')
    throw new CommandError(14, "BSON field '$unionWith.coll' is the wrong type, expected type 'string'");
  const inner = compiler.inner(pipeline, 'union');
  const begins =
    isDocument((pipeline as unknown[])[0]) && Object.hasOwn((pipeline as BsonDocument[])[0] ?? {}, '$documents');
  if (coll === undefined && !begins)
    throw failedToParse(
      '$unionWith stage without explicit collection must have a pipeline with $documents as first stage',
    );
  return function* (documents, run) {
    yield* documents;
    if (coll === undefined) yield* inner.runAll([], run);
    else yield* read(coll, inner, run);
  };
};

/** Runs several pipelines on the same documents and gives one document with what each gives. */
export const facetStage: Stage = (operand, compiler) => {
  if (!isDocument(operand) || Object.keys(operand).length === 0)
    throw new CommandError(40169, `the $facet specification must be a non-empty object`);
  const facets = Object.entries(operand).map(([name, pipeline]) => {
    checkFieldName(name);
    if (!Array.isArray(pipeline))
      throw new CommandError(40170, `arguments to $facet must be arrays, ${name} is type ${typeName(pipeline)}`);
    if (pipeline.length === 0) throw new CommandError(2, 'sub-pipeline in $facet stage cannot be empty');
    return [name, compiler.inner(pipeline, 'facet')] as const;
  });
  return function* (documents, run) {
    const all = [...documents];
    yield Object.fromEntries(facets.map(([name, { runAll }]) => [name, [...runAll(all, run)]]));
  };
};

/** Documents that the pipeline itself brings. */
export const documentsStage: Stage = (operand, compiler) => {
  const evaluate = compileExpression(operand, compiler.variables);
  return function* (_documents, { variables }) {
    const documents = evaluate({ root: {}, variables });
    if (!Array.isArray(documents))
      throw new CommandError(5858203, `an array is expected, but found ${typeName(documents)}`);
    for (const document of documents) {
      if (!isDocument(document)) throw new CommandError(40228, "'newRoot' expression must evaluate to an object");
      yield document;
    }
  };
};
