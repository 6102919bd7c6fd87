import { checkDatabase, checkNamespace } from '../catalog.ts';
import type { CommandHandler, EngineParts } from '../command.ts';
import { type BsonDocument, encodeDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { compileFilter } from '../query.ts';
import { encodeCursorReply } from '../raw-bson.ts';
import { batchSizeOf, namespaceOf } from './arguments.ts';
import { isSet } from './field-rules.ts';
import { measureCollection } from './sizes.ts';

/** Commands about collections and databases. */
export function collectionCommands({ storage, catalog, cursors }: EngineParts): Record<string, CommandHandler> {
  const create: CommandHandler = async (command) => {
    const namespace = namespaceOf(command);
    refuseSystemName(namespace);
    return storage.write(() => {
      if (!catalog.find(namespace)) catalog.create(namespace);
      return {};
    });
  };

  const drop: CommandHandler = async (command) => {
    const namespace = namespaceOf(command);
    return storage.write((): BsonDocument => {
      const collection = catalog.find(namespace);
      if (!collection) return { ns: namespace };
      catalog.drop(collection);
      return { ns: namespace, nIndexesWas: collection.indexes.length };
    });
  };

  const dropDatabase: CommandHandler = async ({ database }) =>
    storage.write(() => {
      for (const collection of inDatabase(database)) catalog.drop(collection);
      return { dropped: database };
    });

  function inDatabase(database: string) {
    return [...catalog.all()].filter(({ namespace }) => namespace.startsWith(`${database}.`));
  }

  const listCollections: CommandHandler = ({ database, body }) => {
    const filter = compileFilter(body.filter);
    const found = inDatabase(database)
      .map(({ namespace, options }) =>
        describeCollection(namespace.slice(database.length + 1), options, isSet(body.nameOnly)),
      )
      .filter((description) => filter.test(description))
      .map(encodeDocument);
    const listed = `${database}.$cmd.listCollections`;
    const batch = cursors.open(found.values(), listed, batchSizeOf(body), false);
    return encodeCursorReply('firstBatch', batch.documents, batch.id, listed);
  };

  const listDatabases: CommandHandler = async ({ body }) => {
    const filter = compileFilter(body.filter);
    const names = [...new Set([...catalog.all()].map(({ namespace }) => splitNamespace(namespace).database))].sort();
    if (isSet(body.nameOnly)) return { databases: names.map((name) => ({ name })).filter((one) => filter.test(one)) };
    const databases = [];
    let totalSize = 0;
    for (const name of names) {
      const one = { name, sizeOnDisk: await sizeOfDatabase(name), empty: false };
      if (!filter.test(one)) continue;
      databases.push(one);
      totalSize += one.sizeOnDisk;
    }
    return { databases, totalSize, totalSizeMb: Math.floor(totalSize / MEGABYTE) };
  };

  async function sizeOfDatabase(database: string): Promise<number> {
    let size = 0;
    for (const collection of inDatabase(database)) {
      const { documents, indexBytes } = await measureCollection(storage, collection);
      size += documents.bytes + indexBytes;
    }
    return size;
  }

  const renameCollection: CommandHandler = async ({ body }) => {
    const source = checkWholeNamespace(body.renameCollection);
    const target = checkWholeNamespace(body.to);
    if (source === target) throw new CommandError(20, "Can't rename a collection to itself");
    return storage.write(() => {
      const collection = catalog.find(source);
      if (!collection) throw new CommandError(26, `Source collection ${source} does not exist`);
      const existing = catalog.find(target);
      if (existing && !isSet(body.dropTarget)) throw new CommandError(48, 'target namespace exists');
      if (existing) catalog.drop(existing);
      catalog.rename(collection, target);
      return {};
    });
  };

  return { create, drop, dropDatabase, listCollections, listDatabases, renameCollection };
}

const MEGABYTE = 1024 * 1024;

function splitNamespace(namespace: string): { database: string; name: string } {
  const [database = '', ...name] = namespace.split('.');
  return { database, name: name.join('.') };
}

/** A name space as a client gives it, in one text. @throws CommandError InvalidNamespace */
function checkWholeNamespace(given: unknown): string {
  const { database, name } = splitNamespace(String(given));
  checkDatabase(database);
  return checkNamespace(database, name);
}

function describeCollection(name: string, options: BsonDocument, nameOnly: boolean): BsonDocument {
  const description = { name, type: 'collection' };
  if (nameOnly) return description;
  return { ...description, options, info: { readOnly: false }, idIndex: { v: 2, key: { _id: 1 }, name: '_id_' } };
}

/** @throws CommandError InvalidNamespace: the names of the system are the server's own */
function refuseSystemName(namespace: string): void {
  if (/^[^.]+\.system\./.test(namespace)) throw new CommandError(73, `Invalid system namespace: ${namespace}`);
}
