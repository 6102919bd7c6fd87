import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { toNumber } from '../numbers.ts';

/** What an expression looks at: the document, and what `$$name` stands for. */
export interface Evaluation {
  readonly root: BsonDocument;
  readonly variables: BsonDocument;
}

/** A compiled expression; `undefined` is a field that is missing. */
export type Evaluate = (evaluation: Evaluation) => unknown;

/** Compiles the expressions within an expression. */
export interface Compiler {
  compile(expression: unknown): Evaluate;
  /** A compiler for expressions that may use further variables. */
  knowing(...variables: string[]): Compiler;
}

/** Compiles the operand of one operator. @throws CommandError with MongoDB's code for an operand that is none */
export type Operator = (operand: unknown, compiler: Compiler, name: string) => Evaluate;

export type Operators = Readonly<Record<string, Operator>>;

export function isNil(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** An operator that takes a list of arguments, or its only argument without a list. */
function ofArguments(
  check: (count: number, name: string) => void,
  calculate: (values: unknown[], name: string) => unknown,
): Operator {
  return (operand, compiler, name) => {
    const list: unknown[] = Array.isArray(operand) ? operand : [operand];
    check(list.length, name);
    const parts = list.map((item) => compiler.compile(item));
    return (evaluation) =>
      calculate(
        parts.map((part) => part(evaluation)),
        name,
      );
  };
}

/** Exactly so many arguments. */
export function exactly(count: number, calculate: (values: unknown[], name: string) => unknown): Operator {
  return ofArguments((given, name) => {
    if (given !== count)
      throw new CommandError(16020, `Expression ${name} takes exactly ${count} arguments. ${given} were passed in.`);
  }, calculate);
}

/** So many arguments or more, up to the most. */
export function between(
  least: number,
  most: number,
  calculate: (values: unknown[], name: string) => unknown,
): Operator {
  return ofArguments((given, name) => {
    if (given < least || given > most)
      throw new CommandError(
        28667,
        `Expression ${name} takes at least ${least} arguments, and at most ${most}, but ${given} were passed in.`,
      );
  }, calculate);
}

/** Any number of arguments. */
export function anyNumberOf(calculate: (values: unknown[], name: string) => unknown): Operator {
  return ofArguments(() => undefined, calculate);
}

/** Arguments by name: MongoDB's code for each mistake. */
export interface ArgumentCodes {
  readonly notAnObject: number;
  readonly unknown: number;
  /** Those that have to be there, each with the code of its absence. */
  readonly required: Readonly<Record<string, number>>;
  readonly optional?: readonly string[];
}

/** @throws CommandError when the operand is no object of these arguments */
export function namedArguments(operand: unknown, name: string, codes: ArgumentCodes): BsonDocument {
  if (!isDocument(operand))
    throw new CommandError(codes.notAnObject, `${name} only supports an object as its argument`);
  const known = [...Object.keys(codes.required), ...(codes.optional ?? [])];
  const stranger = Object.keys(operand).find((argument) => !known.includes(argument));
  if (stranger !== undefined) throw new CommandError(codes.unknown, `Unrecognized argument to ${name}: ${stranger}`);
  for (const [argument, code] of Object.entries(codes.required))
    if (!Object.hasOwn(operand, argument)) throw new CommandError(code, `Missing '${argument}' parameter to ${name}`);
  return operand;
}

/** An operator whose arguments have names and are evaluated before it. */
export function byName(codes: ArgumentCodes, calculate: (values: BsonDocument, name: string) => unknown): Operator {
  return (operand, compiler, name) => {
    const parts = Object.entries(namedArguments(operand, name, codes)).map(
      ([argument, expression]) => [argument, compiler.compile(expression)] as const,
    );
    return (evaluation) =>
      calculate(Object.fromEntries(parts.map(([argument, part]) => [argument, part(evaluation) ?? null])), name);
  };
}

/** @throws CommandError with MongoDB's code for what cannot be the name of one field */
export function checkFieldName(name: string): void {
  if (name === '') throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
  if (name.startsWith('$')) throw new CommandError(16410, `FieldPath field names may not start with '$'.`);
  if (name.includes('.')) throw new CommandError(16412, "FieldPath field names may not contain '.'.");
}

/** @throws CommandError FailedToParse for what cannot be the name of a variable */
export function checkVariableName(name: unknown): asserts name is string {
  if (typeof name !== 'string' || !/^[a-z\u0080-\uffff][\w\u0080-\uffff]*$/.test(name))
    throw new CommandError(9, `'${String(name)}' is not a valid name of a user variable`);
}

/** A number that is whole and fits into 32 bits; undefined for any other. */
export function int32Of(value: unknown): number | undefined {
  const number = toNumber(value);
  return (number | 0) === number ? number : undefined;
}
