import mongoose from 'mongoose';

/** MongoDB's code for "a unique index already holds this key". */
const DUPLICATE_KEY = 11000;

/** True when a write was refused by a unique index, which is how the product guards against doing a thing twice. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongoose.mongo.MongoServerError && error.code === DUPLICATE_KEY;
}

/**
 * Waits for an unordered bulk write and tells which of its items a unique index refused.
 * @returns positions of the refused items
 * @throws any other error, also when an item failed for another reason
 */
export async function refusedAsDuplicates(write: Promise<unknown>): Promise<Set<number>> {
  try {
    await write;
    return new Set();
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
    const writeErrors = [error.writeErrors].flat();
    if (writeErrors.length === 0 || writeErrors.some((item) => item.code !== DUPLICATE_KEY)) throw error;
    return new Set(writeErrors.map((item) => item.index));
  }
}
