import { ORDER, typeOrder } from '../bson-order.ts';
import type { Collection } from '../catalog.ts';
import type { Found, Selection } from '../collections.ts';
import type { Command, CommandHandler, EngineParts } from '../command.ts';
import { type BsonDocument, decodeDocument, encodeDocument, isDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { readDocument } from '../indexes.ts';
import { toNumber } from '../numbers.ts';
import { REFERENCE_PARTS } from '../paths.ts';
import { compileProjection, positionalName } from '../projection.ts';
import { compileFilter, type Filter } from '../query.ts';
import { asBuffer, checkDocument, encodeResult, pickFields, rawDocuments, withIdFirst } from '../raw-bson.ts';
import { parseSort, type SortField } from '../sort.ts';
import { compileUpdate, type Update } from '../update.ts';
import { namespaceOf, variablesOf } from './arguments.ts';
import { isSet, missingField } from './field-rules.ts';
import { checkDeleteStatement, checkUpdateStatement } from './fields.ts';

/** MongoDB's code of an update after which a document would be too large. */
const CHANGED_TOO_LARGE = 17419;
const MOST_WRITES = 100_000;
const ID = new Set(['_id']);

interface UpdateStatement {
  readonly filter: Filter;
  readonly update: Update;
  readonly multi: boolean;
  readonly upsert: boolean;
  readonly hint: unknown;
  readonly sort: readonly SortField[];
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
    const variables = variablesOf(command.body.let, parts.now);
    const given = statements(command, 'updates').map(decodeDocument);
    // A statement that is no statement fails the command; one that cannot be carried out fails alone.
    given.forEach(checkUpdateStatement);
    const prepared = given.map((statement) => attempt(() => prepareUpdate(statement, now, variables)));
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
      sort: statement.sort,
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
    const raw = encodeResult(change.apply(decodeDocument(found.raw), filter), CHANGED_TOO_LARGE);
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
    const variables = variablesOf(command.body.let, parts.now);
    const given = statements(command, 'deletes').map(decodeDocument);
    given.forEach(checkDeleteStatement);
    const prepared = given.map((statement) => attempt(() => prepareDelete(statement, variables)));
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
    const removes = isSet(body.remove);
    refuseContradiction(body, removes);
    const showsNew = isSet(body.new);
    const upserts = isSet(body.upsert);
    const variables = variablesOf(body.let, parts.now);
    const filter = compileFilter(body.query, variables);
    if (upserts) refuseExpression(filter);
    const selection: Selection = { filter, sort: parseSort(body.sort), skip: 0, limit: 1, hint: body.hint };
    if (showsNew && isDocument(body.fields) && positionalName(body.fields) !== undefined)
      throw new CommandError(2, 'cannot use a positional projection and return the new document');
    const project = compileProjection(body.fields, filter, variables);
    const change = removes ? undefined : compileChange(body.update, body.arrayFilters, now, variables);
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
  const path = `${name}.${field}`;
  const found = request.sequences.get(field) ?? rawDocuments(request.body, field, path);
  if (!found) throw missingField(path);
  if (found.length === 0 || found.length > MOST_WRITES) {
    throw new CommandError(
      16,
      `Write batch sizes must be between 1 and ${MOST_WRITES}. Got ${found.length} operations.`,
    );
  }
  return found;
}

function isOrdered({ body }: Command): boolean {
  return body.ordered !== false;
}

/** @throws CommandError FailedToParse for a findAndModify that says two things at once, or nothing */
function refuseContradiction(body: BsonDocument, removes: boolean): void {
  const refuse = (message: string): never => {
    throw new CommandError(9, message);
  };
  if (!removes && !body.update) refuse('Either an update or remove=true must be specified');
  if (!removes) return;
  if (body.update) refuse('Cannot specify both an update and remove=true');
  if (isSet(body.upsert)) refuse('Cannot specify both upsert=true and remove=true');
  if (isSet(body.new))
    refuse("Cannot specify both new=true and remove=true; 'remove' always returns the deleted document");
  if (body.arrayFilters) refuse('Cannot specify arrayFilters and remove=true');
}

/** @throws CommandError FailedToParse for array filters beside a pipeline, and as `compileUpdate` does */
function compileChange(change: unknown, arrayFilters: unknown, now: () => Date, variables?: BsonDocument): Update {
  if (Array.isArray(change) && arrayFilters)
    throw new CommandError(9, 'arrayFilters may not be specified for pipeline-style updates');
  return compileUpdate(change, (arrayFilters ?? []) as unknown[], now, variables);
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

/** @throws CommandError InvalidIdField, DollarPrefixedFieldName */
function checkId(id: unknown): void {
  const order = typeOrder(id);
  if (order === ORDER.array || order === ORDER.regularExpression) {
    throw new CommandError(53, `The '_id' value cannot be of type ${order === ORDER.array ? 'array' : 'regex'}`);
  }
  if (order !== ORDER.object) return;
  const refused = Object.keys(id as BsonDocument).find((name) => name.startsWith('$') && !REFERENCE_PARTS.has(name));
  if (refused)
    throw new CommandError(52, `_id fields may not contain '$'-prefixed fields: ${refused} is not valid for storage.`);
}

function prepareUpdate(statement: BsonDocument, now: () => Date, variables: BsonDocument | undefined): UpdateStatement {
  const { q, u, c, arrayFilters, hint } = statement;
  const multi = statement.multi === true;
  const upsert = statement.upsert === true;
  if (c !== undefined && !Array.isArray(u))
    throw new CommandError(51198, 'Constant values may only be specified for pipeline updates');
  if (multi && !Array.isArray(u) && !Object.keys(u as BsonDocument)[0]?.startsWith('$'))
    throw new CommandError(9, 'multi update is not supported for replacement-style update');
  if (multi && statement.sort) throw new CommandError(9, 'Cannot specify sort with multi=true');
  const filter = compileFilter(q, variables);
  if (upsert) refuseExpression(filter);
  return {
    filter,
    update: compileChange(u, arrayFilters, now, isDocument(c) ? { ...variables, ...c } : variables),
    multi,
    upsert,
    hint,
    sort: parseSort(statement.sort),
  };
}

/** @throws CommandError QueryFeatureNotAllowed: an upsert could not tell what to insert */
function refuseExpression({ fields }: Filter): void {
  if (fields === 'all') throw new CommandError(224, '$expr is not allowed in the query predicate for an upsert');
}

function prepareDelete({ q, limit, hint }: BsonDocument, variables: BsonDocument | undefined): Selection {
  return { filter: compileFilter(q, variables), sort: [], skip: 0, limit: toNumber(limit), hint };
}
