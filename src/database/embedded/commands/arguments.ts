import { evalExpr } from 'mingo/core';
import { checkNamespace } from '../catalog.ts';
import type { Command } from '../command.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { toNumber } from '../numbers.ts';
import { mingoContext } from '../query-operators.ts';
import { typeName } from './field-rules.ts';

/** Reading the fields of commands, whose kinds are checked before (see `fields.ts`). */

/** The name space that a command's first field names. @throws CommandError InvalidNamespace */
export function namespaceOf(command: Command): string {
  const name = command.body[command.name];
  if (typeof name !== 'string') throw new CommandError(73, `collection name has invalid type ${typeName(name)}`);
  return checkNamespace(command.database, name);
}

/** A whole number; what is behind a point is cut off, and what is larger than anything can be is as good as the largest. */
export function wholeNumber(value: unknown, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  return Math.min(Math.trunc(toNumber(value)) || 0, Number.MAX_SAFE_INTEGER);
}

/** How many documents the first batch is to have, by the `cursor` of a command. Lists have all in one unless it says so. */
export function batchSizeOf({ cursor }: BsonDocument): number {
  return wholeNumber(isDocument(cursor) ? cursor.batchSize : undefined, Number.POSITIVE_INFINITY);
}

const VARIABLE_NAME = /^[a-z\u0080-\uffff][\w\u0080-\uffff]*$/;

/**
 * What the variables of a command's `let` stand for; undefined when there are none.
 * @throws CommandError when one has a name that is reserved, or needs a document
 */
export function variablesOf(given: unknown): BsonDocument | undefined {
  if (!isDocument(given)) return undefined;
  const variables: BsonDocument = {};
  for (const [name, expression] of Object.entries(given)) {
    if (!VARIABLE_NAME.test(name))
      throw new CommandError(9, `'${name}' starts with an invalid character for a user variable name`);
    refuseFields(expression);
    variables[name] = evalExpr({}, expression as never, { context: mingoContext } as never);
  }
  return variables;
}

const DOCUMENT_VARIABLES = /^\$\$(ROOT|CURRENT)\b/;

/** @throws CommandError for an expression that reads a field: it is evaluated before there are documents */
function refuseFields(expression: unknown): void {
  if (typeof expression === 'string' && (/^\$[^$]/.test(expression) || DOCUMENT_VARIABLES.test(expression)))
    throw new CommandError(4890500, `Command let Expression tried to access a field, but this is not allowed`);
  if (Array.isArray(expression)) for (const item of expression) refuseFields(item);
  if (!isDocument(expression) || Object.hasOwn(expression, '$literal')) return;
  for (const operand of Object.values(expression)) refuseFields(operand);
}
