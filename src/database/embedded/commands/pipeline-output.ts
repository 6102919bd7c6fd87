import { typeName } from '../bson-types.ts';
import { type Collection, checkNamespace, type Index } from '../catalog.ts';
import type { EngineParts } from '../command.ts';
import { type BsonDocument, decodeDocument, encodeDocument, isDocument } from '../document-codec.ts';
import { CommandError, notSupported } from '../errors.ts';
import { compileVariables } from '../expressions/compile.ts';
import { isNil } from '../expressions/expression.ts';
import { own } from '../paths.ts';
import { refuseOthers } from '../pipeline/shaping-stages.ts';
import { compileFilter } from '../query.ts';
import { withIdFirst } from '../raw-bson.ts';
import { compileUpdate } from '../update.ts';
import { missingField } from './field-rules.ts';

/** `$out` and `$merge`: writing the result of a pipeline into a collection. */

/** The last stage of a pipeline that writes, checked. */
export interface Output {
  readonly kind: '$out' | '$merge';
  readonly target: string;
  readonly merge: Merge;
}

interface Merge {
  readonly on: readonly string[];
  readonly whenMatched: unknown;
  readonly whenNotMatched: string;
  /** The values that a pipeline in `whenMatched` may use, for a document that comes. */
  variablesOf(document: BsonDocument): BsonDocument;
}

/**
 * @param variables the values of the command's own variables
 * @throws CommandError with MongoDB's code for an operand that is none
 */
export function readOutput(database: string, stage: BsonDocument, variables: BsonDocument): Output {
  if (Object.hasOwn(stage, '$out'))
    return { kind: '$out', target: outTarget(database, stage.$out), merge: readMerge({}, variables) };
  const given = stage.$merge;
  if (typeof given !== 'string' && !isDocument(given))
    throw new CommandError(51182, `$merge only supports a string or object argument, not ${typeName(given)}`);
  const merge = typeof given === 'string' ? { into: given } : given;
  return { kind: '$merge', target: mergeTarget(database, merge), merge: readMerge(merge, variables) };
}

/** @throws CommandError as for a command's own field */
function required<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw missingField(path);
  return value;
}

function outTarget(database: string, out: unknown): string {
  if (typeof out === 'string') return checkNamespace(database, out);
  if (!isDocument(out))
    throw new CommandError(16990, `$out only supports a string or object argument, but found ${typeName(out)}`);
  if (out.timeseries !== undefined) throw notSupported("'timeseries' of $out");
  refuseOthers(out, ['db', 'coll'], 40415, 'BSON field of $out is an unknown field');
  return checkNamespace(String(required(out.db, '$out.db')), required(out.coll, '$out.coll'));
}

function mergeTarget(database: string, merge: BsonDocument): string {
  const known = ['into', 'on', 'let', 'whenMatched', 'whenNotMatched', 'targetCollectionVersion'];
  refuseOthers(merge, known, 40415, 'BSON field of $merge is an unknown field');
  const into = required(merge.into, '$merge.into');
  if (typeof into === 'string') return checkNamespace(database, into);
  if (!isDocument(into))
    throw new CommandError(
      51178,
      `$merge 'into' field  must be either a string or an object, but found ${typeName(into)}`,
    );
  return checkNamespace(String(into.db ?? database), required(into.coll, '$merge.into.coll'));
}

const WHEN_MATCHED = ['merge', 'replace', 'keepExisting', 'fail'];
const WHEN_NOT_MATCHED = ['insert', 'discard', 'fail'];

function readMerge(merge: BsonDocument, variables: BsonDocument): Merge {
  const { whenMatched = 'merge', whenNotMatched = 'insert' } = merge;
  if (typeof whenMatched !== 'string' && !Array.isArray(whenMatched))
    throw new CommandError(
      51191,
      `$merge 'whenMatched' field  must be either a string or an array, but found ${typeName(whenMatched)}`,
    );
  if (typeof whenMatched === 'string') checkMode(whenMatched, 'whenMatched', WHEN_MATCHED);
  checkMode(whenNotMatched, 'whenNotMatched', WHEN_NOT_MATCHED);
  const refuses = whenMatched === 'keepExisting' || whenMatched === 'fail';
  if (refuses && whenNotMatched !== 'insert')
    throw new CommandError(
      51181,
      `Combination of $merge modes whenMatched=${whenMatched} and whenNotMatched=${whenNotMatched} is not supported`,
    );
  return {
    on: mergeFields(merge.on),
    whenMatched,
    whenNotMatched,
    variablesOf: mergeVariables(merge, Array.isArray(whenMatched) ? whenMatched : undefined, variables),
  };
}

