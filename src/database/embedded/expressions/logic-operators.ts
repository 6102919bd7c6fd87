import { Double } from 'bson';
import { compareValues } from '../bson-order.ts';
import { isTruthy, typeName } from '../bson-types.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { isNumeric } from '../numbers.ts';
import {
  type Compiler, checkVariableName, exactly, isNil, namedArguments, type Operator, type Operators,
} from './expression.ts'; // biome-ignore format: a list of names

/** Operators that compare, decide and name values. */

/** In expressions a missing value sorts before null, other than in queries. */
export function compareInExpressions(left: unknown, right: unknown): number {
  if (left === undefined || right === undefined) return Number(right === undefined) - Number(left === undefined);
  return Math.sign(compareValues(left, right));
}

function comparing(answer: (comparison: number) => unknown): Operator {
  return exactly(2, ([left, right]) => answer(compareInExpressions(left, right)));
}

/** `$and` and `$or` look no further than they have to. */
function deciding(sought: boolean): Operator {
  return (operand, compiler) => {
    const parts = (Array.isArray(operand) ? operand : [operand]).map((item: unknown) => compiler.compile(item));
    return (evaluation) => parts.some((part) => isTruthy(part(evaluation)) === sought) === sought;
  };
}

/** No literals, which could be taken for promises. */
const CONDITION_PARTS = new Map([
  ['if', 17080],
  ['then', 17081],
  ['else', 17082],
]);
const BRANCH_PARTS = new Map([
  ['case', 40064],
  ['then', 40065],
]);

const CONDITION = { notAnObject: 17083, unknown: 17083, required: Object.fromEntries(CONDITION_PARTS) };

const condition: Operator = (operand, compiler, name) => {
  const [test, yes, no] = conditionParts(operand, name).map((part) => compiler.compile(part));
  return (evaluation) => (isTruthy(test?.(evaluation)) ? yes?.(evaluation) : no?.(evaluation));
};

function conditionParts(operand: unknown, name: string): unknown[] {
  if (isDocument(operand)) {
    const parts = namedArguments(operand, name, CONDITION);
    return [parts.if, parts.then, parts.else];
  }
  const list: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (list.length !== 3)
    throw new CommandError(16020, `Expression $cond takes exactly 3 arguments. ${list.length} were passed in.`);
  return list;
}

const firstThatIs: Operator = (operand, compiler) => {
  const list: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (list.length < 2) throw new CommandError(1257300, `$ifNull needs at least two arguments, had: ${list.length}`);
  const parts = list.map((item) => compiler.compile(item));
  return (evaluation) => {
    for (const part of parts.slice(0, -1)) {
      const value = part(evaluation);
      if (!isNil(value)) return value;
    }
    return parts.at(-1)?.(evaluation);
  };
};

const choice: Operator = (operand, compiler, name) => {
  const { branches = [], ...rest } = namedArguments(operand, name, {
    notAnObject: 40060,
    unknown: 40067,
    required: {},
    optional: ['branches', 'default'],
  });
  if (!Array.isArray(branches))
    throw new CommandError(40061, `$switch expected an array for 'branches', found: ${typeName(branches)}`);
  if (branches.length === 0) throw new CommandError(40068, '$switch requires at least one branch.');
  const compiled = branches.map((branch) => compileBranch(branch, compiler));
  const otherwise = Object.hasOwn(rest, 'default') ? compiler.compile(rest.default) : undefined;
  return (evaluation) => {
    const taken = compiled.find((branch) => isTruthy(branch.test(evaluation)))?.result ?? otherwise;
    if (taken) return taken(evaluation);
    throw noBranch();
  };
};

/** What `$switch`, and `$bucket` by it, answers to a value that nothing is said about. */
export function noBranch(): CommandError {
  return new CommandError(
    40066,
    '$switch could not find a matching branch for an input, and no default was specified.',
  );
}

function compileBranch(branch: unknown, compiler: Compiler) {
  const codes = { notAnObject: 40062, unknown: 40063, required: Object.fromEntries(BRANCH_PARTS) };
  const parts = namedArguments(branch, '$switch branch', codes);
  return { test: compiler.compile(parts.case), result: compiler.compile(parts.then) };
}

const naming: Operator = (operand, compiler, name) => {
  const codes = { notAnObject: 16874, unknown: 16875, required: { vars: 16876, in: 16877 } };
  const { vars, in: inner } = namedArguments(operand, name, codes);
  if (!isDocument(vars)) throw new CommandError(10065, `invalid parameter: expected an object (vars)`);
  const names = Object.keys(vars);
  for (const variable of names) checkVariableName(variable);
  const values = names.map((variable) => [variable, compiler.compile(vars[variable])] as const);
  const result = compiler.knowing(...names).compile(inner);
  return (evaluation) => {
    const own: BsonDocument = Object.fromEntries(values.map(([variable, value]) => [variable, value(evaluation)]));
    return result({ ...evaluation, variables: { ...evaluation.variables, ...own } });
  };
};

const random: Operator = (operand) => {
  if (!isDocument(operand) && !Array.isArray(operand))
    throw new CommandError(10065, 'invalid parameter: expected an object ($rand)');
  if (Object.keys(operand).length > 0) throw new CommandError(3040501, '$rand does not currently accept arguments');
  return () => new Double(Math.random());
};

export const logicOperators: Operators = {
  $and: deciding(false),
  $cmp: comparing((comparison) => comparison),
  $cond: condition,
  $eq: comparing((comparison) => comparison === 0),
  $gt: comparing((comparison) => comparison > 0),
  $gte: comparing((comparison) => comparison >= 0),
  $ifNull: firstThatIs,
  $isNumber: exactly(1, ([value]) => isNumeric(value)),
  $let: naming,
  $literal: (operand) => () => operand,
  $lt: comparing((comparison) => comparison < 0),
  $lte: comparing((comparison) => comparison <= 0),
  $ne: comparing((comparison) => comparison !== 0),
  $not: exactly(1, ([value]) => !isTruthy(value)),
  $or: deciding(true),
  $rand: random,
  $switch: choice,
  $type: exactly(1, ([value]) => typeName(value)),
};
