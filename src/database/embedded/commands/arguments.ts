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

/** A field without which a command must not run: it would do something else. @throws CommandError as MongoDB has it */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new CommandError(40414, `BSON field '${name}' is missing but a required field`);
  return value;
}

/** A switch; a number is taken as MongoDB takes it. @throws CommandError TypeMismatch */
export function flag(value: unknown, name: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  const number = toNumber(value);
  if (Number.isNaN(number)) throw wrongType(name, 'bool');
  return number !== 0;
}

/** A number of any of BSON's types. @throws CommandError TypeMismatch */
export function numeric(value: unknown, name: string): number {
  const number = toNumber(value);
  if (Number.isNaN(number)) throw wrongType(name, 'number');
  return number;
}

function wrongType(name: string, wanted: string): CommandError {
  return new CommandError(14, `BSON field '${name}' is the wrong type, expected type '${wanted}'`);
}

/** A whole number ≥ 0. @throws CommandError with MongoDB's code for a value of another type or out of its range */
export function wholeNumber(value: unknown, name: string, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  const number = numeric(value, name);
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
