import { typeName } from '../bson-types.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { isNumeric, toNumber } from '../numbers.ts';
import {
  anything,
  document,
  documentWith,
  type FieldRule,
  type FieldRules,
  flag,
  isSet,
  satisfying,
  text,
} from './field-rules.ts';

/**
 * Read and write concerns. One server without copies gives every concern that it can give at all: what is acknowledged is
 * flushed, and what is read was flushed. What asks for other servers is refused as MongoDB refuses it on a standalone server.
 */

const MOST_MEMBERS = 50;

const waitingFor: FieldRule = {
  compile: () => (value) => {
    if (typeof value === 'string') {
      if (value !== 'majority')
        throw new CommandError(
          2,
          `cannot use non-majority 'w' mode "${value}" when a host is not a member of a replica set`,
        );
      return;
    }
    if (!isNumeric(value))
      throw new CommandError(9, `w has to be a number, string, or object; found: ${typeName(value)}`);
    const members = Math.trunc(toNumber(value));
    if (!(members >= 0 && members <= MOST_MEMBERS))
      throw new CommandError(9, `w has to be a non-negative number and not greater than ${MOST_MEMBERS}`);
    if (members > 1) throw new CommandError(2, "cannot use 'w' > 1 when a host is not replicated");
  },
};

const waitingTime = satisfying(
  (value) => isNumeric(value) && Math.abs(toNumber(value)) < 2 ** 31,
  9,
  'wtimeout must be a 32-bit integer',
);

const writeFields: FieldRules = {
  w: waitingFor,
  j: flag,
  fsync: flag,
  wtimeout: waitingTime,
  getLastError: anything,
  wOpTime: anything,
  wElectionId: anything,
  provenance: text,
};

const writeConcern: FieldRule = {
  compile() {
    const checkFields = documentWith(writeFields).compile('writeConcern');
    return (value) => {
      checkFields(value);
      const { j, fsync } = value as BsonDocument;
      if (isSet(j) && isSet(fsync)) throw new CommandError(9, 'fsync and j options cannot be used together');
    };
  },
};

/** Levels that one server gives without doing anything for them. */
const GIVEN_LEVELS = new Set(['local', 'available', 'majority']);
const REPLICATED_LEVELS = new Set(['linearizable', 'snapshot']);
const CLUSTER_TIMES = new Set(['afterClusterTime', 'atClusterTime', 'afterOpTime']);

/** @throws CommandError NotAReplicaSet for what only several servers have, FailedToParse, InvalidOptions */
function checkReadConcern(concern: BsonDocument): void {
  for (const [name, value] of Object.entries(concern)) {
    if (CLUSTER_TIMES.has(name)) throw needsReplicaSet(name);
    if (name === 'level') checkLevel(value);
    else if (name !== 'provenance') throw new CommandError(72, `Unrecognized option in readConcern: ${name}`);
  }
}

function checkLevel(level: unknown): void {
  text.compile('readConcern.level')(level);
  if (REPLICATED_LEVELS.has(level as string)) throw needsReplicaSet(level as string);
  if (!GIVEN_LEVELS.has(level as string))
    throw new CommandError(
      9,
      "readConcern.level must be either 'local', 'majority', 'linearizable', 'available', or 'snapshot'",
    );
}

function needsReplicaSet(wish: string): CommandError {
  return new CommandError(123, `node needs to be a replica set member to use read concern ${wish}`);
}

const readConcern: FieldRule = {
  compile(path) {
    const checkType = document.compile(path);
    return (value) => {
      checkType(value);
      checkReadConcern(value as BsonDocument);
    };
  },
};

/** MongoDB takes the read concern that everyone has for none. */
const noReadConcern = satisfying(
  (value) => isDocument(value) && (value.level === undefined || value.level === 'local'),
  72,
  'Command does not support read concern',
);
const noWriteConcern = satisfying(() => false, 72, 'Command does not support writeConcern');

/** The concerns of a command that reads, writes, does both or neither. */
export const readingConcerns: FieldRules = { readConcern, writeConcern: noWriteConcern };
export const writingConcerns: FieldRules = { readConcern: noReadConcern, writeConcern };
export const bothConcerns: FieldRules = { readConcern, writeConcern };
export const neitherConcern: FieldRules = { readConcern: noReadConcern, writeConcern: noWriteConcern };
