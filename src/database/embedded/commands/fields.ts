import type { Command } from '../command.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { isNumeric, toNumber } from '../numbers.ts';
import { bothConcerns, neitherConcern, readingConcerns, writingConcerns } from './concerns.ts';
import {
  anything,
  atLeast,
  boolean,
  collation,
  compileFields,
  document,
  documentWith,
  type FieldRule,
  type FieldRules,
  flag,
  list,
  listOf,
  long,
  notNegative,
  number,
  oneOf,
  required,
  satisfying,
  text,
  unknownField,
  unsupported,
  unsupportedSwitch,
} from './field-rules.ts';

/**
 * The fields that each command may have, as MongoDB's own descriptions of its commands name them (the `.idl` files of
 * https://github.com/mongodb/mongo/tree/v7.0/src/mongo/db). Nothing is passed over: what is not here is an unknown field, and
 * what MongoDB knows and the engine does not do is refused.
 */

const LONGEST_TIME = 2 ** 31 - 1;

const timeLimit = satisfying(
  (value) => {
    const milliseconds = toNumber(value);
    return Number.isInteger(milliseconds) && milliseconds >= 0 && milliseconds <= LONGEST_TIME;
  },
  2,
  `maxTimeMS must be a whole number from 0 to ${LONGEST_TIME}`,
);

/** What every command may have. */
const COMMON: FieldRules = {
  $db: text,
  lsid: document,
  comment: anything,
  maxTimeMS: timeLimit,
  $readPreference: document,
  $clusterTime: document,
  apiVersion: satisfying((value) => value === '1', 322, 'API version must be "1"'),
  apiStrict: unsupportedSwitch,
  apiDeprecationErrors: boolean,
};

const hint = satisfying(
  (value) => typeof value === 'string' || isDocument(value),
  9,
  'Hint must be a string or an object',
);
const cursor = documentWith({ batchSize: notNegative });

const find: FieldRules = {
  filter: document,
  projection: document,
  sort: document,
  hint,
  collation,
  skip: notNegative,
  limit: notNegative,
  batchSize: notNegative,
  singleBatch: flag,
  allowDiskUse: flag,
  allowPartialResults: flag,
  noCursorTimeout: flag,
  oplogReplay: flag,
  tailable: flag,
  awaitData: flag,
  let: document,
  min: unsupported,
  max: unsupported,
  returnKey: unsupportedSwitch,
  showRecordId: unsupportedSwitch,
  ntoreturn: unsupported,
  runtimeConstants: unsupported,
  collectionUUID: unsupported,
};

const aggregate: FieldRules = {
  pipeline: required(list),
  explain: flag,
  cursor,
  allowDiskUse: flag,
  bypassDocumentValidation: flag,
  collation,
  hint: unsupported,
  let: document,
  runtimeConstants: unsupported,
  collectionUUID: unsupported,
};

/** MongoDB reads these two numbers by rules of their own. */
const countNumber = (isRight: (value: number) => boolean): FieldRule => ({
  compile: (path) => (value) => {
    if (!isNumeric(value)) throw new CommandError(2, `${path} value is not a valid number`);
    const given = toNumber(value);
    if (!Number.isInteger(given) || !isRight(given)) throw new CommandError(9, `Expected an integer in: ${path}`);
  },
});

const count: FieldRules = {
  query: document,
  limit: countNumber(() => true),
  skip: countNumber((value) => value >= 0),
  hint,
  collation,
  fields: document,
  collectionUUID: unsupported,
};

const distinct: FieldRules = {
  key: required(text),
  query: document,
  hint,
  collation,
  collectionUUID: unsupported,
};

const write: FieldRules = {
  ordered: boolean,
  bypassDocumentValidation: flag,
  stmtId: unsupported,
  stmtIds: unsupported,
  collectionUUID: unsupported,
};
const writeWithVariables: FieldRules = { ...write, let: document, runtimeConstants: unsupported };

const change = satisfying(
  (value) => Array.isArray(value) || isDocument(value),
  9,
  'Update argument must be either an object or an array',
);

const updateStatement: FieldRules = {
  q: required(document),
  u: required(change),
  c: document,
  arrayFilters: listOf(document),
  hint,
  multi: boolean,
  upsert: boolean,
  sort: document,
  collation,
  upsertSupplied: unsupportedSwitch,
};

