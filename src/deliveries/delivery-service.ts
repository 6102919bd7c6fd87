import mongoose, { type Connection } from 'mongoose';
import { firstIdAt } from '../database/first-id.ts';
import { type Page, type PageRequest, readPage } from '../database/page.ts';
import type { EventKind } from '../platforms/platform.ts';
import { ProductError } from '../text/product-error.ts';
import { type DeliveryDocument, type DeliveryOutcome, deliveryModel } from './delivery-model.ts';

/** One HTTP request to a webhook URL. */
export interface Delivery {
  id: string;
  storeId: string;
  receivedAt: Date;
  outcome: DeliveryOutcome;
  reason: string | null;
  attempts: number;
  kind: EventKind | null;
  eventId: string | null;
}

/** A delivery with what came, for the admin API and private answers only. */
export interface DeliveryContent extends Delivery {
  headers: [string, string][];
  /** The body as text. */
  body: string;
}

export interface DeliveryService {
  list(
    store: { id: string },
    filter: { outcome?: DeliveryOutcome | undefined; kind?: EventKind | undefined },
    page: PageRequest,
  ): Promise<Page<Delivery>>;
  /** @throws ProductError `delivery_unknown`, also when it belongs to another workspace */
  get(workspaceId: string, id: string): Promise<DeliveryContent>;
  /**
   * Puts a delivery back in the queue, to be read again by today's rules. Its event has its effects once all the same.
   * @throws ProductError `delivery_unknown`
   */
  replay(workspaceId: string, id: string): Promise<Delivery>;
  /** How many deliveries of a period had each outcome. */
  countOutcomes(store: { id: string }, from: Date, to: Date): Promise<Partial<Record<DeliveryOutcome, number>>>;
  /** How many deliveries since then had that outcome. */
  countOutcomeSince(store: { id: string }, outcome: DeliveryOutcome, since: Date): Promise<number>;
  /** Newest delivery of each outcome, for the checklist. */
  latest(store: { id: string }, outcome: DeliveryOutcome): Promise<Delivery | null>;
  /** How many deliveries of a store wait to be processed; counts up to `limit`. */
  countWaiting(store: { id: string }, limit: number): Promise<number>;
}

/** @param dependencies.onReplay told after a delivery was put back in the queue */
export function createDeliveryService(dependencies: { connection: Connection; onReplay(): void }): DeliveryService {
  const deliveries = deliveryModel(dependencies.connection);

  return {
    async list(store, filter, page) {
      return await readPage(
        page,
        (below, limit) =>
          deliveries
            .find({ storeId: store.id, ...definedFields(filter), ...below })
            .select({ rawBody: 0, headers: 0 })
            .sort({ _id: -1 })
            .limit(limit)
            .lean<DeliveryDocument[]>(),
        toDelivery,
      );
    },

    async get(workspaceId, id) {
      const document = await deliveries.findOne({ _id: deliveryId(id), workspaceId }).lean<DeliveryDocument>();
      if (!document) throw new ProductError('delivery_unknown', { id });
      return { ...toDelivery(document), headers: document.headers, body: bodyText(document.rawBody) };
    },

    async replay(workspaceId, id) {
      const document = await deliveries
        .findOneAndUpdate(
          { _id: deliveryId(id), workspaceId },
          { $set: { outcome: 'received', reason: null, attempts: 0, claimedUntil: new Date(0), claimId: null } },
          { returnDocument: 'after' },
        )
        .lean<DeliveryDocument>();
      if (!document) throw new ProductError('delivery_unknown', { id });
      dependencies.onReplay();
      return toDelivery(document);
    },

    async countOutcomes(store, from, to) {
      const counts = await deliveries.aggregate<{ _id: DeliveryOutcome; count: number }>([
        { $match: { storeId: store.id, _id: { $gte: firstIdAt(from), $lt: firstIdAt(to) } } },
        { $group: { _id: '$outcome', count: { $sum: 1 } } },
      ]);
      return Object.fromEntries(counts.map(({ _id, count }) => [_id, count]));
    },

    async countOutcomeSince(store, outcome, since) {
      return await deliveries.countDocuments({ storeId: store.id, outcome, _id: { $gte: firstIdAt(since) } });
    },

    async latest(store, outcome) {
      const document = await deliveries
        .findOne({ storeId: store.id, outcome })
        .select({ rawBody: 0, headers: 0 })
        .sort({ _id: -1 })
        .lean<DeliveryDocument>();
      return document ? toDelivery(document) : null;
    },

    async countWaiting(store, limit) {
      return await deliveries.countDocuments({ storeId: store.id, outcome: 'received' }, { limit });
    },
  };
}

/** The body of a delivery as text, whatever the driver made of the bytes. */
export function bodyText(rawBody: Buffer | mongoose.mongo.Binary): string {
  return Buffer.from(rawBody instanceof mongoose.mongo.Binary ? rawBody.buffer : rawBody).toString('utf8');
}

/** What a body says as JSON; some senders put a byte order mark in front. @throws SyntaxError */
export function parseBody(text: string): unknown {
  return JSON.parse(text.replace(/^\uFEFF/, ''));
}

function definedFields(filter: { outcome?: DeliveryOutcome | undefined; kind?: EventKind | undefined }) {
  const { outcome, kind } = filter;
  return { ...(outcome ? { outcome } : {}), ...(kind ? { kind } : {}) };
}

function toDelivery(document: DeliveryDocument): Delivery {
  const { _id, storeId, receivedAt, outcome, reason, attempts, kind, eventId } = document;
  return { id: _id.toHexString(), storeId, receivedAt, outcome, reason, attempts, kind, eventId };
}

function deliveryId(id: string): mongoose.Types.ObjectId {
  if (!/^[0-9a-f]{24}$/i.test(id)) throw new ProductError('delivery_unknown', { id });
  return new mongoose.Types.ObjectId(id);
}
