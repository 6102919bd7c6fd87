import { isTruthy } from '../bson-types.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { compileExpression, fieldPath, isExpressionName } from '../expressions/compile.ts';
import type { Evaluate, Evaluation } from '../expressions/expression.ts';
import { isNumeric } from '../numbers.ts';
import { own } from '../paths.ts';

/** The fields that a `$project`, or a `$set`, names: what is kept, what is left out, what is computed. */

/** A field that is named: kept (or left out), or computed. */
type Leaf = 'named' | Evaluate;
interface Tree {
  readonly fields: Map<string, Leaf | Tree>;
}

export interface TreeOptions {
  /** How the stage is called in errors. */
  readonly stage: string;
  readonly variables: readonly string[];
  /** Numbers and booleans say which fields are kept. Otherwise they are values. */
  readonly flags: boolean;
  /** Operators besides those of expressions. */
  readonly operators?: Readonly<Record<string, (operand: unknown, path: readonly string[]) => Evaluate>>;
}

interface Field {
  readonly path: readonly string[];
  /** Whether it is kept; undefined for a field that is computed. */
  readonly kept?: boolean;
  readonly evaluate?: Evaluate;
  /** Whether an operator besides those of expressions computes it, which goes with both kinds of projection. */
  readonly isSpecial?: boolean;
}

/** The change that a `$project`, `$set` or `$unset` makes to a document. */
export type Reshape = (document: BsonDocument, evaluation: Evaluation) => BsonDocument;

/** @throws CommandError with MongoDB's code for a specification that is none */
export function compileReshape(specification: BsonDocument, options: TreeOptions): Reshape {
  const fields = readFields(specification, [], options);
  if (!options.flags) return adding(treeOf(fields, 40176));
  const special = fields.filter(({ isSpecial }) => isSpecial);
  const plain = fields.filter(({ isSpecial }) => !isSpecial);
  const isId = ({ path }: Field) => path.length === 1 && path[0] === '_id';
  const deciding = plain.find((field) => !isId(field)) ?? plain[0];
  const including = deciding?.kept !== false;
  for (const field of plain) refuseMix(field, including, isId(field));
  if (including) {
    const kept = fields.filter((field) => field.kept !== false);
    const id: Field[] = fields.some(isId) ? [] : [{ path: ['_id'], kept: true }];
    return keeping(treeOf([...id, ...kept], 31249));
  }
  const leave = leavingOut(
    treeOf(
      plain.filter((field) => field.kept === false),
      31249,
    ),
  );
  const computed = treeOf(special, 31249);
  return (document, evaluation) => compute(leave(document, evaluation), computed, evaluation);
}

function refuseMix({ path, kept }: Field, including: boolean, isId: boolean): void {
  const name = path.join('.');
  if (including && kept === false && !isId)
    throw new CommandError(31254, `Cannot do exclusion on field ${name} in inclusion projection`);
  if (including || kept === false) return;
  if (kept === undefined)
    throw new CommandError(31252, 'Cannot use expression other than $meta in exclusion projection');
  if (!isId) throw new CommandError(31253, `Cannot do inclusion on field ${name} in exclusion projection`);
}

function readFields(specification: BsonDocument, prefix: readonly string[], options: TreeOptions): Field[] {
  return Object.entries(specification).flatMap(([name, value]) =>
    readField([...prefix, ...fieldPath(name)], value, options),
  );
}

function readField(path: readonly string[], value: unknown, options: TreeOptions): Field[] {
  if (options.flags && (typeof value === 'boolean' || isNumeric(value))) return [{ path, kept: isTruthy(value) }];
  const [operator] = isDocument(value) ? Object.keys(value) : ['$'];
  if (operator === undefined)
    throw new CommandError(
      options.flags ? 51270 : 40180,
      `An empty sub-projection is not a valid value. Found empty object at path ${path.join('.')}`,
    );
  if (!operator.startsWith('$')) return readFields(value as BsonDocument, path, options);
  const special = options.operators?.[operator];
  if (special) return [{ path, evaluate: special((value as BsonDocument)[operator], path), isSpecial: true }];
  if (options.flags && isDocument(value)) refuseUnknown(operator, options.stage);
  return [{ path, evaluate: compileExpression(value, options.variables) }];
}

