import { ObjectId, Timestamp } from 'bson';
import { add, bitwise, multiply } from './arithmetic.ts';
import { ARRAY_OPERATORS, type ArrayChange } from './array-changes.ts';
import { compareValues, equalValues, type NumericValue } from './bson-order.ts';
import { type BsonDocument, isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { isNumeric } from './numbers.ts';
import { own, splitPath } from './paths.ts';
import { compileUpdatePipeline } from './pipeline/compile.ts';
import { matchedPosition } from './positional.ts';
import { compileFilter, type Filter } from './query.ts';

/**
 * Updates of one document. The field operators are the engine's own, for they have to keep BSON's types and answer MongoDB's
 * errors; conditions inside them ($pull, array filters) are evaluated by mingo.
 */

/** An update, checked once per request. */
export interface Update {
  /** The document after the update; the given one is used up. @throws CommandError when the update does not fit the document */
  apply(document: BsonDocument, filter: Filter): BsonDocument;
  /** The document that an upsert inserts: the filter's equality fields with the update applied, `_id` first. */
  insertion(filter: Filter): BsonDocument;
}

interface Change {
  readonly operator: string;
  readonly path: string;
  readonly parts: readonly string[];
  readonly operand: unknown;
  /** Of an operator that changes an array. */
  readonly changeArray?: ArrayChange;
}

/**
 * @param update a document of update operators, a replacement or a pipeline
 * @param variables what `$$name` stands for in a pipeline
 * @throws CommandError FailedToParse, ConflictingUpdateOperators, BadValue
 */
export function compileUpdate(
  update: unknown,
  arrayFilters: readonly unknown[],
  now: () => Date,
  variables: BsonDocument = {},
): Update {
  if (Array.isArray(update)) return pipelineUpdate(update as BsonDocument[], now(), variables);
  if (!isDocument(update)) throw new CommandError(9, 'Update argument must be either an object or an array');
  const [first] = Object.keys(update);
  if (!first?.startsWith('$')) return replacement(update);
  const changes = parseChanges(update);
  const filters = compileArrayFilters(arrayFilters);
  for (const name of filters.keys()) refuseUnused(name, changes);
  for (const change of changes) refuseUnknownElements(change, filters);
  return operatorUpdate(changes, filters, now);
}

function refuseUnused(name: string, changes: readonly Change[]): void {
  if (changes.some(({ parts }) => parts.includes(`$[${name}]`))) return;
  throw new CommandError(9, `The array filter for identifier '${name}' was not used in the update`);
}

function refuseUnknownElements({ path, parts }: Change, filters: ReadonlyMap<string, Filter>): void {
  const unknown = parts.find((part) => isElements(part) && part !== '$[]' && !filters.has(part.slice(2, -1)));
  if (unknown === undefined) return;
  throw new CommandError(2, `No array filter found for identifier '${unknown.slice(2, -1)}' in path '${path}'`);
}

function replacement(document: BsonDocument): Update {
  const dollar = Object.keys(document).find((name) => name.startsWith('$'));
  if (dollar)
    throw new CommandError(
      52,
      `The dollar ($) prefixed field '${dollar}' is not allowed in the context of an update's replacement document.`,
    );
  function replace(id: unknown): BsonDocument {
    if (id !== undefined && Object.hasOwn(document, '_id') && !equalValues(document._id, id)) {
      throw new CommandError(
        66,
        "After applying the update, the (immutable) field '_id' was found to have been altered",
      );
    }
    return { ...(id !== undefined && { _id: id }), ...document };
  }
  return {
    apply: (document) => replace(document._id),
    insertion: (filter) => withId(replace(equalityFields(filter, '_id')._id)),
  };
}

function pipelineUpdate(pipeline: BsonDocument[], now: Date, variables: BsonDocument): Update {
  const { runAll } = compileUpdatePipeline(pipeline, Object.keys(variables));
  const context = { variables: { NOW: now, ...variables }, read: () => [] };
  function run(document: BsonDocument): BsonDocument {
    const id = document._id;
    const [after] = runAll([document], context);
    return keepId(id, after ?? {});
  }
  return {
    apply: run,
    insertion: (filter) => withId(run(equalityFields(filter))),
  };
}

function keepId(id: unknown, after: BsonDocument): BsonDocument {
  if (id === undefined) return after;
  if (after._id === undefined) return { _id: id, ...after };
  refuseOtherId(id, after._id);
  return after;
}

/** @param before undefined when there was none yet */
function refuseOtherId(before: unknown, after: unknown): void {
  if (before === undefined || (after !== undefined && equalValues(before, after))) return;
  throw new CommandError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
}

/** Puts `_id` first and makes one if there is none. */
function withId(document: BsonDocument): BsonDocument {
  const { _id = new ObjectId(), ...rest } = document;
  return { _id, ...rest };
}

function operatorUpdate(
  changes: readonly Change[],
  arrayFilters: ReadonlyMap<string, Filter>,
  now: () => Date,
): Update {
  const positional = changes.some(({ parts }) => parts.includes('$'));
  const byElements = changes.some(({ parts }) => parts.some(isElements));
  const changesOfExisting = changes.filter(({ operator }) => operator !== '$setOnInsert');
  function run(document: BsonDocument, filter: Filter, inserting: boolean): BsonDocument {
    const id = document._id;
    // What the filter found is asked for before the first change, which may take it away.
    const matched = positional ? matchedPosition(filter.source, document) : undefined;
    // Two of `$[]` and `$[name]` may stand for one element.
    const refuseConflict = byElements ? conflictCheck() : undefined;
    for (const change of inserting ? changes : changesOfExisting) {
      for (const parts of concretePaths(document, change, matched, arrayFilters)) {
        refuseConflict?.(parts.join('.'));
        applyChange(document, change, parts, now);
      }
    }
    refuseOtherId(id, document._id);
    return document;
  }
  return {
    apply: (document, filter) => run(document, filter, false),
    insertion: (filter) => withId(run(equalityFields(filter), filter, true)),
  };
}

const OPERATORS = new Set([
  '$set', '$setOnInsert', '$unset', '$inc', '$mul', '$min', '$max', '$rename', '$currentDate', '$push', '$pull', '$pullAll',
  '$addToSet', '$pop', '$bit',
]); // biome-ignore format: a list of names

function parseChanges(update: BsonDocument): Change[] {
  const changes: Change[] = [];
  for (const [operator, fields] of Object.entries(update)) {
    if (!OPERATORS.has(operator)) {
      throw new CommandError(
        9,
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    }
    if (!isDocument(fields))
      throw new CommandError(9, `Modifiers operate on fields but we found another type for ${operator}`);
    for (const [path, operand] of Object.entries(fields)) changes.push(parseChange(operator, path, operand));
  }
  refuseConflicts(changes);
  return changes.sort((left, right) => comparePaths(left.parts, right.parts));
}

/** New fields are added in the order of their names, numbers by their value, whatever order the update names them in. */
function comparePaths(left: readonly string[], right: readonly string[]): number {
  let position = 0;
  while (position < left.length && left[position] === right[position]) position += 1;
  const one = left[position] ?? '';
  const other = right[position] ?? '';
  if (one > '9' || other > '9') return one < other ? -1 : 1;
  return POSITION.test(one) && POSITION.test(other) ? Number(one) - Number(other) : one < other ? -1 : 1;
}

const POSITION = /^\d+$/;

function parseChange(operator: string, path: string, operand: unknown): Change {
  const parts = updatablePath(path);
  if ((operator === '$inc' || operator === '$mul') && !isNumeric(operand)) {
    throw new CommandError(
      14,
      `Cannot ${operator === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${path}}`,
    );
  }
  if (operator === '$rename') checkRename(path, operand);
  if (operator === '$bit') checkBits(operand);
  if (operator === '$currentDate') checkCurrentDate(operand);
  const changeArray = ARRAY_OPERATORS.get(operator)?.(operand);
  return { operator, path, parts, operand, ...(changeArray && { changeArray }) };
}

/** @throws CommandError EmptyFieldName, DollarPrefixedFieldName, BadValue */
function updatablePath(path: string): string[] {
  const parts = splitPath(path);
  if (parts.includes(''))
    throw new CommandError(56, `The update path '${path}' contains an empty field name, which is not allowed.`);
  if (parts[0]?.startsWith('$'))
    throw new CommandError(52, `The dollar ($) prefixed field '${path}' is not valid for storage.`);
  if (parts.indexOf('$') !== parts.lastIndexOf('$'))
    throw new CommandError(2, `Too many positional (i.e. '$') elements found in path '${path}'`);
  return parts;
}

function checkRename(path: string, target: unknown): void {
  if (typeof target !== 'string') throw new CommandError(2, `The 'to' field for $rename must be a string: ${path}`);
  if (target === path) throw new CommandError(2, `The source and target field for $rename must differ: ${path}`);
  for (const [name, end] of [
    ['source', path],
    ['destination', target],
  ] as const) {
    if (updatablePath(end).some((part) => part === '$' || isElements(part)))
      throw new CommandError(2, `The ${name} field for $rename may not be dynamic: ${end}`);
  }
}

/** `$[]` or `$[name]` */
function isElements(part: string): boolean {
  return part.startsWith('$[') && part.endsWith(']');
}

function refuseConflicts(changes: readonly Change[]): void {
  const refuse = conflictCheck();
  for (const path of changes.flatMap(writtenPaths)) refuse(path);
}

/**
 * Takes paths one after another and throws ConflictingUpdateOperators for one that is, or lies inside, another. What is changed
 * by `$[]` or `$[name]` is changed by them alone.
 */
function conflictCheck(): (path: string) => void {
  const paths = new Set<string>();
  const holders = new Map<string, boolean>();
  return (path) => {
    const above = ancestorsOf(path);
    const byElements = (holder: string): boolean => isElements(splitPath(path.slice(holder.length + 1))[0] ?? '');
    const conflict =
      (holders.has(path) ? path : [path, ...above].find((name) => paths.has(name))) ??
      above.find((holder) => holders.has(holder) && holders.get(holder) !== byElements(holder));
    if (conflict !== undefined)
      throw new CommandError(40, `Updating the path '${path}' would create a conflict at '${conflict}'`);
    paths.add(path);
    for (const holder of above) holders.set(holder, byElements(holder));
  };
}

function writtenPaths({ operator, path, operand }: Change): string[] {
  return operator === '$rename' ? [path, String(operand)] : [path];
}

/** `a.b.c` → `a.b`, `a` */
function ancestorsOf(path: string): string[] {
  const ancestors: string[] = [];
  for (let end = path.lastIndexOf('.'); end > 0; end = path.lastIndexOf('.', end - 1))
    ancestors.push(path.slice(0, end));
  return ancestors;
}

function compileArrayFilters(arrayFilters: readonly unknown[]): Map<string, Filter> {
  const filters = new Map<string, Filter>();
  for (const arrayFilter of arrayFilters) {
    const filter = compileFilter(arrayFilter);
    const [name, other] = filter.fields === 'all' ? [] : filter.fields;
    if (name === undefined)
      throw new CommandError(9, 'Cannot use an expression without a top-level field name in arrayFilters');
    if (other !== undefined)
      throw new CommandError(9, `Expected a single top-level field name, found '${name}' and '${other}'`);
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name))
      throw new CommandError(
        2,
        `The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
      );
    if (filters.has(name))
      throw new CommandError(9, `Found multiple array filters with the same top-level field name ${name}`);
    filters.set(name, filter);
  }
  return filters;
}

/** Replaces `$`, `$[]` and `$[name]` of a path by the positions they stand for in this document. */
function concretePaths(
  document: BsonDocument,
  change: Change,
  matched: number | undefined,
  arrayFilters: ReadonlyMap<string, Filter>,
): string[][] {
  let paths: string[][] = [[]];
  for (const part of change.parts) {
    if (part === '$') paths = paths.map((path) => [...path, String(positionFound(matched))]);
    else if (isElements(part)) paths = paths.flatMap((path) => positions(document, path, change, part, arrayFilters));
    else for (const path of paths) path.push(part);
  }
  return paths;
}

function positionFound(matched: number | undefined): number {
  if (matched !== undefined) return matched;
  throw new CommandError(2, 'The positional operator did not find the match needed from the query.');
}

function positions(
  document: BsonDocument,
  path: string[],
  change: Change,
  part: string,
  arrayFilters: ReadonlyMap<string, Filter>,
): string[][] {
  const name = part.slice(2, -1);
  const elements = arrayFilters.get(name);
  const array = readPath(document, path);
  if (!Array.isArray(array)) {
    throw new CommandError(
      2,
      `The path '${path.join('.')}' must exist in the document in order to apply array updates (${change.path}).`,
    );
  }
  const found: string[][] = [];
  array.forEach((item: unknown, position) => {
    if (elements === undefined || elements.test({ [name]: item })) found.push([...path, String(position)]);
  });
  return found;
}

function readPath(document: unknown, parts: readonly string[]): unknown {
  let value = document;
  for (const part of parts) value = child(value, part);
  return value;
}

function child(value: unknown, part: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(part) ? (value[Number(part)] as unknown) : undefined;
  return isDocument(value) ? own(value, part) : undefined;
}

const LARGEST_ARRAY_GROWTH = 1_500_000;

/** Writes a value, making embedded documents on the way. @throws CommandError PathNotViable */
function writePath(document: BsonDocument, parts: readonly string[], value: unknown): void {
  let holder: unknown = document;
  parts.forEach((part, position) => {
    const last = position === parts.length - 1;
    const there = last ? value : child(holder, part);
    const next = there === undefined && !last ? {} : there;
    if (Array.isArray(holder)) writeElement(holder, part, next);
    else if (isDocument(holder)) setOwn(holder, part, next);
    else throw notViable(part, parts[position - 1] ?? '', holder);
    holder = next;
  });
}

function writeElement(array: unknown[], part: string, value: unknown): void {
  if (!/^\d+$/.test(part)) throw notViable(part, '', array);
  const position = Number(part);
  if (position > array.length + LARGEST_ARRAY_GROWTH) throw new CommandError(2, 'the array would become too large');
  while (array.length < position) array.push(null);
  array[position] = value;
}

function setOwn(document: BsonDocument, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(document, name, { value, writable: true, enumerable: true, configurable: true });
  else document[name] = value;
}

function notViable(part: string, parent: string, holder: unknown): CommandError {
  return new CommandError(28, `Cannot create field '${part}' in element {${parent}: ${JSON.stringify(holder)}}`);
}

function removePath(document: BsonDocument, parts: readonly string[]): void {
  const holder = readPath(document, parts.slice(0, -1));
  const last = parts.at(-1) ?? '';
  if (Array.isArray(holder)) {
    if (/^\d+$/.test(last) && Number(last) < holder.length) holder[Number(last)] = null;
  } else if (isDocument(holder) && Object.hasOwn(holder, last)) delete holder[last];
}

function applyChange(document: BsonDocument, change: Change, parts: readonly string[], now: () => Date): void {
  const { operator, operand } = change;
  const current = readPath(document, parts);
  switch (operator) {
    case '$set':
    case '$setOnInsert':
      writePath(document, parts, operand);
      return;
    case '$unset':
      removePath(document, parts);
      return;
    case '$inc':
    case '$mul':
      writePath(document, parts, calculated(change, current));
      return;
    case '$min':
    case '$max':
      if (current === undefined || compareValues(operand, current) * (operator === '$min' ? -1 : 1) > 0)
        writePath(document, parts, operand);
      return;
    case '$rename':
      rename(document, parts, current, String(operand));
      return;
    case '$currentDate':
      writePath(document, parts, currentDate(operand, now));
      return;
    case '$bit':
      writePath(document, parts, bits(current, operand));
      return;
    default:
      changeArray(document, change, parts, current);
  }
}

function calculated({ operator, operand, path }: Change, current: unknown): unknown {
  const number = operand as NumericValue;
  if (current === undefined) return operator === '$inc' ? number : multiply(0, number);
  if (!isNumeric(current)) {
    throw new CommandError(
      14,
      `Cannot apply ${operator} to a value of non-numeric type. The field '${path}' has non-numeric type`,
    );
  }
  return operator === '$inc' ? add(current, number) : multiply(current, number);
}

function rename(document: BsonDocument, parts: readonly string[], current: unknown, target: string): void {
  if (current === undefined) {
    refuseDeadEnd(document, parts);
    return;
  }
  const targetParts = splitPath(target);
  for (const [name, path] of [
    ['source', parts],
    ['destination', targetParts],
  ] as const) {
    const inArray = path.some((_, length) => Array.isArray(readPath(document, path.slice(0, length))));
    if (inArray)
      throw new CommandError(2, `The ${name} field of $rename cannot be an array element: ${path.join('.')}`);
  }
  removePath(document, parts);
  writePath(document, targetParts, current);
}

/** @throws CommandError PathNotViable when a path to a missing field runs into what can hold no such field */
function refuseDeadEnd(document: BsonDocument, parts: readonly string[]): void {
  let holder: unknown = document;
  for (const [position, part] of parts.entries()) {
    if (holder === undefined) return;
    const viable = Array.isArray(holder) ? /^\d+$/.test(part) : isDocument(holder);
    if (!viable) throw notViable(part, parts[position - 1] ?? '', holder);
    holder = child(holder, part);
  }
}

function checkCurrentDate(operand: unknown): void {
  if (typeof operand === 'boolean') return;
  const { $type: type, ...others } = isDocument(operand) ? operand : {};
  const [unknown] = Object.keys(others);
  if (unknown) throw new CommandError(2, `Unrecognized $currentDate option: ${unknown}`);
  if (type !== 'date' && type !== 'timestamp')
    throw new CommandError(2, "The '$type' string field is required to be 'date' or 'timestamp'");
}

function currentDate(operand: unknown, now: () => Date): unknown {
  const asTimestamp = isDocument(operand) && operand.$type === 'timestamp';
  return asTimestamp ? new Timestamp({ t: Math.floor(now().getTime() / 1000), i: 1 }) : now();
}

type BitOperation = 'and' | 'or' | 'xor';

function checkBits(operand: unknown): void {
  if (!isDocument(operand)) throw new CommandError(2, 'The $bit modifier is not compatible with this argument');
  const entries = Object.entries(operand);
  if (entries.length === 0) throw new CommandError(2, 'You must pass in at least one bitwise operation');
  for (const [operation, number] of entries) {
    if (operation !== 'and' && operation !== 'or' && operation !== 'xor')
      throw new CommandError(2, `The $bit modifier only supports 'and', 'or', and 'xor', not '${operation}'`);
    if (!isNumeric(number)) throw notIntegral();
  }
}

function bits(current: unknown, operand: unknown): unknown {
  let value = current ?? 0;
  for (const [operation, number] of Object.entries(operand as Record<BitOperation, NumericValue>)) {
    if (!isNumeric(value)) throw notIntegral();
    value = bitwise(operation as BitOperation, value, number);
  }
  return value;
}

function notIntegral(): CommandError {
  return new CommandError(2, 'Cannot apply $bit to a value of non-integral type');
}

const TAKES_FROM = new Set(['$pull', '$pullAll', '$pop']);

function changeArray(
  document: BsonDocument,
  { operator, path, changeArray: changed }: Change,
  parts: readonly string[],
  current: unknown,
): void {
  if (current === undefined && TAKES_FROM.has(operator)) return;
  if (current !== undefined && !Array.isArray(current)) {
    const code = operator === '$pop' ? 14 : 2;
    throw new CommandError(
      code,
      `The field '${path}' must be an array but is of another type, so ${operator} cannot be applied`,
    );
  }
  if (changed) writePath(document, parts, changed(current ?? []));
}

/**
 * The fields that an upsert takes from its filter: those that the filter sets equal to a value.
 * @param only the one field that is wanted, if not all are
 * @throws CommandError NotSingleValueField
 */
function equalityFields(filter: Filter, only?: string): BsonDocument {
  const document: BsonDocument = {};
  const paths: string[] = [];
  for (const { path, value } of equalitiesOf(filter.source)) {
    if (only !== undefined && splitPath(path)[0] !== only) continue;
    if (paths.some((other) => `${path}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${path}.`)))
      throw new CommandError(54, `cannot infer query fields to set, path '${path}' is matched twice`);
    paths.push(path);
    writePath(document, splitPath(path), value);
  }
  return document;
}

interface Equality {
  readonly path: string;
  readonly value: unknown;
}

function equalitiesOf(source: BsonDocument): Equality[] {
  return Object.entries(source).flatMap(([name, value]) => {
    if (name === '$and') return (value as BsonDocument[]).flatMap(equalitiesOf);
    if (name === '$or')
      return (value as BsonDocument[]).length === 1 ? (value as BsonDocument[]).flatMap(equalitiesOf) : [];
    return name.startsWith('$') ? [] : equalValuesOf(value).map((equal) => ({ path: name, value: equal }));
  });
}

/** The values that a condition wants its field to equal. `$all` stands for as many equalities, `$in` of one for one. */
function equalValuesOf(condition: unknown): unknown[] {
  if (condition instanceof RegExp) return [];
  if (!isDocument(condition)) return [condition];
  const { $in: list = [], $all: all = [] } = condition as Record<string, unknown[]>;
  return [
    ...(Object.hasOwn(condition, '$eq') ? [condition.$eq] : []),
    ...[...(list.length === 1 ? list : []), ...all].filter((item) => !isCondition(item)),
  ];
}

function isCondition(item: unknown): boolean {
  return item instanceof RegExp || (isDocument(item) && Object.hasOwn(item, '$elemMatch'));
}
