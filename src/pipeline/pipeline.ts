import { randomUUID } from 'node:crypto';
import { groupBy } from 'es-toolkit';
import mongoose, { type Connection, type Types } from 'mongoose';
import type { Logger } from 'pino';
import type { AlertService } from '../alerts/alert-service.ts';
import { refusedAsDuplicates } from '../database/duplicate-key.ts';
import { type DeliveryDocument, type DeliveryOutcome, deliveryModel } from '../deliveries/delivery-model.ts';
import { bodyText, parseBody } from '../deliveries/delivery-service.ts';
import { type EventDocument, eventModel } from '../events/event-model.ts';
import { journeyKeysOf } from '../messages/happy-path.ts';
import type { MessagePlanner } from '../messages/message-planner.ts';
import type { OrderService } from '../orders/order-service.ts';
import type { EventKind, ReadResult } from '../platforms/platform.ts';
import { findPlatform } from '../platforms/registry.ts';
import type { OrderCounter } from '../reports/order-counter.ts';
import type { Store, StoreService } from '../stores/store-service.ts';

const DELIVERIES_IN_A_BATCH = 250;
/** A worker that has not finished its batch after this time has died, and another takes it over. */
const CLAIM_MILLISECONDS = 30_000;
const FIRST_RETRY_MILLISECONDS = 1_000;
const LONGEST_RETRY_MILLISECONDS = 5 * 60_000;
const MAXIMUM_ATTEMPTS = 10;

export interface Pipeline {
  /** Processes all deliveries that wait, and counts what an earlier run left uncounted. Ends early, with nothing lost, on the signal. */
  drain(signal?: AbortSignal): Promise<void>;
  /**
   * Gives back what earlier processes had taken. Only for a process that knows it is alone on the database:
   * it spares the wait for their claims to end.
   */
  releaseClaims(): Promise<void>;
}

interface Finished {
  delivery: DeliveryDocument;
  outcome: Exclude<DeliveryOutcome, 'received'>;
  reason: string | null;
  kind: EventKind | null;
  eventId: string | null;
}

/**
 * Turns deliveries into events, orders, counters, alerts and messages: the one place that knows the order of effects. Every step
 * can be repeated without effect, so a batch that stopped anywhere is simply processed again:
 * events under their unique dedupe key, orders as a projection of all of their events, counters by numbered rounds,
 * alerts under their event, messages under their purchase. Two workers on the same delivery do no harm; claims only spare the work.
 */
