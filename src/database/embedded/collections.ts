import type { Catalog, Collection, Index } from './catalog.ts';
import { documentKey, idPrefix, indexedFields } from './catalog.ts';
import { type BsonDocument, decodeDocument } from './document-codec.ts';
import { applyEntries, hasEntry, keysOf, planEntries, readDocument, recordOf } from './indexes.ts';
import { choosePlan, type IndexScan, type Plan } from './planner.ts';
import type { Filter } from './query.ts';
import { asBuffer, changedFields, checkDocument, pickFields } from './raw-bson.ts';
import { compareSorted, LARGEST_SORT, type SortField, sortValues, tooMuchToSort } from './sort.ts';
import { type Storage, scanRange } from './storage.ts';

/** Finding, adding, changing and removing the documents of a collection. */

/** A stored document: its record and its bytes. */
export interface Found {
  readonly record: number;
  readonly raw: Uint8Array;
}

/** Which documents, and in which order. */
export interface Selection {
  readonly filter: Filter;
  readonly sort: readonly SortField[];
  readonly skip: number;
  /** 0 means all. */
  readonly limit: number;
  readonly hint?: unknown;
}

/** What a scan had to read, for `explain`. */
export interface ScanCounters {
  keys: number;
  documents: number;
}

export interface Collections {
  /** The documents of a selection, in order. It may be read slowly: nothing is held open between two documents. */
  select(collection: Collection, selection: Selection, counters?: ScanCounters): Generator<Found>;
  plan(collection: Collection, selection: Selection): Plan;
  count(collection: Collection, selection: Selection): number;
  /** Inside a write. @throws CommandError DuplicateKey and others, before anything changed */
  insert(collection: Collection, raw: Uint8Array): void;
  /** Inside a write: puts other bytes in a document's place. @throws CommandError as `insert` does */
  replace(collection: Collection, found: Found, raw: Uint8Array): void;
  /** Inside a write. */
  remove(collection: Collection, found: Found): void;
  /** Compares every index with the documents. */
  validate(collection: Collection): Validation;
}

export interface Validation {
  readonly valid: boolean;
  readonly nrecords: number;
  readonly errors: string[];
}

