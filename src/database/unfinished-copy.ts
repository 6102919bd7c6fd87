import type { Connection, mongo } from 'mongoose';

/** Holds one document while a restore or a migration writes into the database. It is part of no copy. */
export const UNFINISHED_COPY = 'unfinishedcopy';

/** The database holds a part of a copy: a restore or a migration was interrupted. */
export class UnfinishedCopyError extends Error {
  constructor() {
    super(
      'The database holds only a part of its data, because a restore or migration was interrupted. Run npm run restore -- FILE --force again, or begin with an empty database.',
    );
    this.name = 'UnfinishedCopyError';
  }
}

/** Says that what is in the database from now on is not whole. */
export async function markUnfinished(database: mongo.Db): Promise<void> {
  await database
    .collection<{ _id: string }>(UNFINISHED_COPY)
    .updateOne({ _id: 'copy' }, { $set: { startedAt: new Date() } }, { upsert: true });
}

/** Says that the copy is there as a whole. */
export async function markFinished(database: mongo.Db): Promise<void> {
  await database.collection(UNFINISHED_COPY).drop();
}

/** @throws UnfinishedCopyError */
export async function refuseUnfinished(connection: Connection): Promise<void> {
  if (await connection.collection(UNFINISHED_COPY).findOne({})) throw new UnfinishedCopyError();
}