const deleteStatement: FieldRules = {
  q: required(document),
  limit: required(
    satisfying(
      (value) => toNumber(value) === 0 || toNumber(value) === 1,
      9,
      'The limit field in delete objects must be 0 or 1',
    ),
  ),
  hint,
  collation,
};

const findAndModify: FieldRules = {
  query: document,
  fields: document,
  sort: document,
  hint,
  collation,
  arrayFilters: listOf(document),
  remove: flag,
  update: change,
  upsert: flag,
  new: flag,
  bypassDocumentValidation: flag,
  let: document,
  stmtId: unsupported,
  runtimeConstants: unsupported,
  collectionUUID: unsupported,
};

const create: FieldRules = {
  capped: unsupportedSwitch,
  autoIndexId: satisfying((value) => value !== false, 72, 'The autoIndexId option must be true'),
  idIndex: unsupported,
  size: unsupported,
  max: unsupported,
  storageEngine: unsupported,
  validator: unsupported,
  validationLevel: unsupported,
  validationAction: unsupported,
  indexOptionDefaults: unsupported,
  viewOn: unsupported,
  pipeline: unsupported,
  collation,
  recordPreImages: unsupportedSwitch,
  changeStreamPreAndPostImages: unsupported,
  timeseries: unsupported,
  clusteredIndex: unsupported,
  expireAfterSeconds: unsupported,
  encryptedFields: unsupported,
  temp: unsupportedSwitch,
  flags: unsupported,
};

const collMod: FieldRules = {
  index: documentWith({
    name: text,
    keyPattern: document,
    expireAfterSeconds: number,
    hidden: unsupported,
    unique: unsupported,
    prepareUnique: unsupported,
    forceNonUnique: unsupported,
  }),
  validator: unsupported,
  validationLevel: unsupported,
  validationAction: unsupported,
  viewOn: unsupported,
  pipeline: unsupported,
  recordPreImages: unsupported,
  changeStreamPreAndPostImages: unsupported,
  expireAfterSeconds: unsupported,
  timeseries: unsupported,
  cappedSize: unsupported,
  cappedMax: unsupported,
  dryRun: unsupported,
  collectionUUID: unsupported,
};

const indexOrIndexes = satisfying(
  (value) =>
    typeof value === 'string' ||
    isDocument(value) ||
    (Array.isArray(value) && value.every((one) => typeof one === 'string')),
  14,
  "BSON field 'dropIndexes.index' is the wrong type, expected types '[string, array<string>, object]'",
);

interface CommandRules {
  readonly fields: FieldRules;
  readonly concerns: FieldRules;
  /** The field whose documents may come beside the command. */
  readonly sequence?: string;
  /** The command is about all databases and runs on `admin` alone. */
  readonly onAdmin?: true;
}