function refuseUnknown(name: string, stage: string): void {
  if (!isExpressionName(name))
    throw new CommandError(31325, `Invalid ${stage} :: caused by :: Unknown expression ${name}`);
}

/** @param collision the code of a path that lies within another; the next one is that of a path that comes twice */
function treeOf(fields: readonly Field[], collision: number): Tree {
  const root: Tree = { fields: new Map() };
  for (const { path, evaluate } of fields) {
    let tree = root;
    path.forEach((part, position) => {
      const there = tree.fields.get(part);
      const isLast = position === path.length - 1;
      if (there !== undefined && (isLast || isLeaf(there))) throw collides(path, position, collision);
      if (isLast) tree.fields.set(part, evaluate ?? 'named');
      else {
        const next = (there as Tree | undefined) ?? { fields: new Map() };
        tree.fields.set(part, next);
        tree = next;
      }
    });
  }
  return root;
}

function collides(path: readonly string[], position: number, collision: number): CommandError {
  const remaining = path.slice(position + 1).join('.');
  if (collision !== 31249 || remaining !== '')
    return new CommandError(collision, `Path collision at ${path.join('.')} remaining portion ${remaining}`);
  return new CommandError(31250, `Path collision at ${path.join('.')}`);
}

function isLeaf(field: Leaf | Tree): field is Leaf {
  return field === 'named' || typeof field === 'function';
}

function keeping(tree: Tree): Reshape {
  const computes = hasComputed(tree);
  return (document, evaluation) => {
    const kept = keep(document, tree);
    return computes ? compute(kept, tree, evaluation) : kept;
  };
}

function adding(tree: Tree): Reshape {
  return (document, evaluation) => compute({ ...document }, tree, evaluation);
}

function leavingOut(tree: Tree): Reshape {
  return (document) => leaveOut(document, tree);
}

function keep(document: BsonDocument, { fields }: Tree): BsonDocument {
  const result: BsonDocument = {};
  for (const [name, value] of Object.entries(document)) {
    const field = fields.get(name);
    if (field === 'named') result[name] = value;
    else if (field !== undefined && !isLeaf(field)) {
      const kept = keepWithin(value, field);
      if (kept !== undefined) result[name] = kept;
    }
  }
  return result;
}

/** What is no document holds none of the fields: in an array it goes away, unless something is computed for it. */
function keepWithin(value: unknown, tree: Tree): unknown {
  if (isDocument(value)) return keep(value, tree);
  if (!Array.isArray(value)) return undefined;
  const kept = value.map((item) => keepWithin(item, tree));
  return hasComputed(tree) ? kept : kept.filter((item) => item !== undefined);
}

function leaveOut(document: BsonDocument, { fields }: Tree): BsonDocument {
  const result: BsonDocument = {};
  for (const [name, value] of Object.entries(document)) {
    const field = fields.get(name);
    if (field === undefined) result[name] = value;
    else if (!isLeaf(field)) result[name] = leaveOutWithin(value, field);
  }
  return result;
}

function leaveOutWithin(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) return value.map((item) => leaveOutWithin(item, tree));
  return isDocument(value) ? leaveOut(value, tree) : value;
}

function hasComputed({ fields }: Tree): boolean {
  return [...fields.values()].some((field) => (isLeaf(field) ? field !== 'named' : hasComputed(field)));
}

/** Sets what is computed, in the order of the specification; all of it looks at the document as it was before. */
function compute(target: BsonDocument, { fields }: Tree, evaluation: Evaluation): BsonDocument {
  for (const [name, field] of fields) {
    if (field === 'named' || (!isLeaf(field) && !hasComputed(field))) continue;
    const value = isLeaf(field) ? field(evaluation) : computeWithin(own(target, name), field, evaluation);
    if (value === undefined) delete target[name];
    else target[name] = value;
  }
  return target;
}

/** What is no document is replaced by one. */
function computeWithin(value: unknown, tree: Tree, evaluation: Evaluation): unknown {
  if (Array.isArray(value)) return value.map((item) => computeWithin(item, tree, evaluation));
  return compute(isDocument(value) ? { ...value } : {}, tree, evaluation);
}
