import { storedDouble } from '../arithmetic.ts';
import { equalValues } from '../bson-order.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError, notSupported } from '../errors.ts';
import { average, extreme, total } from '../expressions/accumulations.ts';
import { countOf, extremes } from '../expressions/array-operators.ts';
import { compileExpression } from '../expressions/compile.ts';
import { type ArgumentCodes, checkFieldName, type Evaluation, namedArguments } from '../expressions/expression.ts';
import { mergeDocuments } from '../expressions/object-operators.ts';
import { isNumeric, toNumber } from '../numbers.ts';
import { compareSorted, parseSort, sortValues } from '../sort.ts';

/** What `$group` and its like make of the documents of a group. */

export interface Accumulated {
  readonly name: string;
  accumulate(members: readonly Evaluation[]): unknown;
}

type Accumulator = (operand: unknown, variables: readonly string[], name: string) => Accumulated['accumulate'];

/** @param gather gets the values of an expression for all documents, `undefined` where the field is missing */
function ofOne(gather: (values: unknown[]) => unknown): Accumulator {
  return (operand, variables, name) => {
    if (Array.isArray(operand) && operand.length !== 1)
      throw new CommandError(40237, `The ${name} accumulator is a unary operator`);
    const evaluate = compileExpression(Array.isArray(operand) ? operand[0] : operand, variables);
    return (members) => gather(members.map(evaluate)) ?? null;
  };
}

const count: Accumulator = (operand) => {
  if (!isDocument(operand) || Object.keys(operand).length > 0)
    throw new CommandError(14, '$count takes no arguments, i.e. $count:{}');
  return (members) => members.length;
};

function distinct(values: readonly unknown[]): unknown[] {
  const found: unknown[] = [];
  for (const value of values)
    if (value !== undefined && !found.some((there) => equalValues(there, value))) found.push(value);
  return found;
}

/** @param less 0 for the whole population, 1 for a sample */
function deviation(less: 0 | 1): (values: readonly unknown[]) => unknown {
  return (values) => {
    const numbers = values.filter(isNumeric).map(toNumber);
    if (numbers.length <= less) return null;
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    const squares = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0);
    return storedDouble(Math.sqrt(squares / (numbers.length - less)));
  };
}

const SEVERAL_CODES: ArgumentCodes = {
  notAnObject: 5787900,
  unknown: 5787901,
  required: { n: 5787906, input: 5787907 },
};

/** `$firstN` and its like. The `n` may look at the `_id` of the group only, which is not supported: it is a constant. */
function several(choose: (values: unknown[], count: number) => unknown[]): Accumulator {
  return (operand, variables, name) => {
    const { n, input } = namedArguments(operand, name, SEVERAL_CODES);
    const most = constantCount(n, variables);
    const evaluate = compileExpression(input, variables);
    return (members) => choose(members.map(evaluate), most).map((value) => value ?? null);
  };
}

function constantCount(n: unknown, variables: readonly string[]): number {
  return countOf(compileExpression(n, variables)({ root: {}, variables: {} }));
}

/** `$top`, `$bottom` and those of several. @param end from which of the sorted documents are taken */
function atEnd(end: 'top' | 'bottom', isSeveral: boolean): Accumulator {
  return (operand, variables, name) => {
    const required = { sortBy: 5788005, output: 5788004, ...(isSeveral && { n: 5788003 }) };
    const given = namedArguments(operand, name, { notAnObject: 5788001, unknown: 5788002, required });
    if (!isDocument(given.sortBy)) throw new CommandError(5788604, `expected 'sortBy' to be an object in ${name}`);
    const fields = parseSort(given.sortBy);
    const evaluate = compileExpression(given.output, variables);
    const most = isSeveral ? constantCount(given.n, variables) : 1;
    return (members) => {
      const keyed = members.map((member) => ({ member, values: sortValues(member.root, fields) }));
      keyed.sort((left, right) => compareSorted(left.values, right.values, fields));
      const taken = end === 'top' ? keyed.slice(0, most) : keyed.slice(-most);
      const outputs = taken.map(({ member }) => evaluate(member) ?? null);
      return isSeveral ? outputs : outputs[0];
    };
  };
}

const ACCUMULATORS: Readonly<Record<string, Accumulator>> = {
  $addToSet: ofOne(distinct),
  $avg: ofOne(average),
  $bottom: atEnd('bottom', false),
  $bottomN: atEnd('bottom', true),
  $count: count,
  $first: ofOne((values) => values[0]),
  $firstN: several((values, most) => values.slice(0, most)),
  $last: ofOne((values) => values.at(-1)),
  $lastN: several((values, most) => values.slice(-most)),
  $max: ofOne(extreme(1)),
  $maxN: several(extremes(1)),
  $mergeObjects: ofOne(mergeDocuments),
  $min: ofOne(extreme(-1)),
  $minN: several(extremes(-1)),
  $push: ofOne((values) => values.filter((value) => value !== undefined)),
  $stdDevPop: ofOne(deviation(0)),
  $stdDevSamp: ofOne(deviation(1)),
  $sum: ofOne(total),
  $top: atEnd('top', false),
  $topN: atEnd('top', true),
};

/** Accumulators of MongoDB that the engine lacks. */
const NOT_SUPPORTED = new Set(['$accumulator', '$concatArrays', '$median', '$percentile', '$setUnion']);

/** @throws CommandError with MongoDB's code for a field that is no accumulator */
export function compileAccumulators(fields: BsonDocument, variables: readonly string[]): Accumulated[] {
  return Object.entries(fields).map(([name, field]) => {
    if (name.includes('.')) throw new CommandError(40235, `The field name '${name}' cannot contain '.'`);
    if (name.startsWith('$')) throw new CommandError(40236, `The field name '${name}' cannot be an operator name`);
    checkFieldName(name);
    if (!isDocument(field) || Object.keys(field).length === 0)
      throw new CommandError(40234, `The field '${name}' must be an accumulator object`);
    const [operator = '', ...others] = Object.keys(field);
    if (others.length > 0) throw new CommandError(40238, `The field '${name}' must specify one accumulator`);
    if (NOT_SUPPORTED.has(operator)) throw notSupported(operator);
    const accumulator = Object.hasOwn(ACCUMULATORS, operator) ? ACCUMULATORS[operator] : undefined;
    if (!accumulator) throw new CommandError(15952, `unknown group operator '${operator}'`);
    return { name, accumulate: accumulator(field[operator], variables, operator) };
  });
}
