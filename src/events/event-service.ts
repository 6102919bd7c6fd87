import type { Connection } from 'mongoose';
import { firstIdAt } from '../database/first-id.ts';
import { type Page, type PageRequest, readPage } from '../database/page.ts';
import { EVENT_KINDS, type EventKind, type PlatformEvent } from '../platforms/platform.ts';
import { type EventDocument, eventModel } from './event-model.ts';

/** How far back products are looked for. */
const EVENTS_WITH_PRODUCTS = 500;

/** A business event, without what identifies the buyer. */
export interface StoreEvent {
  id: string;
  storeId: string;
  kind: EventKind;
  rawEvent: string;
  occurredAt: Date;
  recordedAt: Date;
  deliveryId: string;
  orderId: string | null;
  transactionId: string | null;
  /** Centavos. */
  amount: number | null;
  currency: string;
  test: boolean;
}

export interface SeenKind {
  kind: EventKind;
  lastAt: Date;
  rawEvent: string;
}

export interface SeenProduct {
  id: string;
  /** The id again when no event said the name. */
  name: string;
}

export interface EventService {
  list(store: { id: string }, filter: { kind?: EventKind | undefined }, page: PageRequest): Promise<Page<StoreEvent>>;
  /** The kinds that a store has had, with the newest of each. */
  seenKinds(store: { id: string }): Promise<SeenKind[]>;
  /** The names under which events came that nobody knows, in alphabetical order. */
  unknownNames(store: { id: string }): Promise<string[]>;
  /** How many approved purchases and renewals came since then without saying what was paid. */
  countSalesWithoutAmount(store: { id: string }, since: Date): Promise<number>;
  /** The newest real event of a kind, with its buyer; null when there was none. */
  newest(store: { id: string }, kind: EventKind): Promise<PlatformEvent | null>;
  /** The products of the newest events, newest first. */
  products(store: { id: string }): Promise<SeenProduct[]>;
  /** Of the newest events with a buyer, how many carry a valid phone, and how many a utm_source, src or sck. */
  sample(store: { id: string }, size: number): Promise<{ events: number; withPhone: number; withTracking: number }>;
}

/** @param dependencies.orderIds finds the ids of orders by their keys within a store */
export function createEventService(dependencies: {
  connection: Connection;
  orderIds(storeId: string, orderKeys: readonly string[]): Promise<Map<string, string>>;
}): EventService {
  const events = eventModel(dependencies.connection);

  return {
    async list(store, filter, page) {
      const found = await readPage(
        page,
        (below, limit) =>
          events
            .find({ storeId: store.id, ...(filter.kind ? { kind: filter.kind } : {}), ...below })
            .sort({ _id: -1 })
            .limit(limit)
            .lean<EventDocument[]>(),
        (document) => document,
      );
      const keys = found.items.flatMap((event) => event.orderKey ?? []);
      const orderIds = await dependencies.orderIds(store.id, keys);
      return {
        items: found.items.map((event) =>
          toStoreEvent(event, event.orderKey ? orderIds.get(event.orderKey) : undefined),
        ),
        nextCursor: found.nextCursor,
      };
    },

    async seenKinds(store) {
      const newest = await Promise.all(
        EVENT_KINDS.map((kind) => events.findOne({ storeId: store.id, kind }).sort({ _id: -1 }).lean<EventDocument>()),
      );
      return newest.flatMap((event) =>
        event ? [{ kind: event.kind, lastAt: event.recordedAt, rawEvent: event.rawEvent }] : [],
      );
    },

    async unknownNames(store) {
      const names: string[] = await events.distinct('rawEvent', { storeId: store.id, kind: 'unknown' });
      return names.sort();
    },

    async countSalesWithoutAmount(store, since) {
      return await events.countDocuments({
        storeId: store.id,
        kind: { $in: ['purchase_approved', 'subscription_renewed'] },
        _id: { $gte: firstIdAt(since) },
        recordedAt: { $gte: since },
        amount: null,
        test: false,
      });
    },

    async newest(store, kind) {
      return await events.findOne({ storeId: store.id, kind, test: false }).sort({ _id: -1 }).lean<EventDocument>();
    },

    async products(store) {
      const newest = await events
        .find({ storeId: store.id })
        .sort({ _id: -1 })
        .limit(EVENTS_WITH_PRODUCTS)
        .select({ items: 1 })
        .lean<Pick<EventDocument, 'items'>[]>();
      const names = new Map<string, string>();
      for (const { productId, productName } of newest.flatMap(({ items }) => items)) {
        if (productId && !names.has(productId)) names.set(productId, productName ?? productId);
      }
      return [...names].map(([id, name]) => ({ id, name }));
    },

    async sample(store, size) {
      const newest = await events.find({ storeId: store.id }).sort({ _id: -1 }).limit(size).lean<EventDocument[]>();
      const real = newest.filter((event) => event.kind !== 'unknown' && !event.test);
      return {
        events: real.length,
        withPhone: real.filter((event) => event.buyer.phone !== null).length,
        withTracking: real.filter(({ tracking }) => tracking.utm_source || tracking.src || tracking.sck).length,
      };
    },
  };
}

function toStoreEvent(event: EventDocument, orderId: string | undefined): StoreEvent {
  return {
    id: event._id.toHexString(),
    storeId: event.storeId,
    kind: event.kind,
    rawEvent: event.rawEvent,
    occurredAt: event.occurredAt,
    recordedAt: event.recordedAt,
    deliveryId: event.deliveryId,
    orderId: orderId ?? null,
    transactionId: event.transactionId,
    amount: event.amount,
    currency: event.currency,
    test: event.test,
  };
}
