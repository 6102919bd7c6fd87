import { isTruthy } from '../bson-types.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError, notSupported } from '../errors.ts';
import { own } from '../paths.ts';
import { arithmeticOperators } from './arithmetic-operators.ts';
import { arrayOperators } from './array-operators.ts';
import { conversionOperators } from './conversion-operators.ts';
import { dateOperators } from './date-operators.ts';
import {
  type Compiler,
  checkFieldName,
  checkVariableName,
  type Evaluate,
  type Evaluation,
  type Operators,
} from './expression.ts';
import { logicOperators } from './logic-operators.ts';
import { objectOperators } from './object-operators.ts';
import { setOperators } from './set-operators.ts';
import { textOperators } from './text-operators.ts';

/** Aggregation expressions: what is supported, what is refused, and how they are compiled. */

const OPERATORS: Operators = {
  ...arithmeticOperators,
  ...arrayOperators,
  ...conversionOperators,
  ...dateOperators,
  ...logicOperators,
  ...objectOperators,
  ...setOperators,
  ...textOperators,
};

/** Operators of MongoDB that the engine lacks. */
const NOT_SUPPORTED = new Set([
  '$accumulator', '$acos', '$acosh', '$asin', '$asinh', '$atan', '$atan2', '$atanh', '$binarySize', '$bitAnd', '$bitNot',
  '$bitOr', '$bitXor', '$bsonSize', '$cos', '$cosh', '$createObjectId', '$degreesToRadians', '$encStrContains',
  '$encStrEndsWith', '$encStrNormalizedEq', '$encStrStartsWith', '$function', '$median', '$meta', '$percentile',
  '$radiansToDegrees', '$sampleRate', '$setField', '$sigmoid', '$sin', '$sinh', '$stdDevPop', '$stdDevSamp', '$tan',
  '$tanh', '$toArray', '$toHashedIndexKey', '$toObject', '$toUUID', '$tsIncrement', '$tsSecond', '$unsetField',
]); // biome-ignore format: a list of names

/** Whether a name is one of MongoDB's expressions, supported or not. */
export function isExpressionName(name: string): boolean {
  return Object.hasOwn(OPERATORS, name) || NOT_SUPPORTED.has(name);
}

const SYSTEM_VARIABLES = new Set(['ROOT', 'CURRENT', 'REMOVE', 'NOW', 'CLUSTER_TIME']);

/**
 * Checks and compiles an expression, so that a mistake in it is found without a document.
 * @param variables the names of the variables it may use
 * @throws CommandError with MongoDB's code, NotImplemented for operators that the engine lacks
 */
export function compileExpression(expression: unknown, variables: Iterable<string> = []): Evaluate {
  return compilerFor(new Set(variables)).compile(expression);
}

/** @param isConstant whether no document is there to look at */
function compilerFor(variables: ReadonlySet<string>, isConstant = false): Compiler {
  const compiler: Compiler = {
    compile(expression) {
      if (typeof expression === 'string' && expression.startsWith('$'))
        return compilePath(expression, variables, isConstant);
      if (Array.isArray(expression)) {
        const items = expression.map((item) => compiler.compile(item));
        return (evaluation) => items.map((item) => item(evaluation) ?? null);
      }
      if (!isDocument(expression)) return () => expression;
      const [first] = Object.keys(expression);
      return first?.startsWith('$') ? compileOperator(expression, compiler) : compileObject(expression, compiler);
    },
    knowing: (...names) => compilerFor(new Set([...variables, ...names]), isConstant),
  };
  return compiler;
}

function compileOperator(expression: BsonDocument, compiler: Compiler): Evaluate {
  const [name = '', ...others] = Object.keys(expression);
  if (others.length > 0)
    throw new CommandError(15983, 'An object representing an expression must have exactly one field');
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator) return operator(expression[name], compiler, name);
  if (NOT_SUPPORTED.has(name)) throw notSupported(name);
  throw new CommandError(168, `Unrecognized expression '${name}'`);
}

