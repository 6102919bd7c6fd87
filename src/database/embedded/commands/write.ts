import { ORDER, typeOrder } from '../bson-order.ts';
import type { Collection } from '../catalog.ts';
import type { Found, Selection } from '../collections.ts';
import type { Command, CommandHandler, EngineParts } from '../command.ts';
import { type BsonDocument, decodeDocument, encodeDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { readDocument } from '../indexes.ts';
import { toNumber } from '../numbers.ts';
import { compileProjection } from '../projection.ts';
import { compileFilter, type Filter } from '../query.ts';
import { asBuffer, checkDocument, pickFields, rawDocuments, withIdFirst } from '../raw-bson.ts';
import { parseSort } from '../sort.ts';
import { compileUpdate, type Update } from '../update.ts';
import { flag, namespaceOf, refuseCollation, required } from './arguments.ts';

const MOST_WRITES = 100_000;
const ID = new Set(['_id']);

interface UpdateStatement {
  readonly filter: Filter;
  readonly update: Update;
  readonly multi: boolean;
  readonly upsert: boolean;
  readonly hint: unknown;
  readonly sort: unknown;
}

/** Commands that write. Each runs as one unit between the others; every single document changes completely or not at all. */
export function writeCommands(parts: EngineParts): Record<string, CommandHandler> {
  const { storage, catalog, collections, now } = parts;

  const insert: CommandHandler = async (command) => {
    const namespace = namespaceOf(command);
    const documents = statements(command, 'documents').map(prepareInsert);
    return storage.write(() => {
      const collection = parts.ensureCollection(namespace);
      let inserted = 0;
      const writeErrors = runEach(documents, isOrdered(command), (document) => {
        if (document instanceof CommandError) throw document;
        collections.insert(collection, document);
        inserted += 1;
      });
      return { n: inserted, ...(writeErrors.length > 0 && { writeErrors }) };
    });
  };

  const update: CommandHandler = async (command) => {
    const namespace = namespaceOf(command);
    const prepared = statements(command, 'updates').map((raw) =>
      attempt(() => prepareUpdate(decodeDocument(raw), now)),
    );
    refuseIncomplete(prepared);
    return storage.write(() => {
      const totals = { n: 0, nModified: 0 };
      const upserted: BsonDocument[] = [];
      const writeErrors = runEach(prepared, isOrdered(command), (statement, index) => {
        if (statement instanceof CommandError) throw statement;
        const result = runUpdate(namespace, statement, totals);
        if (result.upsertedId !== undefined) upserted.push({ index, _id: result.upsertedId });
      });
      return { ...totals, ...(upserted.length > 0 && { upserted }), ...(writeErrors.length > 0 && { writeErrors }) };
    });
  };

  function runUpdate(
    namespace: string,
    statement: UpdateStatement,
    totals: { n: number; nModified: number },
  ): { upsertedId?: unknown } {
    const { filter, update: change, multi } = statement;
    const collection = catalog.find(namespace);
    const selection: Selection = {
      filter,
      sort: parseSort(statement.sort),
      skip: 0,
      limit: multi ? 0 : 1,
      hint: statement.hint,
    };
    let matched = 0;
    for (const found of collection ? stable(collection, selection, multi) : []) {
      matched += 1;
      if (collection && changeDocument(collection, found, filter, change).changed) totals.nModified += 1;
      totals.n += 1;
    }
    if (matched > 0 || !statement.upsert) return {};
    const document = insertNew(parts.ensureCollection(namespace), filter, change);
    totals.n += 1;
    return { upsertedId: document._id };
  }

  /**
   * The documents to change. Of many, all are chosen before the first is changed, or a change could bring one in again; they
   * come in the order of insertion, so that an error half-way leaves the same documents whatever index was used.
   */
  function stable(collection: Collection, selection: Selection, multi: boolean): Iterable<Found> {
    if (!multi) return collections.select(collection, selection);
    const records: number[] = [];
    for (const { record } of collections.select(collection, selection)) records.push(record);
    return readAll(
      collection,
      records.sort((left, right) => left - right),
    );
  }

  function* readAll(collection: Collection, records: readonly number[]): Generator<Found> {
    for (const record of records) {
      const raw = readDocument(storage, collection, record);
      if (raw) yield { record, raw };
    }
  }

  function changeDocument(
    collection: Collection,
    found: Found,
    filter: Filter,
    change: Update,
  ): { changed: boolean; raw: Uint8Array } {
    const raw = encodeDocument(change.apply(decodeDocument(found.raw), filter));
    if (asBuffer(raw).equals(found.raw)) return { changed: false, raw: found.raw };
    collections.replace(collection, found, raw);
    return { changed: true, raw };
  }

  function insertNew(collection: Collection, filter: Filter, change: Update): BsonDocument {
    const document = change.insertion(filter);
    const raw = encodeDocument(document);
    checkDocument(raw);
    checkId(document._id);
    collections.insert(collection, raw);
    return document;
  }

  const remove: CommandHandler = async (command) => {
    const namespace = namespaceOf(command);
    const prepared = statements(command, 'deletes').map((raw) => attempt(() => prepareDelete(decodeDocument(raw))));
    refuseIncomplete(prepared);
    return storage.write(() => {
      let n = 0;
      const writeErrors = runEach(prepared, isOrdered(command), (selection) => {
        if (selection instanceof CommandError) throw selection;
        n += removeMatching(namespace, selection);
      });
      return { n, ...(writeErrors.length > 0 && { writeErrors }) };
    });
  };

  function removeMatching(namespace: string, selection: Selection): number {
    const collection = catalog.find(namespace);
    if (!collection) return 0;
    let removed = 0;
    for (const found of stable(collection, selection, selection.limit === 0)) {
      collections.remove(collection, found);
      removed += 1;
    }
    return removed;
  }

  const findAndModify: CommandHandler = async (command) => {
    const { body } = command;
    const namespace = namespaceOf(command);
    refuseCollation(body);
    const filter = compileFilter(body.query);
    const selection: Selection = { filter, sort: parseSort(body.sort), skip: 0, limit: 1, hint: body.hint };
    const project = compileProjection(body.fields, filter);
    const removes = flag(body.remove, 'findAndModify.remove');
    const showsNew = flag(body.new, 'findAndModify.new');
    const upserts = flag(body.upsert, 'findAndModify.upsert');
    const change = removes ? undefined : compileUpdate(body.update, (body.arrayFilters ?? []) as unknown[], now);
    if (removes && (body.update || showsNew))
      throw new CommandError(9, 'Cannot specify both an update and remove=true');
    const show = (raw: Uint8Array): BsonDocument => decodeDocument(project(raw));

    function removeFirst(): BsonDocument {
      const { collection, found } = first(namespace, selection);
      if (!collection || !found) return { lastErrorObject: { n: 0 }, value: null };
      collections.remove(collection, found);
      return { lastErrorObject: { n: 1 }, value: show(found.raw) };
    }

    function changeFirst(wanted: Update): BsonDocument {
      const { collection, found } = first(namespace, selection);
      if (collection && found) {
        const { raw } = changeDocument(collection, found, filter, wanted);
        return { lastErrorObject: { n: 1, updatedExisting: true }, value: show(showsNew ? raw : found.raw) };
      }
      if (!upserts) return { lastErrorObject: { n: 0, updatedExisting: false }, value: null };
      const document = insertNew(parts.ensureCollection(namespace), filter, wanted);
      return {
        lastErrorObject: { n: 1, updatedExisting: false, upserted: document._id },
        value: showsNew ? show(encodeDocument(document)) : null,
      };
    }

    return storage.write(() => (change ? changeFirst(change) : removeFirst()));
  };

  function first(namespace: string, selection: Selection): { collection?: Collection; found?: Found } {
    const collection = catalog.find(namespace);
    if (!collection) return {};
    const [found] = collections.select(collection, selection);
    return { collection, ...(found && { found }) };
  }

  return { insert, update, delete: remove, findAndModify, findandmodify: findAndModify };
}

/** The statements of a bulk write, from its document sequence or from the command. @throws CommandError */
function statements({ request, name }: Command, field: string): readonly Buffer[] {
  const found = required(request.sequences.get(field) ?? rawDocuments(request.body, field), `${name}.${field}`);
  if (found.length === 0 || found.length > MOST_WRITES) {
    throw new CommandError(
      16,
      `Write batch sizes must be between 1 and ${MOST_WRITES}. Got ${found.length} operations.`,
    );
  }
  return found;
}

function isOrdered({ name, body }: Command): boolean {
  return body.ordered === undefined || flag(body.ordered, `${name}.ordered`);
}

const MISSING_FIELD = 40414;

/** A statement that lacks a required field fails the whole command: nothing of it is meant as it stands. @throws CommandError */
function refuseIncomplete(prepared: readonly unknown[]): void {
  const incomplete = prepared.find(
    (statement) => statement instanceof CommandError && statement.code === MISSING_FIELD,
  );
  if (incomplete) throw incomplete;
}

/** Runs the statements in order. An error concerns its statement alone, and stops the rest when the write is ordered. */
function runEach<T>(items: readonly T[], ordered: boolean, run: (item: T, index: number) => void): BsonDocument[] {
  const errors: BsonDocument[] = [];
  for (const [index, item] of items.entries()) {
    try {
      run(item, index);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      errors.push({ index, code: error.code, errmsg: error.message, ...error.details });
      if (ordered) break;
    }
  }
  return errors;
}

/** Keeps an error of preparing one statement until its turn comes. */
function attempt<T>(prepare: () => T): T | CommandError {
  try {
    return prepare();
  } catch (error) {
    if (error instanceof CommandError) return error;
    if (error instanceof Error && error.name.startsWith('BSON'))
      return new CommandError(22, `invalid BSON: ${error.message}`);
    throw error;
  }
}

function prepareInsert(raw: Buffer): Buffer | CommandError {
  return attempt(() => {
    checkDocument(raw);
    const document = withIdFirst(raw);
    checkId(decodeDocument(pickFields(document, ID))._id);
    return document;
  });
}

function checkId(id: unknown): void {
  const order = typeOrder(id);
  if (order === ORDER.array || order === ORDER.regularExpression) {
    throw new CommandError(53, `The '_id' value cannot be of type ${order === ORDER.array ? 'array' : 'regex'}`);
  }
}

function prepareUpdate(statement: BsonDocument, now: () => Date): UpdateStatement {
  refuseCollation(statement);
  const query = required(statement.q, 'update.updates.q');
  const change = required(statement.u, 'update.updates.u');
  const multi = flag(statement.multi, 'update.updates.multi');
  const replaces = !Array.isArray(change) && !Object.keys((change ?? {}) as BsonDocument)[0]?.startsWith('$');
  if (replaces && multi) throw new CommandError(9, 'multi update is not supported for replacement-style update');
  return {
    filter: compileFilter(query),
    update: compileUpdate(change, (statement.arrayFilters ?? []) as unknown[], now),
    multi,
    upsert: flag(statement.upsert, 'update.updates.upsert'),
    hint: statement.hint,
    sort: statement.sort,
  };
}

function prepareDelete(statement: BsonDocument): Selection {
  refuseCollation(statement);
  const query = required(statement.q, 'delete.deletes.q');
  const limit = toNumber(statement.limit);
  if (limit !== 0 && limit !== 1)
    throw new CommandError(9, `The limit field in delete objects must be 0 or 1. Got ${String(statement.limit)}`);
  return { filter: compileFilter(query), sort: [], skip: 0, limit, hint: statement.hint };
}
