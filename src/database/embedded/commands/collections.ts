import { checkNamespace } from '../catalog.ts';
import type { CommandHandler, EngineParts } from '../command.ts';
import { type BsonDocument, encodeDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { compileFilter } from '../query.ts';
import { encodeCursorReply } from '../raw-bson.ts';
import { namespaceOf, refuseCollation } from './arguments.ts';

const UNSUPPORTED_OPTIONS = ['capped', 'timeseries', 'viewOn', 'validator', 'clusteredIndex'];

/** Commands about collections and databases. */
export function collectionCommands({ storage, catalog }: EngineParts): Record<string, CommandHandler> {
  const create: CommandHandler = async (command) => {
    const namespace = namespaceOf(command);
    refuseCollation(command.body);
    const unsupported = UNSUPPORTED_OPTIONS.find((option) => command.body[option]);
    if (unsupported) throw new CommandError(238, `${unsupported} collections are not supported by the embedded engine`);
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
        describeCollection(namespace.slice(database.length + 1), options, body.nameOnly === true),
      )
      .filter((description) => filter.test(description))
      .map(encodeDocument);
    return encodeCursorReply('firstBatch', found, 0n, `${database}.$cmd.listCollections`);
  };

  const listDatabases: CommandHandler = ({ body }) => {
    const filter = compileFilter(body.filter);
    const names = new Set([...catalog.all()].map(({ namespace }) => namespace.split('.')[0] ?? ''));
    const databases = [...names]
      .sort()
      .map((name) => ({ name, sizeOnDisk: 0, empty: false }))
      .filter((one) => filter.test(one));
    return { databases: body.nameOnly ? databases.map(({ name }) => ({ name })) : databases, totalSize: 0 };
  };

  const renameCollection: CommandHandler = async ({ body }) =>
    storage.write(() => {
      const collection = catalog.find(String(body.renameCollection));
      const [database = '', ...name] = String(body.to).split('.');
      const target = checkNamespace(database, name.join('.'));
      if (!collection) throw new CommandError(26, `Source collection ${String(body.renameCollection)} does not exist`);
      const existing = catalog.find(target);
      if (existing && !body.dropTarget) throw new CommandError(48, 'target namespace exists');
      if (existing) catalog.drop(existing);
      catalog.rename(collection, target);
      return {};
    });

  return { create, drop, dropDatabase, listCollections, listDatabases, renameCollection };
}

function describeCollection(name: string, options: BsonDocument, nameOnly: boolean): BsonDocument {
  const description = { name, type: 'collection' };
  if (nameOnly) return description;
  return { ...description, options, info: { readOnly: false }, idIndex: { v: 2, key: { _id: 1 }, name: '_id_' } };
}
