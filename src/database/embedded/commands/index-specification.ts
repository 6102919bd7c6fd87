import type { IndexOptions } from '../catalog.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError, notSupported } from '../errors.ts';
import { isNumeric, toNumber } from '../numbers.ts';
import { REFERENCE_PARTS, splitPath } from '../paths.ts';
import { compileFilter } from '../query.ts';
import {
  anything,
  collation,
  compileFields,
  document,
  type FieldRule,
  type FieldRules,
  flag,
  isSet,
  number,
  satisfying,
  text,
  unsupported,
  unsupportedSwitch,
} from './field-rules.ts';

/** What an index may be asked to be. Nothing is stored that is not done. */

const version: FieldRule = {
  compile(path) {
    const checkType = number.compile(path);
    return (value) => {
      checkType(value);
      const given = toNumber(value);
      if (given === 1) throw notSupported('an index of version 1');
      if (given !== 2)
        throw new CommandError(67, `Invalid index specification; cannot create an index with v=${given}`);
    };
  },
};

const ofText = satisfying(() => false, 67, 'The option can only be specified with text indexes');

/** MongoDB keeps some of these for indexes they mean nothing to; here they belong to kinds of indexes that there are not. */
const OPTIONS: FieldRules = {
  v: version,
  key: document,
  name: text,
  ns: anything,
  unique: flag,
  sparse: flag,
  partialFilterExpression: document,
  expireAfterSeconds: number,
  collation,
  // An index is built before the command is answered, as it is in MongoDB since 4.2 whatever these two say.
  background: flag,
  dropDups: flag,
  hidden: unsupportedSwitch,
  prepareUnique: unsupportedSwitch,
  clustered: unsupportedSwitch,
  storageEngine: unsupported,
  wildcardProjection: satisfying(() => false, 2, "The field 'wildcardProjection' is only allowed in a wildcard index"),
  weights: ofText,
  default_language: ofText,
  language_override: ofText,
  textIndexVersion: ofText,
  '2dsphereIndexVersion': unsupported,
  bits: unsupported,
  min: unsupported,
  max: unsupported,
  bucketSize: unsupported,
  coarsestIndexedLevel: unsupported,
  finestIndexedLevel: unsupported,
};

const checkOptions = compileFields(
  'createIndexes.indexes',
  OPTIONS,
  (_, name) => new CommandError(197, `The field '${name}' is not valid for an index specification`),
);

/** Reads a specification of `createIndexes`. @throws CommandError CannotCreateIndex, InvalidIndexSpecificationOption and others */
export function parseSpecification(specification: BsonDocument): IndexOptions {
  const { key, name, partialFilterExpression } = specification;
  if (!isDocument(key)) throw missing('key', key);
  const directions = parseKey(key);
  checkOptions(specification);
  if (typeof name !== 'string') throw missing('name', name);
  checkName(name, key);
  const paths = Object.keys(key);
  if (paths.length === 1 && key._id !== undefined) refuseIdOptions(specification);
  const sparse = isSet(specification.sparse);
  if (isDocument(partialFilterExpression)) checkPartialFilter(partialFilterExpression, sparse);
  const expireAfterSeconds = timeToLive(specification.expireAfterSeconds, paths);
  return {
    key: directions,
    name,
    unique: isSet(specification.unique),
    sparse,
    ...(isDocument(partialFilterExpression) && { partialFilterExpression }),
    ...(expireAfterSeconds !== undefined && { expireAfterSeconds }),
  };
}

function missing(field: string, value: unknown): CommandError {
  if (value !== undefined && value !== null)
    return new CommandError(14, `The field '${field}' of an index specification is of the wrong type`);
  return new CommandError(9, `The '${field}' field is a required property of an index specification`);
}

/** @throws CommandError BadValue for a name that means something else, CannotCreateIndex for none */
function checkName(name: string, key: BsonDocument): void {
  if (name === '') throw new CommandError(67, 'The index name cannot be empty');
  if (name === '*') throw new CommandError(2, "The index name '*' is not valid.");
  if (name === '_id_' && !(Object.keys(key).length === 1 && key._id !== undefined))
    throw new CommandError(
      2,
      "The index name '_id_' is reserved for the _id index, which must have key pattern {_id: 1}",
    );
}

const ID_OPTIONS = new Set(['key', 'name', 'ns', 'v', 'collation']);

