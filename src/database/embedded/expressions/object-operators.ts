import { typeName } from '../bson-types.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { own } from '../paths.ts';
import { anyNumberOf, exactly, isNil, namedArguments, type Operator, type Operators } from './expression.ts';

/** Operators on documents. */

/** @throws CommandError for what is neither a document nor nothing */
export function mergeDocuments(values: readonly unknown[]): BsonDocument {
  const merged: BsonDocument = {};
  for (const value of values) {
    if (isNil(value)) continue;
    if (!isDocument(value))
      throw new CommandError(40400, `$mergeObjects requires object inputs, but input is of type ${typeName(value)}`);
    Object.assign(merged, value);
  }
  return merged;
}

const mergeObjects: Operator = (operand, compiler, name) => {
  // An only argument that gives an array is a list of documents.
  if (!Array.isArray(operand))
    return exactly(1, ([value]) => mergeDocuments(Array.isArray(value) ? (value as unknown[]) : [value]))(
      operand,
      compiler,
      name,
    );
  return anyNumberOf(mergeDocuments)(operand, compiler, name);
};

const getField: Operator = (operand, compiler, name) => {
  const codes = { notAnObject: 3041701, unknown: 3041701, required: { field: 3041702, input: 3041703 } };
  const given =
    isDocument(operand) && Object.hasOwn(operand, 'field') ? operand : { field: operand, input: '$$CURRENT' };
  const { field, input } = namedArguments(given, name, codes);
  const naming = compiler.compile(field);
  const holding = compiler.compile(input);
  return (evaluation) => {
    const key = naming(evaluation);
    if (typeof key !== 'string')
      throw new CommandError(
        typeof field === 'object' ? 3041704 : 5654602,
        `$getField requires 'field' to evaluate to type String, but got ${typeName(key)}`,
      );
    const value = holding(evaluation);
    if (isDocument(value)) return own(value, key);
    return value === null ? null : undefined;
  };
};

export const objectOperators: Operators = {
  $getField: getField,
  $mergeObjects: mergeObjects,
  $objectToArray: exactly(1, ([value]) => {
    if (isNil(value)) return null;
    if (!isDocument(value))
      throw new CommandError(40390, `$objectToArray requires a document input, found: ${typeName(value)}`);
    return Object.entries(value).map(([k, v]) => ({ k, v }));
  }),
};
