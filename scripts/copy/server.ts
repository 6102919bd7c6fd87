import mongoose, { type mongo } from 'mongoose';
import { databaseNameOf } from '../../src/database/connection.ts';
import { CopyError } from './database-copy.ts';

const SERVER_SELECTION_MILLISECONDS = 5_000;

export interface Server {
  database: mongo.Db;
  close(): Promise<void>;
}

/**
 * Connects to a MongoDB server, or to an embedded engine that runs.
 * @throws CopyError when it cannot be reached or lets nobody in
 */
export async function connectToServer(uri: string): Promise<Server> {
  const client = new mongoose.mongo.MongoClient(uri, {
    serverSelectionTimeoutMS: SERVER_SELECTION_MILLISECONDS,
    writeConcern: { w: 'majority', journal: true },
  });
  try {
    const database = client.db(databaseNameOf(uri));
    await database.command({ ping: 1 });
    return { database, close: () => client.close() };
  } catch (error) {
    await client.close();
    const { hosts } = client.options;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CopyError(
      `The MongoDB server at ${hosts.join(', ')} cannot be used: ${reason}. Check its address, user and password, and that it is up.`,
      { cause: error },
    );
  }
}
