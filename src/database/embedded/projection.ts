import { type BsonDocument, decodeDocument, encodeDocument, isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import type { Evaluate } from './expressions/expression.ts';
import { toNumber } from './numbers.ts';
import { checkFieldPath, own, splitPath } from './paths.ts';
import { compileReshape } from './pipeline/projection-tree.ts';
import { matchedPosition } from './positional.ts';
import { compileFilter, type Filter } from './query.ts';
import { pickFields } from './raw-bson.ts';

/** Turns a stored document into the bytes that are answered. */
export type Projection = (raw: Uint8Array) => Uint8Array;

/** A tree of the fields that a projection names. */
interface FieldTree {
  readonly children: Map<string, FieldTree>;
}

const POSITIONAL = /\.\$$/;

/** @throws CommandError when a field that is named cannot be one, or the positional `$` is where it means nothing */
function checkNames(names: readonly string[]): void {
  for (const name of names) {
    if (name.includes('.$.'))
      throw new CommandError(31394, 'The positional operator may only be used at the end of a path of a projection');
    checkFieldPath(name.replace(POSITIONAL, ''));
  }
  if (names.filter((name) => POSITIONAL.test(name)).length > 1)
    throw new CommandError(31276, 'Cannot specify more than one positional projection per query.');
}

/** The field of a projection that ends in the positional `$`, if there is one. */
export function positionalName(projection: BsonDocument): string | undefined {
  return Object.keys(projection).find((name) => POSITIONAL.test(name));
}

/**
 * Projections that include, exclude or slice are done here: whole top-level fields without decoding anything. Those with
 * expressions are done as `$project` does them.
 * @param filter the filter of the query, for the positional `$`
 * @param variables what `$$name` stands for in its expressions
 * @throws CommandError BadValue or the code of MongoDB for a mix of inclusion and exclusion
 */
export function compileProjection(projection: unknown, filter: Filter, variables?: BsonDocument): Projection {
  if (!isDocument(projection)) return (raw) => raw;
  checkNames(Object.keys(projection));
  const positional = positionalName(projection);
  if (positional !== undefined) return positionalProjection(projection, positional, filter, variables);
  const slices = Object.entries(projection).filter(([, value]) => isDocument(value) && value.$slice !== undefined);
  if (slices.length === 0) return withoutSlices(projection, variables);
  const rest: BsonDocument = { ...projection };
  for (const [path] of slices) delete rest[path];
  // A slice alone keeps the other fields; beside an inclusion it is one.
  const including = Object.entries(rest).some(([name, value]) => name !== '_id' && (!isFlag(value) || isSet(value)));
  if (including) for (const [path] of slices) rest[path] = 1;
  const project = withoutSlices(rest, variables);
  const compiled = slices.map(([path, value]) => ({ parts: splitPath(path), slice: compileSlice(value) }));
  return (raw) => {
    const document = decodeDocument(raw);
    for (const { parts, slice } of compiled) sliceAt(document, parts, slice);
    return project(encodeDocument(document));
  };
}

type Slice = (array: unknown[]) => unknown[];

function compileSlice(value: unknown): Slice {
  const { $slice: given } = value as { $slice: unknown };
  const [skip, limit] = (Array.isArray(given) ? given : [0, given]).map(toNumber);
  if (skip === undefined || limit === undefined || Number.isNaN(skip + limit) || (Array.isArray(given) && limit <= 0))
    throw new CommandError(
      28667,
      'Invalid $slice syntax: it takes a number, or an array of a skip and a positive limit',
    );
  if (!Array.isArray(given) && limit < 0) return (array) => array.slice(limit);
  return (array) => {
    const start = skip < 0 ? Math.max(0, array.length + skip) : skip;
    return array.slice(start, start + limit);
  };
}

function sliceAt(value: unknown, parts: readonly string[], slice: Slice): void {
  const [part = '', ...rest] = parts;
  if (Array.isArray(value)) for (const item of value) sliceAt(item, parts, slice);
  if (!isDocument(value)) return;
  const field = own(value, part);
  if (rest.length > 0) sliceAt(field, rest, slice);
  else if (Array.isArray(field)) value[part] = slice(field);
}

function withoutSlices(projection: BsonDocument, variables?: BsonDocument): Projection {
  const names = Object.keys(projection);
  if (names.length === 0) return (raw) => raw;
  if (!isSimple(projection)) return expressionProjection(projection, variables);
  const others = names.filter((name) => name !== '_id');
  const including = isSet(projection[others[0] ?? '_id']);
  refuseMix(projection, others, including);
  const withId = Object.hasOwn(projection, '_id') ? isSet(projection._id) : true;
  return including ? inclusion(others, withId) : exclusion(withId ? others : ['_id', ...others]);
}

/** Whether a projection does nothing but include or exclude fields. */
function isSimple(projection: BsonDocument): boolean {
  return Object.entries(projection).every(([name, value]) => isFlag(value) && !name.includes('$'));
}

function refuseMix(projection: BsonDocument, names: readonly string[], including: boolean): void {
  const mixed = names.find((name) => includes(projection[name]) !== including);
  if (mixed === undefined) return;
  const [wanted, refused] = including ? ['inclusion', 'exclusion'] : ['exclusion', 'inclusion'];
  throw new CommandError(including ? 31254 : 31253, `Cannot do ${refused} on field ${mixed} in ${wanted} projection`);
}

/** Expressions include what they compute. */
function includes(value: unknown): boolean {
  return !isFlag(value) || isSet(value);
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean' || !Number.isNaN(toNumber(value));
}

function isSet(value: unknown): boolean {
  return value === true || (value !== false && toNumber(value) !== 0);
}

function inclusion(paths: readonly string[], withId: boolean): Projection {
  const all = withId ? ['_id', ...paths] : paths;
  const topLevel = new Set(all.map((path) => path.split('.')[0] ?? path));
  if (all.every((path) => !path.includes('.'))) return (raw) => pickFields(raw, topLevel);
  const tree = treeOf(all);
  return (raw) => encodeDocument(includeFields(decodeDocument(pickFields(raw, topLevel)), tree) as BsonDocument);
}

function exclusion(paths: readonly string[]): Projection {
  const tree = treeOf(paths);
  return (raw) => {
    const document = decodeDocument(raw);
    excludeFields(document, tree);
    return encodeDocument(document);
  };
}

/** @throws CommandError when one path lies within another */
function treeOf(paths: readonly string[]): FieldTree {
  const root: FieldTree = { children: new Map() };
  for (const path of paths) {
    const holder = paths.find((other) => path.startsWith(`${other}.`));
    if (holder !== undefined)
      throw new CommandError(31249, `Path collision at ${path} remaining portion ${path.slice(holder.length + 1)}`);
    let node = root;
    for (const part of splitPath(path)) {
      const next = node.children.get(part) ?? { children: new Map() };
      node.children.set(part, next);
      node = next;
    }
  }
  return root;
}

function includeFields(value: unknown, tree: FieldTree): unknown {
  if (tree.children.size === 0) return value;
  if (Array.isArray(value)) {
    return value
      .filter((item) => isDocument(item) || Array.isArray(item))
      .map((item: unknown) => includeFields(item, tree));
  }
  if (!isDocument(value)) return undefined;
  const kept: BsonDocument = {};
  for (const [name, field] of Object.entries(value)) {
    const subtree = tree.children.get(name);
    if (subtree) kept[name] = includeFields(field, subtree);
  }
  return kept;
}

function excludeFields(value: unknown, tree: FieldTree): void {
  if (Array.isArray(value)) for (const item of value) excludeFields(item, tree);
  else if (isDocument(value)) {
    for (const [name, subtree] of tree.children) {
      if (subtree.children.size === 0) delete value[name];
      else excludeFields(own(value, name), subtree);
    }
  }
}

function expressionProjection(projection: BsonDocument, given: BsonDocument = {}): Projection {
  const reshape = compileReshape(projection, {
    stage: 'projection',
    variables: Object.keys(given),
    flags: true,
    operators: { $elemMatch: firstMatch },
  });
  const variables = { NOW: new Date(), ...given };
  return (raw) => {
    const root = decodeDocument(raw);
    return encodeDocument(reshape(root, { root, variables }));
  };
}

/** The first element of an array that matches, as an array; without one the field is left out. */
function firstMatch(condition: unknown, path: readonly string[]): Evaluate {
  const filter = compileFilter({ array: { $elemMatch: condition } });
  return ({ root }) => {
    const array = path.reduce<unknown>((holder, part) => (isDocument(holder) ? own(holder, part) : undefined), root);
    if (!Array.isArray(array)) return undefined;
    const found = array.findIndex((item: unknown) => filter.test({ array: [item] }));
    return found < 0 ? undefined : array.slice(found, found + 1);
  };
}

/** The field is included; then the first array on its path is left with the element by which the filter matched. */
function positionalProjection(
  projection: BsonDocument,
  name: string,
  filter: Filter,
  variables?: BsonDocument,
): Projection {
  checkPositional(projection, name);
  const path = name.replace(POSITIONAL, '');
  const included = Object.entries(projection).map(([field, value]) => (field === name ? [path, 1] : [field, value]));
  const project = compileProjection(Object.fromEntries(included), filter, variables);
  const parts = splitPath(path);
  return (raw) => {
    const document = decodeDocument(project(raw));
    keepMatched(document, parts, () => matchedPosition(filter.source, decodeDocument(raw)));
    return encodeDocument(document);
  };
}

/** @throws CommandError when the positional `$` is used for anything but to include */
function checkPositional(projection: BsonDocument, name: string): void {
  const value = projection[name];
  if (isDocument(value))
    throw new CommandError(31271, 'positional projection cannot be used with an expression or sub object');
  if (!isFlag(value)) throw new CommandError(31308, 'positional projection cannot be used with a literal');
  if (!isSet(value)) throw new CommandError(31395, 'positional projection cannot be used with exclusion');
  const path = name.replace(POSITIONAL, '');
  if (Object.hasOwn(projection, path)) throw new CommandError(31250, `Path collision at ${path}`);
  if (Object.values(projection).some((other) => isDocument(other) && Object.hasOwn(other, '$elemMatch')))
    throw new CommandError(31256, 'Cannot specify positional operator and $elemMatch.');
}

function keepMatched(document: BsonDocument, parts: readonly string[], position: () => number | undefined): void {
  let holder = document;
  for (const part of parts) {
    const value = own(holder, part);
    if (Array.isArray(value)) {
      holder[part] = [elementAt(value, position())];
      return;
    }
    if (!isDocument(value)) return;
    holder = value;
  }
}

function elementAt(array: readonly unknown[], position: number | undefined): unknown {
  const failure = 'Executor error during find command :: caused by :: positional operator';
  if (position === undefined)
    throw new CommandError(51246, `${failure} '.$' couldn't find a matching element in the array`);
  if (position >= array.length) throw new CommandError(51247, `${failure} '.$' element mismatch`);
  return array[position];
}
