import mongoose, { type Connection } from 'mongoose';
import type { Logger } from 'pino';
import { type EmbeddedServer, startEmbeddedServer } from './embedded/server.ts';
import { refuseUnfinished, UnfinishedCopyError } from './unfinished-copy.ts';

/** The database's name where nobody chose another. */
export const DATABASE_NAME = 'sininho';
/** What the driver takes when a connection string names none. */
const DRIVERS_DEFAULT_NAME = 'test';
/** How long an operation looks for a server before it fails: short, because a webhook waits for it. */
const SERVER_SELECTION_MILLISECONDS = 3_000;

export interface Database {
  connection: Connection;
  /** True when the product brought its own engine, and is therefore the only process on this data. */
  embedded: boolean;
  /** True while a server answers whose data is whole. */
  isReady(): boolean;
  /** Settles when the first connection is made; tries for ever. @throws UnfinishedCopyError */
  connected: Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to the MongoDB server at `uri`, or starts the embedded engine when there is none.
 * A server that is away does not stop the start: `connected` settles when it comes.
 * @param options.directory where the embedded engine keeps its data
 * @param options.onFailure the embedded engine died after its start; without it the error is thrown where nothing catches it
 * @throws EmbeddedError when the directory is in use or cannot be used
 * @throws MongoParseError when `uri` is not a connection string
 */
export async function openDatabase(options: {
  uri: string | null;
  directory: string;
  log: Logger;
  onFailure?: (error: Error) => void;
}): Promise<Database> {
  const { uri, directory, log, onFailure } = options;
  const embedded = uri === null ? await startEmbeddedServer({ directory, ...(onFailure ? { onFailure } : {}) }) : null;
  const connection = mongoose.createConnection();
  let closing = false;
  let isWhole = false;
  const connected = connect(connection, uri ?? embeddedUri(embedded), log, () => closing).then(() => {
    isWhole = true;
  });
  // Whoever waits for it is told; until then nobody has to.
  connected.catch(() => undefined);
  return {
    connection,
    embedded: embedded !== null,
    isReady: () => isWhole && connection.readyState === mongoose.ConnectionStates.connected,
    connected,
    async close() {
      closing = true;
      await connection.close();
      await embedded?.stop();
    },
  };
}

function embeddedUri(server: EmbeddedServer | null): string {
  if (!server) throw new Error('The embedded engine was not started');
  return server.uri(DATABASE_NAME);
}

async function connect(connection: Connection, uri: string, log: Logger, isClosing: () => boolean): Promise<void> {
  const dbName = databaseNameOf(uri);
  for (;;) {
    try {
      await connection.openUri(uri, {
        dbName,
        autoIndex: false,
        autoCreate: false,
        bufferCommands: false,
        serverSelectionTimeoutMS: SERVER_SELECTION_MILLISECONDS,
        writeConcern: { w: 'majority', journal: true },
      });
      await refuseUnfinished(connection);
      return;
    } catch (error) {
      if (isClosing()) return;
      if (error instanceof UnfinishedCopyError) throw error;
      log.error(
        { reason: error instanceof Error ? error.message : String(error) },
        'The database does not answer; trying again. Check MONGODB_URI and that the server is up.',
      );
    }
  }
}

/** The database that a connection string names. @throws MongoParseError when it is not a connection string */
export function databaseNameOf(uri: string): string {
  const { dbName } = new mongoose.mongo.MongoClient(uri).options;
  return dbName === DRIVERS_DEFAULT_NAME ? DATABASE_NAME : dbName;
}

/** Creates what is missing of the indexes that every model on the connection declares. */
export async function createIndexes(connection: Connection): Promise<void> {
  await Promise.all(Object.values(connection.models).map((model) => model.createIndexes()));
}