export function createCollections(storage: Storage, catalog: Catalog): Collections {
  function plan(collection: Collection, { filter, sort, hint }: Selection): Plan {
    return choosePlan(collection, filter, sort, hint);
  }

  function* scan(collection: Collection, chosen: Plan, counters: ScanCounters): Generator<Found> {
    if (chosen.kind === 'collectionScan') return yield* scanDocuments(collection, chosen.reverse, counters);
    const scans = chosen.kind === 'union' ? chosen.scans : [chosen];
    const several = chosen.kind === 'union' || scans.some(({ index }) => index.multikey);
    const records = scanRecords(storage, scans, counters);
    for (const record of several ? eachOnce(records) : records) {
      const raw = readDocument(storage, collection, record);
      if (raw === undefined) continue;
      counters.documents += 1;
      yield { record, raw };
    }
  }

  function* scanDocuments(collection: Collection, reverse: boolean, counters: ScanCounters): Generator<Found> {
    const range = { start: idPrefix(collection.id), end: idPrefix(collection.id + 1) };
    for (const { key, value } of scanRange(storage.documents, range, { reverse, values: true })) {
      counters.documents += 1;
      if (value) yield { record: asBuffer(key).readUIntBE(4, 6), raw: value };
    }
  }

  function* matching(
    collection: Collection,
    selection: Selection,
    chosen: Plan,
    counters: ScanCounters,
  ): Generator<Found> {
    const { filter } = selection;
    for (const found of scan(collection, chosen, counters)) if (filter.testRaw(found.raw)) yield found;
  }

  function* sorted(
    collection: Collection,
    selection: Selection,
    chosen: Plan,
    counters: ScanCounters,
  ): Generator<Found> {
    const { sort, skip, limit, filter } = selection;
    const sortFields = new Set(sort.map(({ parts }) => parts[0] ?? ''));
    const candidates: { record: number; values: unknown[] }[] = [];
    for (const { record, raw } of matching(collection, selection, chosen, counters)) {
      if (candidates.length >= LARGEST_SORT) throw tooMuchToSort();
      candidates.push({ record, values: sortValues(decodeDocument(pickFields(raw, sortFields)), sort) });
    }
    candidates.sort((left, right) => compareSorted(left.values, right.values, sort));
    const end = limit === 0 ? candidates.length : skip + limit;
    for (const { record } of candidates.slice(skip, end)) {
      const raw = readDocument(storage, collection, record);
      // Read again, later: another client may have removed or changed it since.
      if (raw && filter.testRaw(raw)) yield { record, raw };
    }
  }

  function* select(
    collection: Collection,
    selection: Selection,
    counters: ScanCounters = { keys: 0, documents: 0 },
  ): Generator<Found> {
    const chosen = plan(collection, selection);
    if (!chosen.providesSort) return yield* sorted(collection, selection, chosen, counters);
    let skip = selection.skip;
    let left = selection.limit === 0 ? Number.POSITIVE_INFINITY : selection.limit;
    for (const found of matching(collection, selection, chosen, counters)) {
      if (skip > 0) {
        skip -= 1;
        continue;
      }
      yield found;
      left -= 1;
      if (left <= 0) return;
    }
  }

  function total(collection: Collection): number {
    collection.count ??= countDocuments(collection);
    return collection.count;
  }

  function countDocuments({ id }: Collection): number {
    return storage.documents.getKeysCount({ start: idPrefix(id), end: idPrefix(id + 1) });
  }

  function countMatching(collection: Collection, selection: Selection): number {
    if (selection.filter.matchesEverything && selection.hint === undefined) return total(collection);
    const chosen = plan(collection, { ...selection, sort: [] });
    if (chosen.kind === 'indexScan' && chosen.exact) {
      return chosen.ranges.reduce((sum, range) => sum + storage.entries.getKeysCount({ ...range }), 0);
    }
    let found = 0;
    for (const _ of matching(collection, selection, chosen, { keys: 0, documents: 0 })) found += 1;
    return found;
  }

  function count(collection: Collection, selection: Selection): number {
    const found = Math.max(0, countMatching(collection, selection) - selection.skip);
    return selection.limit === 0 ? found : Math.min(found, selection.limit);
  }

  function insert(collection: Collection, raw: Uint8Array): void {
    const record = collection.nextRecord;
    const changes = planEntries(
      storage,
      collection,
      collection.indexes,
      record,
      undefined,
      indexedPart(raw, collection.indexedFields),
    );
    storage.documents.putSync(documentKey(collection.id, record), raw);
    collection.nextRecord = record + 1;
    if (applyEntries(storage, changes, record)) catalog.save(collection);
    if (collection.count !== undefined) collection.count += 1;
  }

  function replace(collection: Collection, found: Found, raw: Uint8Array): void {
    checkDocument(raw);
    const indexes = concernedIndexes(collection, changedFields(found.raw, raw));
    const fields = indexedFields(indexes);
    const changes = planEntries(
      storage,
      collection,
      indexes,
      found.record,
      indexedPart(found.raw, fields),
      indexedPart(raw, fields),
    );
    storage.documents.putSync(documentKey(collection.id, found.record), raw);
    if (applyEntries(storage, changes, found.record)) catalog.save(collection);
  }

  function remove(collection: Collection, found: Found): void {
    const before = indexedPart(found.raw, collection.indexedFields);
    const changes = planEntries(storage, collection, collection.indexes, found.record, before, undefined);
    storage.documents.removeSync(documentKey(collection.id, found.record));
    applyEntries(storage, changes, found.record);
    if (collection.count !== undefined) collection.count -= 1;
  }

  function validate(collection: Collection): Validation {
    const errors = collection.indexes.flatMap((index) => validateIndex(collection, index));
    return { valid: errors.length === 0, nrecords: countDocuments(collection), errors };
  }

  function validateIndex(collection: Collection, index: Index): string[] {
    const errors: string[] = [];
    let expected = 0;
    for (const { record, raw } of scanDocuments(collection, false, { keys: 0, documents: 0 })) {
      const { keys } = keysOf(index, decodeDocument(raw));
      expected += keys.size;
      for (const { key } of keys.values())
        if (!hasEntry(storage, index, key, record)) errors.push(`${index.name}: record ${record} has no entry`);
    }
    const entries = storage.entries.getKeysCount({ start: idPrefix(index.id), end: idPrefix(index.id + 1) });
    if (entries !== expected) errors.push(`${index.name}: ${entries} entries for ${expected} keys`);
    return errors;
  }

  return { select, plan, count, insert, replace, remove, validate };
}

function indexedPart(raw: Uint8Array, fields: ReadonlySet<string> | 'all'): BsonDocument {
  return decodeDocument(fields === 'all' ? raw : pickFields(raw, fields));
}

/** Most changes leave most indexes as they are. */
function concernedIndexes({ indexes }: Collection, changed: ReadonlySet<string>): Index[] {
  return indexes.filter((index) => {
    const fields = indexedFields([index]);
    return fields === 'all' || [...fields].some((field) => changed.has(field));
  });
}

function* eachOnce(records: Iterable<number>): Generator<number> {
  const seen = new Set<number>();
  for (const record of records) {
    if (seen.has(record)) continue;
    seen.add(record);
    yield record;
  }
}

function* scanRecords(storage: Storage, scans: readonly IndexScan[], counters: ScanCounters): Generator<number> {
  for (const { index, ranges, reverse } of scans) {
    const ordered = reverse ? ranges.toReversed() : ranges;
    for (const range of ordered) {
      for (const entry of scanRange(storage.entries, range, { reverse, values: index.unique })) {
        counters.keys += 1;
        yield recordOf(index, entry);
      }
    }
  }
}
