import { equalValues } from '../bson-order.ts';
import { type Collection, type Index, type IndexOptions, indexSpecification } from '../catalog.ts';
import type { CommandHandler, EngineParts } from '../command.ts';
import { type BsonDocument, encodeDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { buildIndex } from '../indexes.ts';
import { toNumber } from '../numbers.ts';
import { compileFilter } from '../query.ts';
import { encodeCursorReply } from '../raw-bson.ts';
import { namespaceOf, numeric, refuseCollation } from './arguments.ts';

/** Commands about indexes. */
export function indexCommands(parts: EngineParts): Record<string, CommandHandler> {
  const { storage, catalog } = parts;

  const createIndexes: CommandHandler = async (command) => {
    const namespace = namespaceOf(command);
    const wanted = (command.body.indexes as BsonDocument[] | undefined)?.map(parseSpecification);
    if (!wanted?.length) throw new CommandError(2, 'Must specify at least one index to create');
    return storage.write(() => {
      const existed = catalog.find(namespace) !== undefined;
      const collection = parts.ensureCollection(namespace);
      const numIndexesBefore = collection.indexes.length;
      const missing = wanted.filter((options) => !alreadyThere(collection, options));
      try {
        storage.attempt(() => {
          for (const options of missing) buildIndex(storage, collection, catalog.addIndex(collection, options));
          catalog.save(collection);
        });
      } catch (error) {
        catalog.reload();
        throw error;
      }
      return {
        numIndexesBefore,
        numIndexesAfter: collection.indexes.length,
        createdCollectionAutomatically: !existed,
        ...(missing.length === 0 && { note: 'all indexes already exist' }),
      };
    });
  };

  const listIndexes: CommandHandler = (command) => {
    const namespace = namespaceOf(command);
    const collection = existing(namespace);
    const specifications = collection.indexes.map((index) => encodeDocument(indexSpecification(index)));
    return encodeCursorReply('firstBatch', specifications, 0n, namespace);
  };

  function existing(namespace: string): Collection {
    const collection = catalog.find(namespace);
    if (!collection) throw new CommandError(26, `ns does not exist: ${namespace}`);
    return collection;
  }

  const dropIndexes: CommandHandler = async (command) => {
    const namespace = namespaceOf(command);
    return storage.write(() => {
      const collection = catalog.find(namespace);
      if (!collection) throw new CommandError(26, `ns not found ${namespace}`);
      const nIndexesWas = collection.indexes.length;
      const dropped = indexesToDrop(collection, command.body.index);
      for (const index of dropped) catalog.dropIndex(collection, index);
      return { nIndexesWas };
    });
  };

  const collMod: CommandHandler = async (command) => {
    const namespace = namespaceOf(command);
    return storage.write(() => {
      const collection = existing(namespace);
      refuseOtherChanges(command.body);
      const change = command.body.index;
      if (!isDocument(change)) return {};
      const index = collection.indexes.find(
        ({ name, key }) =>
          name === change.name || (isDocument(change.keyPattern) && equalValues(key, change.keyPattern)),
      );
      if (!index)
        throw new CommandError(
          27,
          `cannot find index ${String(change.name ?? JSON.stringify(change.keyPattern))} for ns ${namespace}`,
        );
      const before = index.expireAfterSeconds;
      if (change.expireAfterSeconds === undefined) throw new CommandError(72, 'no expireAfterSeconds field');
      numeric(change.expireAfterSeconds, 'collMod.index.expireAfterSeconds');
      const after = timeToLive(change.expireAfterSeconds, Object.keys(index.key));
      if (after !== undefined) index.expireAfterSeconds = after;
      catalog.save(collection);
      return {
        ...(before !== undefined && { expireAfterSeconds_old: before }),
        ...(index.expireAfterSeconds !== undefined && { expireAfterSeconds_new: index.expireAfterSeconds }),
      };
    });
  };

  return { createIndexes, listIndexes, dropIndexes, deleteIndexes: dropIndexes, collMod };
}

/** What every command may carry, and the one change that is made. */
const COLL_MOD_FIELDS = new Set(['collMod', 'index', 'comment', 'writeConcern', 'lsid', 'maxTimeMS', '$db']);
const COLL_MOD_INDEX_FIELDS = new Set(['name', 'keyPattern', 'expireAfterSeconds']);

/** @throws CommandError NotImplemented for changes that would be said to be made and are not */
function refuseOtherChanges(body: BsonDocument): void {
  const inIndex = isDocument(body.index) ? Object.keys(body.index) : [];
  const other =
    Object.keys(body).find((field) => !COLL_MOD_FIELDS.has(field) && !field.startsWith('$')) ??
    inIndex.find((field) => !COLL_MOD_INDEX_FIELDS.has(field));
  if (other) throw new CommandError(238, `collMod of '${other}' is not supported by the embedded engine`);
}

const SPECIAL_KINDS = new Set(['text', '2d', '2dsphere', 'geoHaystack', 'hashed']);

function parseSpecification(specification: BsonDocument): IndexOptions {
  refuseCollation(specification);
  const { key, name } = specification;
  if (!isDocument(key) || Object.keys(key).length === 0)
    throw new CommandError(67, 'Index keys cannot be an empty object');
  if (typeof name !== 'string' || name === '')
    throw new CommandError(9, "The 'name' field is a required property of an index specification");
  for (const [path, direction] of Object.entries(key)) checkKeyPart(path, direction);
  const expireAfterSeconds = timeToLive(specification.expireAfterSeconds, Object.keys(key));
  if (specification.partialFilterExpression !== undefined) compileFilter(specification.partialFilterExpression);
  const directions = Object.fromEntries(
    Object.entries(key).map(([path, direction]) => [path, toNumber(direction) > 0 ? 1 : -1]),
  );
  return {
    key: directions,
    name,
    unique: Boolean(specification.unique),
    sparse: Boolean(specification.sparse),
    ...(isDocument(specification.partialFilterExpression) && {
      partialFilterExpression: specification.partialFilterExpression,
    }),
    ...(expireAfterSeconds !== undefined && { expireAfterSeconds }),
  };
}

/** Seconds; undefined when the documents stay. @throws CommandError CannotCreateIndex, InvalidIndexSpecificationOption */
function timeToLive(given: unknown, paths: readonly string[]): number | undefined {
  if (given === undefined) return undefined;
  const seconds = toNumber(given);
  if (!(seconds >= 0 && seconds <= 2147483647))
    throw new CommandError(67, "TTL index 'expireAfterSeconds' option must be within an acceptable range");
  if (paths.length > 1)
    throw new CommandError(67, 'TTL indexes are single-field indexes, compound indexes do not support TTL');
  if (paths.includes('_id'))
    throw new CommandError(197, "The field 'expireAfterSeconds' is not valid for an _id index specification");
  return seconds;
}

function checkKeyPart(path: string, direction: unknown): void {
  if (typeof direction === 'string') {
    const known = SPECIAL_KINDS.has(direction);
    throw new CommandError(
      known ? 238 : 67,
      known ? `${direction} indexes are not supported by the embedded engine` : `Unknown index plugin '${direction}'`,
    );
  }
  const number = toNumber(direction);
  if (Number.isNaN(number) || number === 0) throw new CommandError(67, 'Values in the index key pattern cannot be 0.');
  if (path.split('.').some((part) => part === '' || part.startsWith('$'))) {
    throw new CommandError(67, `Index key contains an illegal field name: ${path}`);
  }
}

/** @throws CommandError when there is an index of the same name or key that is different otherwise */
function alreadyThere(collection: Collection, wanted: IndexOptions): boolean {
  const sameName = collection.indexes.find(({ name }) => name === wanted.name);
  if (sameName) {
    refuseDifference(sameName, wanted);
    return true;
  }
  const sameKey = collection.indexes.find((index) => sameSignature(index, wanted));
  if (!sameKey) return false;
  if (sameKey.name === '_id_') return true;
  throw new CommandError(85, `Index already exists with a different name: ${sameKey.name}`);
}

function refuseDifference(index: Index, wanted: IndexOptions): void {
  if (!equalKeys(index.key, wanted.key))
    throw new CommandError(
      86,
      `An existing index has the same name as the requested index. Requested index: ${wanted.name}`,
    );
  if (!sameSignature(index, wanted))
    throw new CommandError(86, `An existing index has the same name as the requested index: ${wanted.name}`);
  if (index.expireAfterSeconds !== wanted.expireAfterSeconds)
    throw new CommandError(85, `Index already exists with different options: ${wanted.name}`);
}

function sameFilter(index: Index, { partialFilterExpression }: IndexOptions): boolean {
  const source = partialFilterExpression ? compileFilter(partialFilterExpression).source : null;
  return equalValues(index.partial?.source ?? null, source);
}

function equalKeys(left: BsonDocument, right: BsonDocument): boolean {
  return equalValues(left, right);
}

/** What tells indexes apart: two may have the same key when they differ in one of the other properties. */
function sameSignature(index: Index, wanted: IndexOptions): boolean {
  if (!equalKeys(index.key, wanted.key)) return false;
  if (index.name === '_id_') return true;
  return index.unique === wanted.unique && index.sparse === wanted.sparse && sameFilter(index, wanted);
}

function indexesToDrop(collection: Collection, wanted: unknown): Index[] {
  if (wanted === '*') return collection.indexes.slice(1);
  const list = Array.isArray(wanted) ? (wanted as unknown[]) : [wanted];
  return list.map((one) => {
    const index = collection.indexes.find(({ name, key }) => name === one || (isDocument(one) && equalKeys(key, one)));
    if (!index) {
      throw new CommandError(
        27,
        typeof one === 'string' ? `index not found with name [${one}]` : "can't find index with key",
      );
    }
    if (index.name === '_id_') throw new CommandError(72, 'cannot drop _id index');
    return index;
  });
}
