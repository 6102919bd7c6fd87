import { type Collection, idPrefix } from '../catalog.ts';
import type { CommandHandler, EngineParts } from '../command.ts';
import type { BsonDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { scanRange } from '../storage.ts';
import { namespaceOf } from './arguments.ts';

const startedAt = Date.now();

/** Commands of MongoDB that the engine knows and refuses. */
const NOT_SUPPORTED = [
  'abortTransaction', 'commitTransaction', 'bulkWrite', 'createRole', 'createUser', 'dropUser', 'geoSearch', 'grantRolesToUser',
  'mapReduce', 'saslStart', 'saslContinue', 'startSession', 'updateUser', 'usersInfo', 'replSetGetStatus', 'shardCollection',
] as const; // biome-ignore format: a list of names

/** Statistics, and plain refusals. */
export function administrationCommands({
  storage,
  catalog,
  collections,
  now,
}: EngineParts): Record<string, CommandHandler> {
  function statistics(collection: Collection): { count: number; size: number } {
    const range = { start: idPrefix(collection.id), end: idPrefix(collection.id + 1) };
    let size = 0;
    let count = 0;
    for (const { value } of scanRange(storage.documents, range, { reverse: false, values: true })) {
      count += 1;
      size += value?.length ?? 0;
    }
    return { count, size };
  }

  const collStats: CommandHandler = (command) => {
    const namespace = namespaceOf(command);
    const collection = catalog.find(namespace);
    const { count, size } = collection ? statistics(collection) : { count: 0, size: 0 };
    return {
      ns: namespace,
      count,
      size,
      storageSize: size,
      avgObjSize: count === 0 ? 0 : Math.round(size / count),
      nindexes: collection?.indexes.length ?? 0,
      capped: false,
    };
  };

  const dbStats: CommandHandler = ({ database }) => {
    const all = [...catalog.all()].filter(({ namespace }) => namespace.startsWith(`${database}.`));
    const sizes = all.map(statistics);
    const dataSize = sizes.reduce((sum, { size }) => sum + size, 0);
    return {
      db: database,
      collections: all.length,
      objects: sizes.reduce((sum, { count }) => sum + count, 0),
      dataSize,
      storageSize: dataSize,
      indexes: all.reduce((sum, { indexes }) => sum + indexes.length, 0),
    };
  };

  /** Compares every index with the documents; used by tests and after a crash. */
  const validate: CommandHandler = (command) => {
    const collection = catalog.find(namespaceOf(command));
    if (!collection) throw new CommandError(26, 'Collection does not exist to validate.');
    return { ...collections.validate(collection) };
  };

  const serverStatus: CommandHandler = (): BsonDocument => ({
    version: '7.0.0',
    process: 'embedded',
    uptime: Math.floor((now().getTime() - startedAt) / 1000),
    localTime: now(),
  });

  const refusals = Object.fromEntries(
    NOT_SUPPORTED.map((name): [string, CommandHandler] => [
      name,
      () => {
        throw new CommandError(115, `${name} is not supported by the embedded engine`);
      },
    ]),
  );

  return { ...refusals, collStats, dbStats, dbstats: dbStats, validate, serverStatus };
}
