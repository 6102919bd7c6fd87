import { Long } from 'bson';
import { typeName } from '../bson-types.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { compileExpression, fieldPath } from '../expressions/compile.ts';
import { own } from '../paths.ts';
import { compileReshape, type TreeOptions } from './projection-tree.ts';
import { each, type RunStage, type Stage } from './stage.ts';

/** Stages that change the form of one document after the other. */

function reshaping(specification: BsonDocument, options: TreeOptions): RunStage {
  const reshape = compileReshape(specification, options);
  return each((root, { variables }) => [reshape(root, { root, variables })]);
}

export const projectStage: Stage = (operand, { variables }) => {
  if (!isDocument(operand)) throw new CommandError(15969, '$project specification must be an object');
  if (Object.keys(operand).length === 0)
    throw new CommandError(
      51272,
      'Invalid $project :: caused by :: projection specification must have at least one field',
    );
  return reshaping(operand, { stage: '$project', variables, flags: true });
};

export function setStage(stage: string): Stage {
  return (operand, { variables }) => {
    if (!isDocument(operand))
      throw new CommandError(40272, `${stage} specification stage must be an object, got ${typeName(operand)}`);
    if (Object.keys(operand).length === 0)
      throw new CommandError(40177, `Invalid ${stage} :: caused by :: specification must have at least one field`);
    return reshaping(operand, { stage, variables, flags: false });
  };
}

export const unsetStage: Stage = (operand, { variables }) => {
  if (typeof operand !== 'string' && !Array.isArray(operand))
    throw new CommandError(31002, '$unset specification must be a string or an array');
  const names: unknown[] = [operand].flat();
  if (names.length === 0)
    throw new CommandError(31119, '$unset specification must be a string or an array with at least one field');
  const fields = names.map((name) => {
    if (typeof name === 'string') return [name, false] as const;
    throw new CommandError(31120, '$unset specification must be a string or an array containing only string values');
  });
  return reshaping(Object.fromEntries(fields), { stage: '$unset', variables, flags: true });
};

export const replaceRootStage: Stage = (operand, compiler) => {
  if (!isDocument(operand))
    throw new CommandError(
      40229,
      `expected an object as specification for $replaceRoot stage, got ${typeName(operand)}`,
    );
  if (!Object.hasOwn(operand, 'newRoot'))
    throw new CommandError(40414, "BSON field '$replaceRoot.newRoot' is missing but a required field");
  refuseOthers(operand, ['newRoot'], 40415, "BSON field '$replaceRoot.* is an unknown field");
  return replaceWithStage(operand.newRoot, compiler);
};

export const replaceWithStage: Stage = (operand, compiler) => {
  const evaluate = compileExpression(operand, compiler.variables);
  return each((document, { variables }) => {
    const root = evaluate({ root: document, variables });
    if (isDocument(root)) return [root];
    throw new CommandError(
      40228,
      `'newRoot' expression must evaluate to an object, but resulting value was of type: ${typeName(root)}`,
    );
  });
};

/** @throws CommandError when an operand holds a field besides those */
export function refuseOthers(operand: BsonDocument, known: readonly string[], code: number, message: string): void {
  const stranger = Object.keys(operand).find((name) => !known.includes(name));
  if (stranger !== undefined) throw new CommandError(code, `${message}: ${stranger}`);
}

interface Unwinding {
  readonly path: readonly string[];
  /** Keeps documents without elements. */
  readonly preserve: boolean;
  /** Where the position of an element is put. */
  readonly position: readonly string[] | undefined;
}

export const unwindStage: Stage = (operand) => {
  const unwinding = readUnwinding(operand);
  return each((document) => unwound(document, unwinding));
};

function readUnwinding(operand: unknown): Unwinding {
  if (typeof operand !== 'string' && !isDocument(operand))
    throw new CommandError(
      15981,
      `expected either a string or an object as specification for $unwind stage, got ${typeName(operand)}`,
    );
  const options: BsonDocument = typeof operand === 'string' ? { path: operand } : operand;
  const { path, preserveNullAndEmptyArrays: preserve = false, includeArrayIndex: position } = options;
  const known = ['path', 'preserveNullAndEmptyArrays', 'includeArrayIndex'];
  refuseOthers(options, known, 28811, 'unrecognized option to $unwind stage');
  if (path !== undefined && typeof path !== 'string')
    throw new CommandError(28808, `expected a string as the path for $unwind stage, got ${typeName(path)}`);
  if (typeof preserve !== 'boolean')
    throw new CommandError(28809, 'expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage');
  if (position !== undefined && (typeof position !== 'string' || position === ''))
    throw new CommandError(28810, 'expected a non-empty string for the includeArrayIndex option to $unwind stage');
  if (position?.startsWith('$'))
    throw new CommandError(28822, "includeArrayIndex option to $unwind stage should not be prefixed with a '$'");
  if (path === undefined) throw new CommandError(28812, 'no path specified to $unwind stage');
  if (!path.startsWith('$'))
    throw new CommandError(28818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  return {
    path: fieldPath(path.slice(1)),
    preserve,
    position: position === undefined ? undefined : fieldPath(position),
  };
}

function* unwound(document: BsonDocument, { path, preserve, position }: Unwinding): Generator<BsonDocument> {
  const at = (changed: BsonDocument, index: Long | null) => (position ? withField(changed, position, index) : changed);
  const value = path.reduce<unknown>((holder, part) => (isDocument(holder) ? own(holder, part) : undefined), document);
  if (!Array.isArray(value)) {
    if (preserve || (value !== null && value !== undefined)) yield at(document, null);
    return;
  }
  if (value.length === 0 && preserve) yield at(withField(document, path, undefined), null);
  for (const [index, item] of value.entries()) yield at(withField(document, path, item), Long.fromNumber(index));
}

/** The document with another value at a path; `undefined` takes the field away. */
export function withField(document: BsonDocument, path: readonly string[], value: unknown): BsonDocument {
  const [part = '', ...rest] = path;
  const before = own(document, part);
  const inner = rest.length === 0 ? value : withField(isDocument(before) ? before : {}, rest, value);
  const changed = { ...document, [part]: inner };
  if (inner === undefined) delete changed[part];
  return changed;
}
