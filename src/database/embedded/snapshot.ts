import { join } from 'node:path';
import { open } from 'lmdb';
import { idPrefix, storedCollections } from './catalog.ts';
import { checkDataFile } from './data-file.ts';
import type { BsonDocument } from './document-codec.ts';
import { scanRange } from './storage.ts';

/** One database of a data directory as it was at one moment. */
export interface Snapshot {
  readonly collections: readonly {
    readonly name: string;
    readonly documents: number;
    /** As `listIndexes` shows them. */
    readonly indexes: readonly BsonDocument[];
  }[];
  /** The documents of a collection as BSON, in the order of their insertion. */
  documents(collection: string): Generator<Uint8Array>;
  close(): Promise<void>;
}

const MAXIMUM_NAMED_STORES = 8;

/**
 * Reads a data directory whether or not an engine serves it, in this process or another: LMDB lets readers in beside the
 * writer and shows each the state of one transaction, which is exactly what a power cut at that moment would have left.
 * While it is open the engine cannot use space again that becomes free, so the file grows with what is written meanwhile;
 * when its process is killed, that lasts until the engine's next clean-up, within a minute.
 * @throws EmbeddedError data_directory_damaged, also when there is no database in the directory
 */
export function openSnapshot(directory: string, database: string): Snapshot {
  const path = join(directory, 'data');
  checkDataFile(path);
  const root = open({ path, maxDbs: MAXIMUM_NAMED_STORES, readOnly: true });
  const openStore = (name: string) =>
    root.openDB<Uint8Array, Uint8Array>({ name, keyEncoding: 'binary', encoding: 'binary' });
  const documents = openStore('documents');
  const catalog = openStore('catalog');
  const transaction = root.useReadTransaction();
  const rangeOf = (id: number) => ({ start: idPrefix(id), end: idPrefix(id + 1) });
  const stored = new Map(
    storedCollections(catalog, transaction)
      .filter(({ namespace }) => namespace.startsWith(`${database}.`))
      .map(({ namespace, ...collection }) => [namespace.slice(database.length + 1), collection]),
  );
  return {
    collections: [...stored].map(([name, { id, indexes }]) => ({
      name,
      indexes,
      documents: documents.getKeysCount({ ...rangeOf(id), transaction }),
    })),
    *documents(collection) {
      const found = stored.get(collection);
      if (!found) return;
      for (const { value } of scanRange(documents, rangeOf(found.id), { reverse: false, values: true, transaction })) {
        if (value) yield value;
      }
    },
    async close() {
      transaction.done();
      await root.close();
    },
  };
}