function compileObject(expression: BsonDocument, compiler: Compiler): Evaluate {
  const fields = Object.entries(expression).map(([name, value]) => {
    checkFieldName(name);
    return [name, compiler.compile(value)] as const;
  });
  return (evaluation) => {
    const result: BsonDocument = {};
    for (const [name, evaluate] of fields) {
      const value = evaluate(evaluation);
      if (value !== undefined) result[name] = value;
    }
    return result;
  };
}

/** @returns the parts of a dotted path @throws CommandError with MongoDB's code for what is none */
export function fieldPath(path: string): string[] {
  if (path === '') throw new CommandError(40352, 'FieldPath cannot be constructed with empty string');
  if (path.endsWith('.')) throw new CommandError(40353, "FieldPath must not end with a '.'.");
  const parts = path.split('.');
  parts.forEach(checkFieldName);
  return parts;
}

function compilePath(text: string, variables: ReadonlySet<string>, isConstant: boolean): Evaluate {
  if (text === '$') throw new CommandError(16872, "'$' by itself is not a valid FieldPath");
  if (!text.startsWith('$$')) {
    const parts = fieldPath(text.slice(1));
    if (isConstant) throw looksAtField();
    return ({ root }) => valueAt(root, parts, 0);
  }
  if (text === '$$') throw new CommandError(9, 'empty variable names are not allowed');
  const [name = '', ...parts] = fieldPath(text.slice(2));
  if (!variables.has(name) && !SYSTEM_VARIABLES.has(name))
    throw new CommandError(17276, `Use of undefined variable: ${name}`);
  if (name === 'CLUSTER_TIME') throw new CommandError(51144, "Builtin variable '$$CLUSTER_TIME' is not available");
  if (name === 'REMOVE') return () => undefined;
  if (isConstant && (name === 'ROOT' || name === 'CURRENT')) throw looksAtField();
  if (name === 'ROOT' || name === 'CURRENT') return ({ root }) => valueAt(root, parts, 0);
  return (evaluation) => valueAt(evaluation.variables[name], parts, 0);
}

function looksAtField(): CommandError {
  return new CommandError(
    4890500,
    'Command let Expression tried to access a field, but this is not allowed because command let expressions run before the query examines any documents.',
  );
}

/** Follows a path as expressions do: an array gives an array of what its documents hold; a number is only a field's name. */
function valueAt(value: unknown, parts: readonly string[], position: number): unknown {
  const part = parts[position];
  if (part === undefined) return value;
  if (isDocument(value)) return valueAt(own(value, part), parts, position + 1);
  if (!Array.isArray(value)) return undefined;
  return value
    .filter(isDocument)
    .map((item) => valueAt(item, parts, position))
    .filter((found) => found !== undefined);
}

/** A condition that is an expression, as in `$expr`. @param given what `$$name` stands for in it */
export function compileCondition(
  expression: unknown,
  given: BsonDocument,
  now = new Date(),
): (document: BsonDocument) => boolean {
  const evaluate = compileExpression(expression, Object.keys(given));
  const variables = { NOW: now, ...given };
  return (root) => isTruthy(evaluate({ root, variables }));
}

/**
 * The values of the variables that a stage declares by `let`.
 * @param known the names of the variables that their expressions may use
 * @throws CommandError for a name that is none
 */
export function compileVariables(
  declared: BsonDocument,
  known: Iterable<string>,
): (evaluation: Evaluation) => BsonDocument {
  return valuesBy(declared, compilerFor(new Set(known)));
}

/** The values of the variables that a command declares by `let`, which look at no document. @throws CommandError */
export function evaluateVariables(declared: BsonDocument, variables: BsonDocument): BsonDocument {
  return valuesBy(declared, compilerFor(new Set(), true))({ root: {}, variables });
}

function valuesBy(declared: BsonDocument, compiler: Compiler): (evaluation: Evaluation) => BsonDocument {
  const compiled = Object.entries(declared).map(([name, expression]) => {
    checkVariableName(name);
    return [name, compiler.compile(expression)] as const;
  });
  return (evaluation) => Object.fromEntries(compiled.map(([name, evaluate]) => [name, evaluate(evaluation)]));
}
