import { checkNamespace } from '../catalog.ts';
import type { Command } from '../command.ts';
import type { BsonDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { toNumber } from '../numbers.ts';

/** Reading the fields of commands. */

/** The name space that a command's first field names. @throws CommandError InvalidNamespace */
export function namespaceOf(command: Command): string {
  return checkNamespace(command.database, command.body[command.name]);
}

/** A whole number ≥ 0. @throws CommandError with MongoDB's code for a value out of its range */
export function wholeNumber(value: unknown, name: string, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  const number = toNumber(value);
  if (!Number.isInteger(number) || number < 0)
    throw new CommandError(51024, `BSON field '${name}' value must be >= 0, actual value '${String(value)}'`);
  return number;
}

/** Collations other than MongoDB's simple one are not supported; ignoring one would give wrong results. */
export function refuseCollation(options: BsonDocument): void {
  const collation = options.collation as BsonDocument | undefined;
  if (collation && collation.locale !== 'simple')
    throw new CommandError(238, 'collation is not supported by the embedded engine');
}
