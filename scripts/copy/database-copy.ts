import type { Document } from 'bson';
import { UNFINISHED_COPY } from '../../src/database/unfinished-copy.ts';

/** All documents of a database, wherever they are: in the embedded engine's files, on a MongoDB server or in a backup. */
export interface DatabaseCopy {
  /**
   * True: everything is as it was at one moment. False: the collections were read one after another, and the product may
   * have changed them meanwhile.
   */
  readonly ofOneMoment: boolean;
  /** When the reading began. */
  readonly startedAt: Date;
  readonly collections: readonly CopiedCollection[];
  /** Those of the collections, other than on `_id`; also the product's own, which it would make at its start. */
  readonly indexes: readonly CopiedIndex[];
  /** Collection by collection, in the order of `collections`. */
  documents(): AsyncIterable<CopiedDocument> | Iterable<CopiedDocument>;
}

/** A copy that holds files or connections open. */
export interface OpenCopy extends DatabaseCopy {
  close(): Promise<void>;
}

export interface CopiedCollection {
  readonly name: string;
  /** For a copy of several moments, how many there were when the reading began. */
  readonly documents: number;
}

export interface CopiedIndex {
  readonly collection: string;
  /** As `listIndexes` shows it. */
  readonly specification: Document;
}

export interface CopiedDocument {
  readonly collection: string;
  /** BSON. */
  readonly bytes: Uint8Array;
}

/** Why something cannot be copied, in one sentence that says what to do. */
export class CopyError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CopyError';
  }
}

/** Agenda's schedule and its log belong to running processes and are made anew at the next start. */
const SCHEDULE: ReadonlySet<string> = new Set(['jobs', 'agenda_logs']);

/** Whether a collection holds anything that has to be kept. */
export function isKept(name: string): boolean {
  return !SCHEDULE.has(name) && name !== UNFINISHED_COPY && !name.startsWith('system.');
}

/** The indexes of a collection that have to be made; the one on `_id` is always there. */
export function indexesToCopy(collection: string, specifications: readonly Document[]): CopiedIndex[] {
  return specifications.filter(({ name }) => name !== '_id_').map((specification) => ({ collection, specification }));
}

/** How many documents there are in all. */
export function totalOf(collections: readonly CopiedCollection[]): number {
  return collections.reduce((sum, { documents }) => sum + documents, 0);
}
