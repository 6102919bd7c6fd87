import { BSONRegExp } from 'bson';
import { Query } from 'mingo/query';
import { type BsonDocument, decodeDocument, isDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { filterOptions } from './filter-options.ts';
import { isNumeric } from './numbers.ts';
import { REFERENCE_PARTS } from './paths.ts';
import { mingoContext } from './query-operators.ts';
import { pickFields } from './raw-bson.ts';
import { regExpOf, toRegExp } from './regular-expressions.ts';

/** A filter, checked and compiled once per request. */
export interface Filter {
  /** The filter with its regular expressions as JavaScript's. */
  readonly source: BsonDocument;
  /** The top-level fields it looks at; `'all'` when an expression may look anywhere. */
  readonly fields: ReadonlySet<string> | 'all';
  readonly matchesEverything: boolean;
  /** Whether a decoded document matches. */
  test(document: BsonDocument): boolean;
  /** Whether a document matches; only the fields that the filter looks at are decoded. */
  testRaw(raw: Uint8Array): boolean;
}

const LOGICAL = new Set(['$and', '$or', '$nor']);
const FIELD_OPERATORS = new Set([
  '$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists', '$type', '$all', '$elemMatch', '$size', '$mod',
  '$regex', '$options', '$not', '$bitsAllClear', '$bitsAllSet', '$bitsAnyClear', '$bitsAnySet',
]); // biome-ignore format: a list of names
const UNSUPPORTED = new Set([
  '$where',
  '$sampleRate',
  '$text',
  '$near',
  '$nearSphere',
  '$geoWithin',
  '$geoIntersects',
  '$jsonSchema',
  '$function',
]);

/** Checks and compiles a filter. @param variables what `$$name` stands for in its expressions @throws CommandError BadValue for operators that MongoDB does not know, NotImplemented for those the engine lacks */
export function compileFilter(filter: unknown, variables?: BsonDocument): Filter {
  if (filter === undefined || filter === null) return EVERYTHING;
  if (!isDocument(filter)) throw new CommandError(14, 'Expected field filter to be of type object');
  const names = new Set<string>();
  const collector = { names, everything: false };
  const source = prepare(filter, collector);
  if (Object.keys(source).length === 0) return EVERYTHING;
  const query = compile(source, collector.everything ? variables : undefined);
  const fields = collector.everything ? 'all' : names;
  const test = (document: BsonDocument): boolean => query.test(document);
  return {
    source,
    fields,
    matchesEverything: false,
    test,
    testRaw: (raw) => test(decodeDocument(fields === 'all' ? raw : pickFields(raw, fields))),
  };
}

const EVERYTHING: Filter = {
  source: {},
  fields: new Set(),
  matchesEverything: true,
  test: () => true,
  testRaw: () => true,
};

/** Filters with variables are rare enough for options of their own. */
function optionsWith(variables: BsonDocument) {
  return { context: mingoContext, scriptEnabled: false, variables };
}

function compile(source: BsonDocument, variables: BsonDocument | undefined): Query {
  try {
    return new Query(source, variables ? optionsWith(variables) : filterOptions);
  } catch (error) {
    if (error instanceof CommandError || error instanceof RangeError) throw error;
    throw new CommandError(2, error instanceof Error ? error.message : 'invalid filter');
  }
}

interface Collector {
  readonly names: Set<string>;
  everything: boolean;
}

function prepare(filter: BsonDocument, collector: Collector): BsonDocument {
  const prepared: BsonDocument = {};
  for (const [name, value] of Object.entries(filter)) {
    if (LOGICAL.has(name)) prepared[name] = prepareList(name, value, collector);
    else if (name === '$expr') {
      collector.everything = true;
      prepared[name] = value;
    } else if (name === '$comment') continue;
    else if (name.startsWith('$')) throw unknownOperator(name, 'top level operator');
    else {
      collector.names.add(name.split('.')[0] ?? name);
      prepared[name] = prepareCondition(value);
    }
  }
  return prepared;
}

function unknownOperator(name: string, kind: string): CommandError {
  if (UNSUPPORTED.has(name)) return new CommandError(238, `${name} is not supported by the embedded engine`);
  return new CommandError(2, `unknown ${kind}: ${name}`);
}

function prepareList(name: string, value: unknown, collector: Collector): BsonDocument[] {
  if (!Array.isArray(value)) throw new CommandError(2, `${name} argument must be an array`);
  if (value.length === 0) throw new CommandError(2, '$and/$or/$nor must be a nonempty array');
  return value.map((item) => {
    if (!isDocument(item)) throw new CommandError(2, '$or/$and/$nor entries need to be full objects');
    return prepare(item, collector);
  });
}

function prepareCondition(value: unknown): unknown {
  if (value instanceof BSONRegExp) return toRegExp(value);
  if (!isDocument(value)) return value;
  const names = Object.keys(value);
  if (!names[0]?.startsWith('$') || names[0] === '$ref' || names[0] === '$id') return plainOperand(value);
  const prepared: BsonDocument = {};
  for (const name of names) {
    if (!FIELD_OPERATORS.has(name)) throw unknownOperator(name, 'operator');
    if (name === '$options' && !Object.hasOwn(value, '$regex')) throw new CommandError(2, '$options needs a $regex');
    if (name !== '$options') prepared[name] = prepareOperand(name, value[name], value.$options);
  }
  return prepared;
}

/** A document to compare with. mingo would take a field that starts with `$` for an operator, so it is told what is meant. */
function plainOperand(value: BsonDocument): BsonDocument {
  return { $eq: value };
}

const LIST_OPERATORS = new Set(['$in', '$nin', '$all']);

function prepareOperand(name: string, operand: unknown, options: unknown): unknown {
  if (name === '$regex') return prepareExpression(operand, options);
  if (name === '$not') return prepareNegation(operand);
  if (name === '$elemMatch') return prepareElementMatch(operand);
  if (LIST_OPERATORS.has(name)) {
    if (!Array.isArray(operand)) throw new CommandError(2, `${name} needs an array`);
    const byElements = name === '$all' && firstOperator(operand[0]) === '$elemMatch';
    return operand.map((item) => (byElements ? prepareElements(item) : prepareListItem(name, item)));
  }
  if (name === '$mod') checkModulo(operand);
  if (operand instanceof BSONRegExp && name !== '$eq') throw new CommandError(2, `Can't have regex as arg to ${name}.`);
  return operand;
}

function checkModulo(operand: unknown): void {
  if (!Array.isArray(operand) || operand.length !== 2)
    throw new CommandError(2, 'malformed mod, needs to be an array of two elements');
  if (!operand.every(isNumeric)) throw new CommandError(2, 'malformed mod, divisor or remainder not a number');
}

/** The operator that a document begins with, if it is one of conditions. */
function firstOperator(item: unknown): string | undefined {
  const [first] = isDocument(item) ? Object.keys(item) : [];
  return first?.startsWith('$') && !REFERENCE_PARTS.has(first) ? first : undefined;
}

function prepareElements(item: unknown): BsonDocument {
  if (!isDocument(item) || Object.keys(item).join() !== '$elemMatch')
    throw new CommandError(2, '$all/$elemMatch has to be consistent');
  return { $elemMatch: prepareElementMatch(item.$elemMatch) };
}

function prepareListItem(name: string, item: unknown): unknown {
  if (firstOperator(item)) throw new CommandError(2, `cannot nest $ under ${name}`);
  return item instanceof BSONRegExp ? toRegExp(item) : item;
}

function prepareExpression(operand: unknown, options: unknown): RegExp {
  if (options !== undefined && typeof options !== 'string') throw new CommandError(2, '$options has to be a string');
  if (typeof operand !== 'string' && !(operand instanceof BSONRegExp))
    throw new CommandError(2, '$regex has to be a string');
  return regExpOf(operand, options);
}

function prepareNegation(operand: unknown): unknown {
  if (operand instanceof BSONRegExp) return toRegExp(operand);
  if (!isDocument(operand) || Object.keys(operand).length === 0)
    throw new CommandError(2, '$not needs a regex or a document');
  return prepareCondition(operand);
}

function prepareElementMatch(operand: unknown): BsonDocument {
  if (!isDocument(operand)) throw new CommandError(2, '$elemMatch needs an Object');
  const isValueMatch = Object.keys(operand).some((name) => FIELD_OPERATORS.has(name));
  if (isValueMatch) return prepareCondition(operand) as BsonDocument;
  return prepare(operand, { names: new Set(), everything: false });
}