const COMMANDS: Readonly<Record<string, CommandRules>> = {
  find: { concerns: readingConcerns, fields: find },
  aggregate: { concerns: bothConcerns, fields: aggregate },
  count: { concerns: readingConcerns, fields: count },
  distinct: { concerns: readingConcerns, fields: distinct },
  getMore: {
    concerns: neitherConcern,
    fields: {
      getMore: required(long),
      collection: required(
        satisfying((value) => typeof value === 'string' && value !== '', 73, 'Collection names cannot be empty'),
      ),
      batchSize: notNegative,
      maxTimeMS: satisfying(
        (value) => toNumber(value) === 0,
        2,
        'cannot set maxTimeMS on getMore command for a non-awaitData cursor',
      ),
    },
  },
  killCursors: { concerns: neitherConcern, fields: { cursors: required(listOf(long)) } },
  explain: {
    concerns: readingConcerns,
    fields: { explain: required(document), verbosity: oneOf('queryPlanner', 'executionStats', 'allPlansExecution') },
  },
  insert: { concerns: writingConcerns, fields: { ...write, documents: anything }, sequence: 'documents' },
  update: { concerns: writingConcerns, fields: { ...writeWithVariables, updates: list }, sequence: 'updates' },
  delete: { concerns: writingConcerns, fields: { ...writeWithVariables, deletes: list }, sequence: 'deletes' },
  findAndModify: { concerns: writingConcerns, fields: findAndModify },
  create: { concerns: writingConcerns, fields: create },
  drop: { concerns: writingConcerns, fields: { collectionUUID: unsupported } },
  dropDatabase: {
    concerns: writingConcerns,
    fields: {
      dropDatabase: required(
        satisfying((value) => toNumber(value) === 1, 5255100, "Have to pass 1 as 'dropDatabase' parameter"),
      ),
    },
  },
  renameCollection: {
    concerns: writingConcerns,
    fields: {
      renameCollection: required(text),
      to: required(text),
      dropTarget: flag,
      stayTemp: unsupportedSwitch,
      collectionUUID: unsupported,
    },
    onAdmin: true,
  },
  createIndexes: {
    concerns: writingConcerns,
    fields: {
      indexes: required(listOf(document)),
      commitQuorum: satisfying(() => false, 2, "Standalones can't specify commitQuorum"),
      ignoreUnknownIndexOptions: unsupportedSwitch,
      v: unsupported,
      collectionUUID: unsupported,
    },
  },
  dropIndexes: { concerns: writingConcerns, fields: { index: required(indexOrIndexes), collectionUUID: unsupported } },
  collMod: { concerns: writingConcerns, fields: collMod },
  listCollections: {
    concerns: neitherConcern,
    fields: { filter: document, nameOnly: flag, authorizedCollections: flag, cursor },
  },
  listDatabases: {
    concerns: neitherConcern,
    fields: { filter: document, nameOnly: flag, authorizedDatabases: flag },
    onAdmin: true,
  },
  listIndexes: {
    concerns: neitherConcern,
    fields: { cursor, includeBuildUUIDs: unsupportedSwitch, includeIndexBuildInfo: unsupportedSwitch },
  },
  collStats: {
    concerns: neitherConcern,
    fields: { scale: atLeast(1), verbose: flag, waitForLock: flag, numericOnly: unsupportedSwitch },
  },
  dbStats: { concerns: neitherConcern, fields: { scale: atLeast(1), freeStorage: unsupportedSwitch } },
  validate: {
    concerns: neitherConcern,
    fields: { full: flag, background: flag, metadata: unsupportedSwitch, repair: unsupportedSwitch },
  },
};

/** Other spellings of the names of commands. */
const ALIASES: Readonly<Record<string, string>> = {
  findandmodify: 'findAndModify',
  deleteIndexes: 'dropIndexes',
  dbstats: 'dbStats',
};

interface CompiledRules extends CommandRules {
  readonly check: (body: BsonDocument) => void;
}

function compileRules(name: string, spelling: string): CompiledRules | undefined {
  const rules = COMMANDS[name];
  return (
    rules && {
      ...rules,
      check: compileFields(name, { ...COMMON, ...rules.concerns, [spelling]: anything, ...rules.fields }),
    }
  );
}

const compiled = new Map<string, CompiledRules>();
for (const spelling of [...Object.keys(COMMANDS), ...Object.keys(ALIASES)]) {
  const rules = compileRules(ALIASES[spelling] ?? spelling, spelling);
  if (rules) compiled.set(spelling, rules);
}

/**
 * Checks the fields of a command. Commands about the connection take any.
 * @throws CommandError IDLUnknownField, IDLFailedToParse for a field that is missing, TypeMismatch and others
 */
export function checkFields({ name, database, body, request }: Command): void {
  const rules = compiled.get(name);
  if (!rules) return;
  if (rules.onAdmin && database !== 'admin')
    throw new CommandError(13, `${name} may only be run against the admin database.`);
  for (const sequence of request.sequences.keys()) if (sequence !== rules.sequence) throw unknownField(name, sequence);
  rules.check(body);
}

/** Checks the fields of a command that is to be explained. @throws CommandError CommandNotFound and as `checkFields` does */
export function checkExplainedFields(name: string, body: BsonDocument): void {
  const rules = compiled.get(name);
  if (!rules) throw new CommandError(59, `Explain failed due to unknown command: ${name}`);
  rules.check(body);
}

/** Checks one statement of a bulk write. */
export const checkUpdateStatement = compileFields('update.updates', updateStatement);
export const checkDeleteStatement = compileFields('delete.deletes', deleteStatement);
