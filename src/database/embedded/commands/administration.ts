import { mapValues } from 'es-toolkit';
import type { CommandHandler, EngineParts } from '../command.ts';
import type { BsonDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { namespaceOf, wholeNumber } from './arguments.ts';
import { type CollectionSize, measureCollection } from './sizes.ts';

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
  const collStats: CommandHandler = async (command) => {
    const namespace = namespaceOf(command);
    const scaled = scaleOf(command.body);
    const collection = catalog.find(namespace);
    const { documents, indexes, indexBytes } = collection ? await measureCollection(storage, collection) : NOTHING;
    const { count, bytes } = documents;
    return {
      ns: namespace,
      count,
      size: scaled(bytes),
      avgObjSize: count === 0 ? 0 : Math.round(bytes / count),
      storageSize: scaled(bytes),
      nindexes: collection?.indexes.length ?? 0,
      indexSizes: mapValues(indexes, scaled),
      totalIndexSize: scaled(indexBytes),
      totalSize: scaled(bytes + indexBytes),
      scaleFactor: scaled.factor,
      capped: false,
    };
  };

  const dbStats: CommandHandler = async ({ database, body }) => {
    const scaled = scaleOf(body);
    const all = [...catalog.all()].filter(({ namespace }) => namespace.startsWith(`${database}.`));
    let objects = 0;
    let dataBytes = 0;
    let indexBytes = 0;
    for (const collection of all) {
      const size = await measureCollection(storage, collection);
      objects += size.documents.count;
      dataBytes += size.documents.bytes;
      indexBytes += size.indexBytes;
    }
    return {
      db: database,
      collections: all.length,
      views: 0,
      objects,
      avgObjSize: objects === 0 ? 0 : dataBytes / objects,
      dataSize: scaled(dataBytes),
      storageSize: scaled(dataBytes),
      indexes: all.reduce((sum, { indexes }) => sum + indexes.length, 0),
      indexSize: scaled(indexBytes),
      totalSize: scaled(dataBytes + indexBytes),
      scaleFactor: scaled.factor,
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

const NOTHING: CollectionSize = { documents: { count: 0, bytes: 0 }, indexes: {}, indexBytes: 0 };

/** How sizes are to be given: in units of so many bytes, as whole ones. */
function scaleOf({ scale }: BsonDocument): ((bytes: number) => number) & { readonly factor: number } {
  const factor = wholeNumber(scale, 1);
  return Object.assign((bytes: number) => Math.floor(bytes / factor), { factor });
}
