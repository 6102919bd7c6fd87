import { equalValues } from '../bson-order.ts';
import { type Collection, type Index, type IndexOptions, indexSpecification } from '../catalog.ts';
import type { CommandHandler, EngineParts } from '../command.ts';
import { type BsonDocument, encodeDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { buildIndex } from '../indexes.ts';
import { compileFilter } from '../query.ts';
import { encodeCursorReply } from '../raw-bson.ts';
import { batchSizeOf, namespaceOf } from './arguments.ts';
import { isThere } from './field-rules.ts';
import { parseSpecification, timeToLive } from './index-specification.ts';

/** Commands about indexes. */
export function indexCommands(parts: EngineParts): Record<string, CommandHandler> {
  const { storage, catalog, cursors } = parts;

  const createIndexes: CommandHandler = async (command) => {
    const namespace = namespaceOf(command);
    const wanted = (command.body.indexes as BsonDocument[]).map(parseSpecification);
    if (wanted.length === 0) throw new CommandError(2, 'Must specify at least one index to create');
    return storage.write(() => {
      const existed = catalog.find(namespace) !== undefined;
      const collection = parts.ensureCollection(namespace);
      const numIndexesBefore = collection.indexes.length;
      try {
        storage.attempt(() => {
          const before = new Set(collection.indexes);
          for (const options of wanted) addMissing(collection, options, before);
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
        ...(collection.indexes.length === numIndexesBefore && { note: 'all indexes already exist' }),
      };
    });
  };

  /** @throws CommandError IndexAlreadyExists for what the same command asked for already */
  function addMissing(collection: Collection, options: IndexOptions, before: ReadonlySet<Index>): void {
    const same = sameIndex(collection, options);
    if (same && before.has(same)) return;
    if (same) throw new CommandError(68, `Identical index already exists: ${same.name}`);
    if (collection.indexes.length >= MOST_INDEXES)
      throw new CommandError(67, `add index fails, too many indexes for ${collection.namespace}`);
    buildIndex(storage, collection, catalog.addIndex(collection, options));
  }

  const listIndexes: CommandHandler = (command) => {
    const namespace = namespaceOf(command);
    const collection = existing(namespace);
    const specifications = collection.indexes.map((index) => encodeDocument(indexSpecification(index)));
    const batch = cursors.open(specifications.values(), namespace, batchSizeOf(command.body), false);
    return encodeCursorReply('firstBatch', batch.documents, batch.id, namespace);
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
      const change = command.body.index;
      if (!isDocument(change)) return {};
      refuseIncomplete(change);
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

/** MongoDB's own limit. */
const MOST_INDEXES = 64;

/** @throws CommandError InvalidOptions for a change that does not say which index, or what to change */
function refuseIncomplete({ name, keyPattern, expireAfterSeconds }: BsonDocument): void {
  if (!isThere(name) && !isThere(keyPattern))
    throw new CommandError(72, 'must specify either index name or key pattern');
  if (isThere(name) && isThere(keyPattern)) throw new CommandError(72, 'Cannot specify both key pattern and name.');
  if (!isThere(expireAfterSeconds)) throw new CommandError(72, 'no expireAfterSeconds field');
}

/** The index that is as wanted. @throws CommandError when one has the same name or key and is different otherwise */
function sameIndex(collection: Collection, wanted: IndexOptions): Index | undefined {
  const sameName = collection.indexes.find(({ name }) => name === wanted.name);
  if (sameName) {
    refuseDifference(sameName, wanted);
    return sameName;
  }
  const sameKey = collection.indexes.find((index) => sameSignature(index, wanted));
  if (!sameKey || sameKey.name === '_id_') return sameKey;
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
  return [...new Set(list.map((one) => indexToDrop(collection, one)))];
}

/** @throws CommandError IndexNotFound, AmbiguousIndexKeyPattern, InvalidOptions for the index on `_id` */
function indexToDrop(collection: Collection, wanted: unknown): Index {
  const [index, another] = collection.indexes.filter(
    ({ name, key }) => name === wanted || (isDocument(wanted) && equalKeys(key, wanted)),
  );
  if (!index) {
    throw new CommandError(
      27,
      typeof wanted === 'string' ? `index not found with name [${wanted}]` : "can't find index with key",
    );
  }
  if (another)
    throw new CommandError(
      181,
      `2 indexes found for the key, identify by name instead. Conflicting indexes: ${index.name}, ${another.name}`,
    );
  if (index.name === '_id_') throw new CommandError(72, 'cannot drop _id index');
  return index;
}
