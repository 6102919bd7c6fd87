import type { Aggregation } from './aggregate.ts';
import type { Catalog, Collection } from './catalog.ts';
import type { Collections } from './collections.ts';
import type { Cursors } from './cursors.ts';
import type { BsonDocument } from './document-codec.ts';
import type { Storage } from './storage.ts';
import type { WireRequest } from './wire.ts';

/** One command of a client, with its document decoded except for the documents it brings. */
export interface Command {
  readonly name: string;
  readonly database: string;
  /** The command document without `documents`. */
  readonly body: BsonDocument;
  readonly request: WireRequest;
  readonly connectionId: number;
}

/** What the commands work with. */
export interface EngineParts {
  readonly storage: Storage;
  readonly catalog: Catalog;
  readonly collections: Collections;
  readonly aggregation: Aggregation;
  readonly cursors: Cursors;
  readonly now: () => Date;
  /** The collection, created in the running write if there is none. */
  ensureCollection(namespace: string): Collection;
}

/** Answers a command with a document (`ok` is added) or with finished BSON. */
export type CommandHandler = (command: Command) => BsonDocument | Buffer | Promise<BsonDocument | Buffer>;