/** @throws CommandError InvalidIndexSpecificationOption: the index on `_id` is as it is */
function refuseIdOptions(specification: BsonDocument): void {
  const refused = Object.keys(specification).find((option) => !ID_OPTIONS.has(option));
  if (refused) throw new CommandError(197, `The field '${refused}' is not valid for an _id index specification`);
}

/** Seconds; undefined when the documents stay. @throws CommandError CannotCreateIndex, InvalidIndexSpecificationOption */
export function timeToLive(given: unknown, paths: readonly string[]): number | undefined {
  if (given === undefined || given === null) return undefined;
  const seconds = Math.trunc(toNumber(given));
  if (!(seconds >= 0 && seconds <= 2147483647))
    throw new CommandError(67, "TTL index 'expireAfterSeconds' option must be within an acceptable range");
  if (paths.length > 1)
    throw new CommandError(67, 'TTL indexes are single-field indexes, compound indexes do not support TTL');
  if (paths.includes('_id'))
    throw new CommandError(197, "The field 'expireAfterSeconds' is not valid for an _id index specification");
  return seconds;
}

const SPECIAL_KINDS = new Set(['text', '2d', '2dsphere', 'geoHaystack', 'hashed', 'columnstore', 'wildcard']);
const MOST_FIELDS = 32;

function parseKey(key: BsonDocument): BsonDocument {
  const fields = Object.entries(key);
  if (fields.length === 0) throw new CommandError(67, 'Index keys cannot be an empty object');
  if (fields.length > MOST_FIELDS)
    throw new CommandError(13103, `Index key pattern has more than ${MOST_FIELDS} fields`);
  return Object.fromEntries(fields.map(([path, direction]) => [path, parseDirection(path, direction)]));
}

/** The direction is kept as it was given: its sign counts. */
function parseDirection(path: string, direction: unknown): number {
  if (typeof direction === 'string') {
    if (SPECIAL_KINDS.has(direction)) throw notSupported(`an index of kind ${direction}`);
    throw new CommandError(67, `Unknown index plugin '${direction}'`);
  }
  const number = toNumber(direction);
  if (!isNumeric(direction) || Number.isNaN(number) || number === 0)
    throw new CommandError(67, 'Values in the index key pattern must be numbers other than 0.');
  if (path === '$**' || path.endsWith('.$**')) throw notSupported('a wildcard index');
  const isIllegal = (part: string, position: number): boolean =>
    part === '' || (part.startsWith('$') && !(position > 0 && REFERENCE_PARTS.has(part)));
  if (splitPath(path).some(isIllegal)) throw new CommandError(67, `Index key contains an illegal field name: ${path}`);
  return number;
}

/** What a partial index can be told to hold (https://www.mongodb.com/docs/manual/core/index-partial/). */
const PARTIAL_OPERATORS = new Set(['$eq', '$exists', '$gt', '$gte', '$lt', '$lte', '$type', '$in']);

/** @throws CommandError CannotCreateIndex for a filter that no partial index may have */
function checkPartialFilter(filter: BsonDocument, sparse: boolean): void {
  if (sparse) throw new CommandError(67, 'cannot mix "partialFilterExpression" and "sparse" options');
  compileFilter(filter);
  checkPartialConditions(filter);
}

function checkPartialConditions(filter: BsonDocument): void {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and' || name === '$or') for (const part of condition as BsonDocument[]) checkPartialConditions(part);
    else if (name.startsWith('$')) throw unsuitable(name);
    else checkPartialCondition(name, condition);
  }
}

function checkPartialCondition(path: string, condition: unknown): void {
  if (!isDocument(condition)) {
    if (isExpression(condition)) throw unsuitable(path);
    return;
  }
  for (const [operator, operand] of Object.entries(condition)) {
    if (!operator.startsWith('$') || REFERENCE_PARTS.has(operator)) return;
    const looksForMissing = operator === '$exists' && !(operand === true || isSet(operand));
    if (!PARTIAL_OPERATORS.has(operator) || looksForMissing) throw unsuitable(operator);
    if (operator === '$in' && (operand as unknown[]).some(isExpression)) throw unsuitable(operator);
  }
}

function isExpression(value: unknown): boolean {
  return (value as { _bsontype?: unknown } | null)?._bsontype === 'BSONRegExp';
}

function unsuitable(what: string): CommandError {
  return new CommandError(67, `unsupported expression in partial index: ${what}`);
}
