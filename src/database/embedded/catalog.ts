import type { Transaction } from 'lmdb';
import { type BsonDocument, decodeDocument, encodeDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { toNumber } from './numbers.ts';
import { splitPath } from './paths.ts';
import { compileFilter, type Filter } from './query.ts';
import { asBuffer } from './raw-bson.ts';
import type { SortField } from './sort.ts';
import { type Storage, type Store, scanRange } from './storage.ts';

/** An index as the client described it, and what planning needs to know about it. */
export interface Index {
  readonly id: number;
  readonly name: string;
  /** The key document, e.g. `{ 'order.id': 1, createdAt: -1 }`. */
  readonly key: BsonDocument;
  readonly fields: readonly SortField[];
  readonly descending: readonly boolean[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partial?: Filter;
  expireAfterSeconds?: number;
  /** Some document has several keys here: ranges cannot be intersected and the index gives no sort order. */
  multikey: boolean;
  /** Some key was too long and is stored shortened: the index gives no sort order and counts nothing by itself. */
  shortened: boolean;
}

/** A collection and its indexes. */
export interface Collection {
  readonly id: number;
  /** `database.collection`. */
  readonly namespace: string;
  readonly indexes: Index[];
  /** Options of `create`, kept for `listCollections`. */
  readonly options: BsonDocument;
  /** Top-level fields that some index looks at; `'all'` when a partial filter needs the whole document. */
  indexedFields: ReadonlySet<string> | 'all';
  /** The record id of the next document. */
  nextRecord: number;
  /** How many documents there are; counted when first asked for. */
  count: number | undefined;
}

/** What is kept about one index. */
export interface IndexOptions {
  readonly name: string;
  readonly key: BsonDocument;
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partialFilterExpression?: BsonDocument;
  readonly expireAfterSeconds?: number;
}

/** The collections and indexes of all databases. Changes are part of the running transaction (see Storage.write). */
export interface Catalog {
  find(namespace: string): Collection | undefined;
  all(): Iterable<Collection>;
  /** Creates a collection with its index on `_id`. */
  create(namespace: string, options?: BsonDocument): Collection;
  drop(collection: Collection): void;
  rename(collection: Collection, namespace: string): void;
  addIndex(collection: Collection, options: IndexOptions): Index;
  dropIndex(collection: Collection, index: Index): void;
  /** Writes the collection's description after a field of it changed. */
  save(collection: Collection): void;
  /** Forgets what is in memory and reads the store again, after changes were undone. */
  reload(): void;
  /** Ids whose documents and entries are no longer reachable and wait to be removed from the files. */
  readonly garbage: Set<string>;
}

const NEXT_ID = Buffer.from('next-id');
const COLLECTION_PREFIX = 'collection:';
/** The first key behind all that begin with the prefix. */
const AFTER_COLLECTIONS = 'collection;';
const GARBAGE_PREFIX = 'garbage:';

/** Reads the catalog from the store. */
export function openCatalog(storage: Storage): Catalog {
  const collections = new Map<string, Collection>();
  const garbage = new Set<string>();

  function load(): void {
    collections.clear();
    garbage.clear();
    for (const { key, value } of storage.catalog.getRange({ start: Buffer.from([1]) })) {
      const name = Buffer.from(key).toString();
      if (name.startsWith(COLLECTION_PREFIX)) {
        const collection = describe(decodeDocument(value), storage);
        collections.set(collection.namespace, collection);
      } else if (name.startsWith(GARBAGE_PREFIX)) garbage.add(name.slice(GARBAGE_PREFIX.length));
    }
  }

  function takeId(): number {
    const stored = storage.catalog.get(NEXT_ID);
    const id = stored ? Buffer.from(stored).readUInt32BE(0) : 1;
    const next = Buffer.alloc(4);
    next.writeUInt32BE(id + 1);
    storage.catalog.putSync(NEXT_ID, next);
    return id;
  }

  function discard(kind: 'documents' | 'entries', id: number): void {
    const name = `${kind}:${id}`;
    garbage.add(name);
    storage.catalog.putSync(Buffer.from(GARBAGE_PREFIX + name), Buffer.from([1]));
  }

  function save(collection: Collection): void {
    collection.indexedFields = indexedFields(collection.indexes);
    const description = {
      id: collection.id,
      namespace: collection.namespace,
      options: collection.options,
      indexes: collection.indexes.map(describeIndex),
    };
    storage.catalog.putSync(Buffer.from(COLLECTION_PREFIX + collection.namespace), encodeDocument(description));
  }

  function addIndex(collection: Collection, options: IndexOptions): Index {
    const index = createIndex(takeId(), options);
    collection.indexes.push(index);
    save(collection);
    return index;
  }

  load();
  storage.onAbort(load);

  return {
    garbage,
    reload: load,
    find: (namespace) => collections.get(namespace),
    all: () => collections.values(),
    save,
    addIndex,
    create(namespace, options = {}) {
      const collection: Collection = {
        id: takeId(),
        namespace,
        indexes: [],
        options,
        indexedFields: new Set(),
        nextRecord: 1,
        count: 0,
      };
      collections.set(namespace, collection);
      addIndex(collection, { name: '_id_', key: { _id: 1 }, unique: true, sparse: false });
      return collection;
    },
    drop(collection) {
      discard('documents', collection.id);
      for (const index of collection.indexes) discard('entries', index.id);
      storage.catalog.removeSync(Buffer.from(COLLECTION_PREFIX + collection.namespace));
      collections.delete(collection.namespace);
    },
    rename(collection, namespace) {
      storage.catalog.removeSync(Buffer.from(COLLECTION_PREFIX + collection.namespace));
      collections.delete(collection.namespace);
      const renamed = { ...collection, namespace };
      collections.set(namespace, renamed);
      save(renamed);
    },
    dropIndex(collection, index) {
      discard('entries', index.id);
      collection.indexes.splice(collection.indexes.indexOf(index), 1);
      save(collection);
    },
  };
}

/** Which collections a snapshot of the store holds. */
export function storedCollections(
  catalog: Store,
  transaction: Transaction,
): { id: number; namespace: string; indexes: BsonDocument[] }[] {
  const range = { start: Buffer.from(COLLECTION_PREFIX), end: Buffer.from(AFTER_COLLECTIONS), transaction };
  return Array.from(catalog.getRange(range), ({ value }) => {
    const { id, namespace, indexes } = decodeDocument(value);
    const specifications = (indexes as BsonDocument[]).map((index) =>
      indexSpecification(createIndex(index.id as number, index as unknown as IndexOptions)),
    );
    return { id: id as number, namespace: namespace as string, indexes: specifications };
  });
}

/** The catalog's key for removing a piece of garbage. */
export function garbageKey(name: string): Buffer {
  return Buffer.from(GARBAGE_PREFIX + name);
}

/** The first four bytes of every key of a collection or index. */
export function idPrefix(id: number): Buffer {
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt32BE(id);
  return prefix;
}

/** The key of a document. */
export function documentKey(collectionId: number, record: number): Buffer {
  const key = Buffer.allocUnsafe(10);
  key.writeUInt32BE(collectionId, 0);
  key.writeUIntBE(record, 4, 6);
  return key;
}

/** Of a direction its sign counts. */
function indexFields(key: BsonDocument): SortField[] {
  return Object.entries(key).map(([path, direction]) => ({
    path,
    parts: splitPath(path),
    descending: toNumber(direction) < 0,
  }));
}

function createIndex(id: number, options: IndexOptions): Index {
  const fields = indexFields(options.key);
  return {
    id,
    name: options.name,
    key: options.key,
    fields,
    descending: fields.map((field) => field.descending),
    unique: options.unique,
    sparse: options.sparse,
    multikey: false,
    shortened: false,
    ...(options.partialFilterExpression && { partial: compileFilter(options.partialFilterExpression) }),
    ...(options.expireAfterSeconds !== undefined && { expireAfterSeconds: options.expireAfterSeconds }),
  };
}

/** The index as `listIndexes` shows it. */
export function indexSpecification(index: Index): BsonDocument {
  return {
    v: 2,
    key: index.key,
    name: index.name,
    ...(index.unique && index.name !== '_id_' && { unique: true }),
    ...(index.sparse && { sparse: true }),
    ...(index.partial && { partialFilterExpression: index.partial.source }),
    ...(index.expireAfterSeconds !== undefined && { expireAfterSeconds: index.expireAfterSeconds }),
  };
}

function describeIndex(index: Index): BsonDocument {
  return {
    ...indexSpecification(index),
    id: index.id,
    unique: index.unique,
    sparse: index.sparse,
    multikey: index.multikey,
    shortened: index.shortened,
  };
}

function describe(stored: BsonDocument, storage: Storage): Collection {
  const indexes = (stored.indexes as BsonDocument[]).map((described) => {
    const index = createIndex(described.id as number, described as unknown as IndexOptions);
    index.multikey = described.multikey === true;
    index.shortened = described.shortened === true;
    return index;
  });
  const id = stored.id as number;
  return {
    id,
    namespace: stored.namespace as string,
    options: stored.options as BsonDocument,
    indexes,
    indexedFields: indexedFields(indexes),
    nextRecord: lastRecord(id, storage) + 1,
    count: undefined,
  };
}

function lastRecord(collectionId: number, storage: Storage): number {
  const range = { start: idPrefix(collectionId), end: idPrefix(collectionId + 1) };
  for (const { key } of scanRange(storage.documents, range, { reverse: true, values: false })) {
    return asBuffer(key).readUIntBE(4, 6);
  }
  return 0;
}

/** The top-level fields that indexes look at; `'all'` when a partial filter needs the whole document. */
export function indexedFields(indexes: readonly Index[]): ReadonlySet<string> | 'all' {
  const fields = new Set<string>();
  for (const index of indexes) {
    for (const { parts } of index.fields) fields.add(parts[0] ?? '');
    if (index.partial?.fields === 'all') return 'all';
    for (const field of index.partial?.fields ?? []) fields.add(field);
  }
  return fields;
}

/** MongoDB's own limits, in bytes. */
const LONGEST_NAMESPACE = 255;
const LONGEST_DATABASE = 63;

/** Checks the name of a collection. @throws CommandError InvalidNamespace */
export function checkNamespace(database: string, name: unknown): string {
  if (typeof name !== 'string' || name === '' || name.startsWith('.') || /[\0$]/.test(name)) {
    throw new CommandError(73, `Invalid namespace specified '${database}.${String(name)}'`);
  }
  const namespace = `${database}.${name}`;
  if (Buffer.byteLength(namespace) > LONGEST_NAMESPACE)
    throw new CommandError(73, `Fully qualified namespace is too long. Namespace: ${namespace} Max: 255`);
  return namespace;
}

/** Checks the name of a database. @throws CommandError InvalidNamespace */
export function checkDatabase(name: unknown): asserts name is string {
  if (typeof name !== 'string' || !/^[^/\\. "$\0]+$/.test(name) || Buffer.byteLength(name) > LONGEST_DATABASE)
    throw new CommandError(73, `Invalid database name: '${String(name)}'`);
}
