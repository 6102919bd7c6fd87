import { typeName } from '../bson-types.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError, notSupported } from '../errors.ts';
import { isNumeric, toNumber } from '../numbers.ts';

/**
 * What a field of a command may hold. Rules are put together into tables (see `fields.ts`), which are compiled once, so that
 * checking a command costs a look-up for each field it has. As in MongoDB, null is taken for a field that is not there.
 */
export interface FieldRule {
  readonly required?: true;
  /** @param path how messages call the field, such as `find.limit` */
  compile(path: string): Check;
}

/** @throws CommandError with the code that MongoDB has for the value */
export type Check = (value: unknown) => void;

export type FieldRules = Readonly<Record<string, FieldRule>>;

function rule(compile: (path: string) => Check): FieldRule {
  return { compile };
}

function ofType(isRight: (value: unknown) => boolean, wanted: string): FieldRule {
  return rule((path) => (value) => {
    if (!isRight(value)) throw wrongType(path, value, wanted);
  });
}

/** Without this field the command must not run: it would do something else. */
export function required(field: FieldRule): FieldRule {
  return { ...field, required: true };
}

export const anything = rule(() => () => undefined);
export const text = ofType((value) => typeof value === 'string', "type 'string'");
export const document = ofType(isDocument, "type 'object'");
export const list = ofType(Array.isArray, "type 'array'");
export const boolean = ofType((value) => typeof value === 'boolean', "type 'bool'");
/** A switch that may also be a number. */
export const flag = ofType(
  (value) => typeof value === 'boolean' || isNumeric(value),
  "types '[bool, long, int, decimal, double]'",
);
export const number = ofType(isNumeric, "types '[long, int, decimal, double]'");
export const long = ofType((value) => typeName(value) === 'long', "type 'long'");

/** A number from `least` on. MongoDB cuts off what is behind its point. */
export function atLeast(least: number): FieldRule {
  return rule((path) => {
    const checkType = number.compile(path);
    return (value) => {
      checkType(value);
      if ((Math.trunc(toNumber(value)) || 0) < least)
        throw new CommandError(
          51024,
          `BSON field '${path}' value must be >= ${least}, actual value '${String(value)}'`,
        );
    };
  });
}

export const notNegative = atLeast(0);

export function listOf(item: FieldRule): FieldRule {
  return rule((path) => {
    const checkList = list.compile(path);
    return (value) => {
      checkList(value);
      for (const [position, one] of (value as unknown[]).entries()) item.compile(`${path}.${position}`)(one);
    };
  });
}

/** One of some names. */
export function oneOf(...names: readonly string[]): FieldRule {
  return rule((path) => {
    const checkType = text.compile(path);
    return (value) => {
      checkType(value);
      if (!names.includes(value as string))
        throw new CommandError(2, `Enumeration value '${String(value)}' for field '${path}' is not a valid value.`);
    };
  });
}

/** A document with fields of its own. */
export function documentWith(fields: FieldRules): FieldRule {
  return rule((path) => {
    const checkType = document.compile(path);
    const checkFields = compileFields(path, fields);
    return (value) => {
      checkType(value);
      checkFields(value as BsonDocument);
    };
  });
}

/** Any value that satisfies a condition, which MongoDB calls by a code of its own. */
export function satisfying(isRight: (value: unknown) => boolean, code: number, message: string): FieldRule {
  return rule(() => (value) => {
    if (!isRight(value)) throw new CommandError(code, message);
  });
}

/** What MongoDB has and the engine has not. */
export const unsupported = rule((path) => () => {
  throw notSupported(path);
});

/** The same, of a switch: it may be off. */
export const unsupportedSwitch = rule((path) => {
  const checkType = flag.compile(path);
  return (value) => {
    checkType(value);
    if (isSet(value)) throw notSupported(path);
  };
});

/** Collations other than MongoDB's simple one are not supported; ignoring one would give wrong results. */
export const collation = rule((path) => {
  const checkType = document.compile(path);
  return (value) => {
    checkType(value);
    if ((value as BsonDocument).locale !== 'simple') throw notSupported(path);
  };
});

/** Whether a switch is on. */
export function isSet(value: unknown): boolean {
  return value === true || (isNumeric(value) && toNumber(value) !== 0);
}

/** Makes one check of a table: all fields of a document are known, of the right kind, and there if they must be. */
export function compileFields(
  path: string,
  fields: FieldRules,
  unknown: (path: string, name: string) => CommandError = unknownField,
): (document: BsonDocument) => void {
  const checks = new Map(Object.entries(fields).map(([name, field]) => [name, field.compile(`${path}.${name}`)]));
  const requiredNames = Object.keys(fields).filter((name) => fields[name]?.required);
  return (checked) => {
    for (const name in checked) {
      const check = checks.get(name);
      if (!check) throw unknown(path, name);
      const value = checked[name];
      if (isThere(value)) check(value);
    }
    for (const name of requiredNames) if (!isThere(checked[name])) throw missingField(`${path}.${name}`);
  };
}

/** Null stands for a field that is not there. */
export function isThere(value: unknown): boolean {
  return value !== null && value !== undefined;
}

export function missingField(path: string): CommandError {
  return new CommandError(40414, `BSON field '${path}' is missing but a required field`);
}

export function unknownField(path: string, name: string): CommandError {
  return new CommandError(40415, `BSON field '${path}.${name}' is an unknown field.`);
}

/** @param wanted `type 'x'` or `types '[x, y]'` */
export function wrongType(path: string, value: unknown, wanted: string): CommandError {
  return new CommandError(14, `BSON field '${path}' is the wrong type '${typeName(value)}', expected ${wanted}`);
}
