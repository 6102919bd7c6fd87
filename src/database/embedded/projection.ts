import { Query } from 'mingo/query';
import { type BsonDocument, decodeDocument, encodeDocument, isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { toNumber } from './numbers.ts';
import { own, splitPath } from './paths.ts';
import type { Filter } from './query.ts';
import { mingoContext } from './query-operators.ts';
import { pickFields } from './raw-bson.ts';

/** Turns a stored document into the bytes that are answered. */
export type Projection = (raw: Uint8Array) => Uint8Array;

/** A tree of the fields that a projection names. */
interface FieldTree {
  readonly children: Map<string, FieldTree>;
}

/**
 * Projections that only include or exclude are done here: whole top-level fields without decoding anything. Those with
 * expressions, `$slice`, `$elemMatch` or the positional `$` are mingo's.
 * @param filter the filter of the query, for the positional `$`
 * @throws CommandError BadValue or the code of MongoDB for a mix of inclusion and exclusion
 */
export function compileProjection(projection: unknown, filter: Filter): Projection {
  if (!isDocument(projection) || Object.keys(projection).length === 0) return (raw) => raw;
  const names = Object.keys(projection);
  const simple = names.every((name) => isFlag(projection[name]) && !name.includes('$'));
  if (!simple) return expressionProjection(projection, filter);
  const others = names.filter((name) => name !== '_id');
  const including = isSet(projection[others[0] ?? '_id']);
  refuseMix(projection, others, including);
  const withId = Object.hasOwn(projection, '_id') ? isSet(projection._id) : true;
  return including ? inclusion(others, withId) : exclusion(withId ? others : ['_id', ...others]);
}

function refuseMix(projection: BsonDocument, names: readonly string[], including: boolean): void {
  const mixed = names.find((name) => isSet(projection[name]) !== including);
  if (mixed === undefined) return;
  const [wanted, refused] = including ? ['inclusion', 'exclusion'] : ['exclusion', 'inclusion'];
  throw new CommandError(including ? 31254 : 31253, `Cannot do ${refused} on field ${mixed} in ${wanted} projection`);
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

function treeOf(paths: readonly string[]): FieldTree {
  const root: FieldTree = { children: new Map() };
  for (const path of paths) {
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

function expressionProjection(projection: BsonDocument, filter: Filter): Projection {
  const prepared = Object.fromEntries(
    Object.entries(projection).map(([name, value]) => [name, isFlag(value) ? Number(isSet(value)) : value]),
  );
  const query = new Query(filter.source, { context: mingoContext, scriptEnabled: false });
  return (raw) => {
    const document = decodeDocument(raw);
    const [projected] = query.find([document], prepared as never).all();
    return encodeDocument(inDocumentOrder(document, (projected ?? {}) as BsonDocument));
  };
}

/** MongoDB keeps the document's own order of fields and puts computed fields after them. */
function inDocumentOrder(document: BsonDocument, projected: BsonDocument): BsonDocument {
  const ordered: BsonDocument = {};
  for (const name of Object.keys(document)) if (Object.hasOwn(projected, name)) ordered[name] = projected[name];
  return Object.assign(ordered, projected);
}
