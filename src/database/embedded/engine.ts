import { mkdirSync } from 'node:fs';
import { Double } from 'bson';
import { createAggregation } from './aggregate.ts';
import { type Collection, checkDatabase, garbageKey, idPrefix, openCatalog } from './catalog.ts';
import { createCollections } from './collections.ts';
import type { Command, CommandHandler, EngineParts } from './command.ts';
import { administrationCommands } from './commands/administration.ts';
import { collectionCommands } from './commands/collections.ts';
import { checkFields } from './commands/fields.ts';
import { handshakeCommands } from './commands/handshake.ts';
import { indexCommands } from './commands/indexes.ts';
import { readCommands } from './commands/read.ts';
import { writeCommands } from './commands/write.ts';
import { createCursors } from './cursors.ts';
import { checkDataFile, markCreated } from './data-file.ts';
import { type BsonDocument, decodeDocument, encodeDocument } from './document-codec.ts';
import { CommandError } from './errors.ts';
import { recordOf } from './indexes.ts';
import { encodeValue } from './key-encoding.ts';
import { fieldNames, omitField, outlineOf } from './raw-bson.ts';
import { openStorage, scanRange } from './storage.ts';
import type { TransactionGate } from './transaction-gate.ts';
import type { WireRequest } from './wire.ts';

/** The engine without its sockets. */
export interface Engine {
  /** Answers one request. It never throws: errors become MongoDB's error replies. */
  execute(request: WireRequest, connectionId: number): Promise<Uint8Array>;
  /** Removes documents whose TTL has passed, the remains of dropped collections, idle cursors, and what killed readers left. */
  maintain(): Promise<void>;
  close(): Promise<void>;
}

const MAINTENANCE_STEP = 500;

/** Opens the engine on a directory that this process holds the lock of. */
export function createEngine(options: { directory: string; gate: TransactionGate; now?: () => Date }): Engine {
  const { directory, gate, now = () => new Date() } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  checkDataFile(directory);
  const storage = openStorage(directory, gate);
  markCreated(directory);
  const catalog = openCatalog(storage);
  const collections = createCollections(storage, catalog);
  const parts: EngineParts = {
    storage,
    catalog,
    collections,
    aggregation: createAggregation(catalog, collections),
    cursors: createCursors(now),
    now,
    ensureCollection: (namespace) => catalog.find(namespace) ?? catalog.create(namespace),
  };
  const handlers = new Map<string, CommandHandler>(
    [handshakeCommands, readCommands, writeCommands, collectionCommands, indexCommands, administrationCommands].flatMap(
      (create) => Object.entries(create(parts)),
    ),
  );

  async function execute(request: WireRequest, connectionId: number): Promise<Uint8Array> {
    try {
      const command = readCommand(request, connectionId);
      const handler = handlers.get(command.name);
      if (!handler) throw new CommandError(59, `no such command: '${command.name}'`);
      refuseTransactions(command.body);
      checkFields(command);
      const reply = await handler(command);
      return Buffer.isBuffer(reply) ? reply : encodeDocument({ ...reply, ok: new Double(1) });
    } catch (error) {
      return encodeDocument(errorReply(error));
    }
  }

  async function removeExpired(collection: Collection): Promise<void> {
    for (const index of collection.indexes) {
      if (index.expireAfterSeconds === undefined || index.fields.length !== 1) continue;
      const bound = encodeValue(new Date(now().getTime() - index.expireAfterSeconds * 1000), index.descending[0]);
      const type = encodeValue(new Date(Number.NaN), index.descending[0]).subarray(0, 1);
      const id = idPrefix(index.id);
      const range = index.descending[0]
        ? { start: Buffer.concat([id, bound]), end: Buffer.concat([id, type, Buffer.from([0xff])]) }
        : { start: Buffer.concat([id, type]), end: Buffer.concat([id, bound, Buffer.from([0xff])]) };
      await removeInSteps(() => {
        let removed = 0;
        for (const entry of scanRange(storage.entries, range, { reverse: false, values: index.unique })) {
          const record = recordOf(index, entry);
          const raw = storage.documents.get(Buffer.concat([idPrefix(collection.id), recordSuffix(record)]));
          if (raw) collections.remove(collection, { record, raw });
          removed += 1;
          if (removed >= MAINTENANCE_STEP) break;
        }
        return removed;
      });
    }
  }

  async function removeGarbage(): Promise<void> {
    for (const name of [...catalog.garbage]) {
      const [kind, id] = name.split(':');
      const store = kind === 'documents' ? storage.documents : storage.entries;
      const range = { start: idPrefix(Number(id)), end: idPrefix(Number(id) + 1) };
      await removeInSteps(() => {
        const keys = [...store.getKeys({ ...range, limit: MAINTENANCE_STEP })];
        for (const key of keys) store.removeSync(key);
        return keys.length;
      });
      await storage.write(() => {
        storage.catalog.removeSync(garbageKey(name));
        catalog.garbage.delete(name);
      });
    }
  }

  async function removeInSteps(step: () => number): Promise<void> {
    while ((await storage.write(step)) >= MAINTENANCE_STEP);
  }

  async function maintain(): Promise<void> {
    parts.cursors.closeIdle();
    for (const collection of [...catalog.all()]) await removeExpired(collection);
    await removeGarbage();
    storage.forgetDeadReaders();
  }

  return { execute, maintain, close: () => storage.close() };
}

function recordSuffix(record: number): Buffer {
  const bytes = Buffer.allocUnsafe(6);
  bytes.writeUIntBE(record, 0, 6);
  return bytes;
}

function readCommand(request: WireRequest, connectionId: number): Command {
  const { first, count } = outlineOf(request.body);
  const raw = first === 'insert' ? omitField(request.body, 'documents') : request.body;
  const decoded = decodeDocument(raw);
  const omitted = raw === request.body ? 0 : 1;
  if (request.sequences.size > 0 || Object.keys(decoded).length + omitted !== count) refuseRepetition(first, request);
  // Old drivers wrap the command of a legacy query.
  const body = (decoded.$query as BsonDocument | undefined) ?? decoded;
  const database = body.$db ?? request.legacyDatabase;
  if (database === undefined) throw new CommandError(40571, 'OP_MSG requests require a $db argument');
  checkDatabase(database);
  return { name: first === '$query' ? (Object.keys(body)[0] ?? '') : first, database, body, request, connectionId };
}

/** @throws CommandError IDLDuplicateField: only one of the two would count */
function refuseRepetition(command: string, { body, sequences }: WireRequest): void {
  const names = [...fieldNames(body), ...sequences.keys()];
  const repeated = names.find((name, position) => names.indexOf(name) < position);
  if (repeated !== undefined) throw new CommandError(40413, `BSON field '${command}.${repeated}' is a duplicate field`);
}

function refuseTransactions(body: BsonDocument): void {
  if (body.autocommit !== undefined || body.startTransaction !== undefined || body.txnNumber !== undefined) {
    throw new CommandError(20, 'Transaction numbers are only allowed on a replica set member or mongos');
  }
}

function errorReply(error: unknown): BsonDocument {
  const known = error instanceof CommandError ? error : fromUnexpected(error);
  return { ok: new Double(0), errmsg: known.message, code: known.code, codeName: known.codeName, ...known.details };
}

function fromUnexpected(error: unknown): CommandError {
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && message.includes('call stack'))
    return new CommandError(15, 'Object exceeded maximum nested object depth');
  if (name.startsWith('BSON')) return new CommandError(22, `invalid BSON: ${message}`);
  if (name === 'MingoError' || message.startsWith('mingo')) return new CommandError(2, message);
  return new CommandError(1, message);
}
