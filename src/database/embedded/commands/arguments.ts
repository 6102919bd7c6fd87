import { typeName } from '../bson-types.ts';
import { checkNamespace } from '../catalog.ts';
import type { Command } from '../command.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { evaluateVariables } from '../expressions/compile.ts';
import { toNumber } from '../numbers.ts';

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

/**
 * What the variables of a command's `let` stand for; undefined when there are none.
 * @throws CommandError when one has a name that is reserved, or needs a document
 */
export function variablesOf(declared: unknown, now: () => Date): BsonDocument | undefined {
  return isDocument(declared) ? evaluateVariables(declared, { NOW: now() }) : undefined;
}