export function createPipeline(dependencies: {
  connection: Connection;
  stores: StoreService;
  orders: OrderService;
  counter: OrderCounter;
  alerts: AlertService;
  messages: MessagePlanner;
  log: Logger;
  /** Told after a batch with events that people or buyers may hear of. */
  onEffects(): void;
  now?: () => Date;
}): Pipeline {
  const { connection, stores, orders, counter, alerts, messages, log, now = () => new Date() } = dependencies;
  const deliveries = deliveryModel(connection);
  const events = eventModel(connection);

  async function claimBatch(): Promise<DeliveryDocument[]> {
    const claimable = { outcome: 'received' as const, claimedUntil: { $lte: now() } };
    const waiting = await deliveries
      .find(claimable)
      .sort({ claimedUntil: 1 })
      .limit(DELIVERIES_IN_A_BATCH)
      .select({ _id: 1 })
      .lean<{ _id: Types.ObjectId }[]>();
    if (waiting.length === 0) return [];
    const ids = waiting.map(({ _id }) => _id);
    const claimId = randomUUID();
    const claimedUntil = new Date(now().getTime() + CLAIM_MILLISECONDS);
    await deliveries.updateMany({ _id: { $in: ids }, ...claimable }, { $set: { claimId, claimedUntil } });
    return await deliveries.find({ _id: { $in: ids }, claimId, outcome: 'received' }).lean<DeliveryDocument[]>();
  }

  async function processBatch(batch: readonly DeliveryDocument[]): Promise<void> {
    const byStore = groupBy([...batch], (delivery) => delivery.storeId);
    const known = await stores.findMany(Object.keys(byStore));
    for (const [storeId, storeBatch] of Object.entries(byStore)) {
      const store = known.get(storeId);
      if (store) await processIsolated(store, storeBatch);
      else await finish(storeBatch.map(withoutStore));
    }
  }

  /** One delivery that cannot be processed must not hold up the others: a batch that fails is tried again in halves. */
  async function processIsolated(store: Store, batch: readonly DeliveryDocument[]): Promise<void> {
    try {
      await finish(await processStore(store, batch));
    } catch (error) {
      if (
        error instanceof mongoose.mongo.MongoNetworkError ||
        error instanceof mongoose.mongo.MongoServerSelectionError
      ) {
        throw error;
      }
      if (batch.length > 1) {
        const middle = Math.ceil(batch.length / 2);
        await processIsolated(store, batch.slice(0, middle));
        await processIsolated(store, batch.slice(middle));
        return;
      }
      const [delivery] = batch;
      if (!delivery) return;
      log.error(
        { err: error, delivery: delivery._id.toHexString() },
        'A delivery could not be processed; it is tried again later',
      );
      await putBack(delivery);
    }
  }

  async function processStore(store: Store, batch: readonly DeliveryDocument[]): Promise<Finished[]> {
    const read = batch.map((delivery) => ({ delivery, result: readDelivery(delivery) }));
    const candidates = read.flatMap(({ delivery, result }) =>
      result.ok ? [newEvent(store, delivery, result.event, now())] : [],
    );
    await forgetMisread(store, batch, candidates);
    const kept = await keepEvents(store, candidates);
    const mine = candidates.flatMap((candidate) => {
      const event = kept.get(candidate.dedupeKey);
      return event && event.deliveryId === candidate.deliveryId ? [event] : [];
    });
    const real = mine.filter((event) => !event.test && event.kind !== 'unknown');
    const orderKeys = real.flatMap(({ orderKey }) => orderKey ?? []);
    await orders.project(store, orderKeys, (keys) => eventsOfOrders(store.id, keys));
    await counter.countStore(store.id, store.timezone);
    await alerts.record(store, real);
    await messages.plan(store, real);
    if (real.length > 0) dependencies.onEffects();
    return read.map(({ delivery, result }) => finishedDelivery(delivery, result, kept));
  }

  /**
   * Keeps each event under its dedupe key and gives back the one that is kept: the first ever, whoever brought it.
   * An event whose own delivery is processed again is read anew, so that a replay applies today's rules.
   */
  async function keepEvents(store: Store, candidates: readonly EventDocument[]): Promise<Map<string, EventDocument>> {
    if (candidates.length === 0) return new Map();
    const refused = await refusedAsDuplicates(events.collection.insertMany([...candidates], { ordered: false }));
    const kept = new Map(candidates.filter((_, index) => !refused.has(index)).map((event) => [event.dedupeKey, event]));
    const repeated = candidates.filter((_, index) => refused.has(index));
    if (repeated.length === 0) return kept;
    const dedupeKeys = repeated.map(({ dedupeKey }) => dedupeKey);
    const existing = await events.find({ storeId: store.id, dedupeKey: { $in: dedupeKeys } }).lean<EventDocument[]>();
    const byKey = new Map(existing.map((event) => [event.dedupeKey, event]));
    const again = repeated.filter((event) => byKey.get(event.dedupeKey)?.deliveryId === event.deliveryId);
    const renewed = again.flatMap((event) => {
      const known = byKey.get(event.dedupeKey);
      return known && !kept.has(event.dedupeKey) ? [{ ...event, _id: known._id, recordedAt: known.recordedAt }] : [];
    });
    if (renewed.length > 0) {
      await events.collection.bulkWrite(
        renewed.map(({ _id, ...replacement }) => ({ replaceOne: { filter: { _id }, replacement } })),
        { ordered: false },
      );
    }
    return new Map([...byKey, ...kept, ...renewed.map((event) => [event.dedupeKey, event] as const)]);
  }

  /** A replay may know an event that was unknown before: the unknown one goes, or it would be listed for ever. */
  async function forgetMisread(
    store: Store,
    batch: readonly DeliveryDocument[],
    candidates: readonly EventDocument[],
  ): Promise<void> {
    const replayed = batch.filter(({ eventId }) => eventId !== null).map(({ _id }) => _id.toHexString());
    if (replayed.length === 0) return;
    await events.deleteMany({
      storeId: store.id,
      kind: 'unknown',
      deliveryId: { $in: replayed },
      dedupeKey: { $nin: candidates.map(({ dedupeKey }) => dedupeKey) },
    });
  }

  async function eventsOfOrders(storeId: string, orderKeys: readonly string[]): Promise<EventDocument[]> {
    return await events
      .find({ storeId, orderKey: { $in: [...orderKeys] }, test: false, kind: { $ne: 'unknown' } })
      .lean<EventDocument[]>();
  }

  async function finish(finished: readonly Finished[]): Promise<void> {
    await deliveries.collection.bulkWrite(
      finished.map(({ delivery, ...fields }) => ({
        updateOne: {
          filter: { _id: delivery._id, outcome: 'received' as const },
          update: { $set: { ...fields, claimId: null }, $inc: { attempts: 1 } },
        },
      })),
      { ordered: false },
    );
  }

  async function putBack(delivery: DeliveryDocument): Promise<void> {
    const attempts = delivery.attempts + 1;
    if (attempts >= MAXIMUM_ATTEMPTS) return await finish([ended(delivery, 'failed', 'processing_failed')]);
    await deliveries.updateOne(
      { _id: delivery._id, outcome: 'received' },
      { $set: { attempts, claimId: null, claimedUntil: new Date(now().getTime() + backOff(attempts)) } },
    );
  }

  /** Orders whose worker died between the order and the count. */
  async function countLeftover(storeId: string): Promise<void> {
    const store = (await stores.findMany([storeId])).get(storeId);
    if (store) await counter.countStore(storeId, store.timezone);
  }

  return {
    async drain(signal) {
      while (!signal?.aborted) {
        const batch = await claimBatch();
        if (batch.length === 0) break;
        await processBatch(batch);
      }
      if (signal?.aborted) return;
      for (const storeId of await counter.storesToCount()) await countLeftover(storeId);
    },
    async releaseClaims() {
      await deliveries.updateMany(
        { outcome: 'received', claimedUntil: { $gt: new Date(0) }, claimId: { $ne: null } },
        { $set: { claimedUntil: new Date(0), claimId: null } },
      );
    },
  };
}