function checkMode(mode: unknown, field: string, modes: readonly string[]): asserts mode is string {
  if (typeof mode !== 'string' || !modes.includes(mode))
    throw new CommandError(2, `Enumeration value '${String(mode)}' for field '${field}' is not a valid value.`);
}

function mergeFields(on: unknown): string[] {
  if (on === undefined) return ['_id'];
  if (typeof on === 'string') return [on];
  if (!Array.isArray(on))
    throw new CommandError(
      51186,
      `$merge 'on' field  must be either a string or an array of strings, but found ${typeName(on)}`,
    );
  if (on.length === 0)
    throw new CommandError(51187, "If explicitly specifying $merge 'on', must include at least one field");
  return on.map((name: unknown) => {
    if (typeof name === 'string') return name;
    throw new CommandError(51134, `$merge 'on' array elements must be strings, but found ${typeName(name)}`);
  });
}

/** @param pipeline checked here with the names of its variables, so that its mistakes are found without a document */
function mergeVariables(
  merge: BsonDocument,
  pipeline: unknown[] | undefined,
  variables: BsonDocument,
): Merge['variablesOf'] {
  if (merge.let !== undefined && !pipeline)
    throw new CommandError(51199, "Cannot use 'let' variables with 'whenMatched' mode other than a pipeline");
  if (merge.let !== undefined && !isDocument(merge.let))
    throw new CommandError(14, "BSON field '$merge.let' is the wrong type, expected type 'object'");
  const declared = merge.let ?? { new: '$$ROOT' };
  const evaluate = compileVariables(declared, Object.keys(variables));
  // `$$new` is there besides what is declared.
  const valuesOf = (root: BsonDocument) => ({
    ...variables,
    new: root,
    ...evaluate({ root, variables }),
  });
  if (pipeline) compileUpdate(pipeline, [], () => new Date(), valuesOf({}));
  return valuesOf;
}

/** @throws CommandError when a document cannot be written as the stage asks */
export async function writePipelineResult(
  parts: EngineParts,
  results: Iterator<Uint8Array>,
  { kind, target, merge }: Output,
): Promise<void> {
  const documents = [...{ [Symbol.iterator]: () => results }].map((raw) => withIdFirst(raw));
  if (kind === '$out') await replaceCollection(parts, target, documents);
  else await mergeInto(parts, target, documents, merge);
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
  merge: Merge,
): Promise<void> {
  const { on } = merge;
  return parts.storage.write(() => {
    const collection = parts.ensureCollection(namespace);
    if (!collection.indexes.some((index) => isUniqueOn(index, on)))
      throw new CommandError(51183, 'Cannot find index to verify that join fields will be unique');
    for (const raw of documents) mergeDocument(parts, collection, raw, merge);
  });
}

function mergeDocument(parts: EngineParts, collection: Collection, raw: Uint8Array, merge: Merge): void {
  const { collections } = parts;
  const { on } = merge;
  const document = decodeDocument(raw);
  const unusable = on.find((name) => isNil(own(document, name)) || Array.isArray(own(document, name)));
  if (unusable !== undefined)
    throw new CommandError(51132, "$merge write error: 'on' field cannot be missing, null, undefined or an array");
  const filter = compileFilter(Object.fromEntries(on.map((name) => [name, { $eq: own(document, name) ?? null }])));
  const [found] = [...collections.select(collection, { filter, sort: [], skip: 0, limit: 1 })];
  if (!found) {
    if (merge.whenNotMatched === 'fail')
      throw new CommandError(13113, '$merge could not find a matching document in the target collection');
    if (merge.whenNotMatched !== 'discard') collections.insert(collection, raw);
    return;
  }
  const before = decodeDocument(found.raw);
  switch (merge.whenMatched) {
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
  merge: Merge,
): BsonDocument {
  const update = compileUpdate(merge.whenMatched, [], now, merge.variablesOf(document));
  return update.apply(before, compileFilter({}));
}

function isUniqueOn({ unique, partial, fields }: Index, on: readonly string[]): boolean {
  const paths = fields.map(({ path }) => path);
  return unique && !partial && paths.length === on.length && on.every((name) => paths.includes(name));
}
