import { setImmediate as othersFirst } from 'node:timers/promises';
import { type Collection, idPrefix } from '../catalog.ts';
import { type Storage, type Store, scanRange } from '../storage.ts';

/** How many things there are, and how many bytes they take. */
export interface Size {
  readonly count: number;
  readonly bytes: number;
}

export interface CollectionSize {
  readonly documents: Size;
  /** Bytes of each index, by its name. */
  readonly indexes: Readonly<Record<string, number>>;
  readonly indexBytes: number;
}

/** Other clients are served between so many. */
const STEP = 5000;

/** Counts what a collection and its indexes hold. All of it is read, a step at a time. */
export async function measureCollection(storage: Storage, collection: Collection): Promise<CollectionSize> {
  const documents = await measure(storage.documents, collection.id);
  const indexes: Record<string, number> = {};
  let indexBytes = 0;
  for (const { id, name } of collection.indexes) {
    const { bytes, keyBytes } = await measure(storage.entries, id);
    indexes[name] = bytes + keyBytes;
    indexBytes += bytes + keyBytes;
  }
  return { documents, indexes, indexBytes };
}

async function measure(store: Store, id: number): Promise<Size & { keyBytes: number }> {
  let count = 0;
  let bytes = 0;
  let keyBytes = 0;
  const range = { start: idPrefix(id), end: idPrefix(id + 1) };
  for (const { key, value } of scanRange(store, range, { reverse: false, values: true })) {
    count += 1;
    bytes += value?.length ?? 0;
    keyBytes += key.length;
    if (count % STEP === 0) await othersFirst();
  }
  return { count, bytes, keyBytes };
}