function readDelivery(delivery: DeliveryDocument): ReadResult {
  const platform = findPlatform(delivery.platform);
  if (!platform) return { ok: false, path: '', reason: `platform ${delivery.platform} is not known` };
  try {
    const body = parseBody(bodyText(delivery.rawBody));
    return platform.read({ body, bodyHash: delivery.bodyHash, receivedAt: delivery.receivedAt });
  } catch {
    return { ok: false, path: '', reason: 'body is not JSON' };
  }
}

function newEvent(
  store: Store,
  delivery: DeliveryDocument,
  event: Extract<ReadResult, { ok: true }>['event'],
  recordedAt: Date,
): EventDocument {
  return {
    ...event,
    _id: new mongoose.Types.ObjectId(),
    workspaceId: store.workspaceId,
    storeId: store.id,
    deliveryId: delivery._id.toHexString(),
    recordedAt,
    journeyKeys: journeyKeysOf(event),
  };
}

function ended(delivery: DeliveryDocument, outcome: Finished['outcome'], reason: string | null): Finished {
  return { delivery, outcome, reason, kind: null, eventId: null };
}

function withoutStore(delivery: DeliveryDocument): Finished {
  return ended(delivery, 'ignored', 'store_removed');
}

function finishedDelivery(
  delivery: DeliveryDocument,
  result: ReadResult,
  kept: ReadonlyMap<string, EventDocument>,
): Finished {
  if (!result.ok)
    return ended(delivery, 'invalid', result.path === '' ? result.reason : `${result.path}: ${result.reason}`);
  const event = kept.get(result.event.dedupeKey);
  if (!event) return ended(delivery, 'failed', 'processing_failed');
  const finished = { delivery, kind: event.kind, eventId: event._id.toHexString() };
  if (event.deliveryId !== delivery._id.toHexString()) {
    return { ...finished, outcome: 'duplicate', reason: `same_event: ${event.deliveryId}` };
  }
  if (event.test) return { ...finished, outcome: 'ignored', reason: 'panel_test' };
  if (event.kind === 'unknown') return { ...finished, outcome: 'ignored', reason: 'unknown_event' };
  return { ...finished, outcome: 'processed', reason: null };
}

function backOff(attempts: number): number {
  return Math.min(FIRST_RETRY_MILLISECONDS * 2 ** attempts, LONGEST_RETRY_MILLISECONDS);
}
