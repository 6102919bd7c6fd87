import mongoose, { type Connection } from 'mongoose';
import type { ChatOutbox, PostStatus } from '../chat/outbox.ts';
import { refusedAsDuplicates } from '../database/duplicate-key.ts';
import { type Page, type PageRequest, readPage } from '../database/page.ts';
import type { EventDocument } from '../events/event-model.ts';
import type { Buyer, EventKind } from '../platforms/platform.ts';
import type { Store } from '../stores/store-service.ts';
import type { Locale } from '../text/text.ts';
import { alertMessage, type GatheredCount, gatheredMessage } from './alert-message.ts';
import { type AlertDocument, type AlertWindowDocument, alertModel, alertWindowModel } from './alert-model.ts';

/** Above this many posts a minute in one channel the rest of the minute's alerts are gathered into one post. */
export const POSTS_A_MINUTE = 10;
const WINDOW_MILLISECONDS = 60_000;
/** A worker that claimed alerts and did not finish within this time has died. */
const CLAIM_MILLISECONDS = 30_000;

/** One alert and how far it has come, for the admin API. */
export interface Alert {
  id: string;
  eventId: string;
  kind: EventKind;
  amount: number | null;
  currency: string;
  channelId: string;
  createdAt: Date;
  /** `waiting` until its post is made; several alerts may share one post. */
  status: PostStatus;
  postKey: string | null;
}

export interface AlertService {
  /** Notes an alert for each event that the store's rules ask for; an event that has one already gets no second. */
  record(store: Store, events: readonly EventDocument[]): Promise<void>;
  /** Hands the alerts that are due to the chat outbox: one post each, or gathered when a channel is busy. */
  release(): Promise<void>;
  list(store: { id: string }, page: PageRequest): Promise<Page<Alert>>;
}

interface ChannelKey {
  workspaceId: string;
  channelId: string;
}

export function createAlertService(dependencies: {
  connection: Connection;
  outbox: ChatOutbox;
  locale: Locale;
  now?: () => Date;
}): AlertService {
  const { connection, outbox, locale, now = () => new Date() } = dependencies;
  const alerts = alertModel(connection);
  const windows = alertWindowModel(connection);

  async function releaseChannel(window: AlertWindowDocument): Promise<void> {
    const endsAt = new Date(window.startedAt.getTime() + WINDOW_MILLISECONDS);
    const isOver = now() >= endsAt;
    if (isOver && (await releaseLeftovers(window, endsAt))) return;
    const minute = isOver ? { startedAt: now(), posted: 0 } : { startedAt: window.startedAt, posted: window.posted };
    const room = POSTS_A_MINUTE - minute.posted;
    if (room <= 0) return;
    const next = await alerts
      .find(openAlerts(channelOf(window)))
      .sort({ createdAt: 1 })
      .limit(room)
      .lean<AlertDocument[]>();
    if (next.length === 0) return;
    if (await moveWindow(window, { ...minute, posted: minute.posted + next.length })) await postSingly(next);
  }

  /** Gathers what found no room in the minute that is over; false when there is none of it. */
  async function releaseLeftovers(window: AlertWindowDocument, endsAt: Date): Promise<boolean> {
    const channel = channelOf(window);
    const leftovers = { ...openAlerts(channel), createdAt: { $lt: endsAt } };
    const found = await alerts.find(leftovers).limit(2).lean<AlertDocument[]>();
    if (found.length === 0) return false;
    if (!(await moveWindow(window, { startedAt: now(), posted: 1 }))) return true;
    if (found.length === 1) await postSingly(found);
    else await postGathered(channel, leftovers);
    return true;
  }

  /** Takes places in a channel's minute; false when another worker took some meanwhile. */
  async function moveWindow(window: AlertWindowDocument, to: { startedAt: Date; posted: number }): Promise<boolean> {
    const result = await windows.updateOne(
      { _id: window._id, version: window.version },
      { $set: { ...to, version: window.version + 1 } },
    );
    return result.matchedCount === 1;
  }

  async function postSingly(chosen: readonly AlertDocument[]): Promise<void> {
    for (const alert of chosen) {
      const postKey = `alert:${alert.eventId}`;
      const claim = await alerts.updateOne({ _id: alert._id, postKey: null }, { $set: { postKey, claimedAt: now() } });
      if (claim.matchedCount === 1) await enqueue(postKey);
    }
  }

  async function postGathered(channel: ChannelKey, filter: Record<string, unknown>): Promise<void> {
    const postKey = `alerts:${channel.workspaceId}:${channel.channelId}:${now().toISOString()}`;
    const claim = await alerts.updateMany(filter, { $set: { postKey, claimedAt: now() } });
    if (claim.matchedCount > 0) await enqueue(postKey);
  }

  /** Makes the post of all alerts that carry its key. Can be repeated: the outbox keeps a key once. */
  async function enqueue(postKey: string): Promise<void> {
    const [first, second] = await alerts.find({ postKey }).limit(2).lean<AlertDocument[]>();
    if (!first) return;
    const message = second ? gatheredMessage(await countByKind(postKey), locale) : alertMessage(first, locale);
    await outbox.enqueue({ key: postKey, workspaceId: first.workspaceId, channelId: first.channelId, message });
    await alerts.updateMany({ postKey }, { $set: { enqueued: true } });
  }

  async function countByKind(postKey: string): Promise<GatheredCount[]> {
    const groups = await alerts.aggregate<{
      _id: { kind: EventKind; currency: string };
      count: number;
      amount: number;
    }>([
      { $match: { postKey } },
      { $group: { _id: { kind: '$kind', currency: '$currency' }, count: { $sum: 1 }, amount: { $sum: '$amount' } } },
    ]);
    return groups.map(({ _id, count, amount }) => ({ ..._id, count, amount }));
  }

  async function finishAbandoned(): Promise<void> {
    const before = new Date(now().getTime() - CLAIM_MILLISECONDS);
    const keys: (string | null)[] = await alerts.distinct('postKey', { enqueued: false, claimedAt: { $lt: before } });
    for (const key of keys) if (key !== null) await enqueue(key);
  }

  return {
    async record(store, events) {
      const { channelId } = store.alerts;
      if (channelId === null || store.paused) return;
      const wanted = events.filter((event) => isWanted(store, event));
      if (wanted.length === 0) return;
      await windows.updateOne(
        { _id: windowId({ workspaceId: store.workspaceId, channelId }) },
        { $setOnInsert: { startedAt: now(), posted: 0, version: 0 } },
        { upsert: true },
      );
      const documents = wanted.map((event) => newAlert(store, channelId, event, now()));
      await refusedAsDuplicates(alerts.collection.insertMany(documents, { ordered: false }));
    },

    async release() {
      await finishAbandoned();
      for (const window of await windows.find().lean<AlertWindowDocument[]>()) await releaseChannel(window);
    },

    async list(store, page) {
      const found = await readPage(
        page,
        (below, limit) =>
          alerts
            .find({ storeId: store.id, ...below })
            .sort({ _id: -1 })
            .limit(limit)
            .lean<AlertDocument[]>(),
        (document) => document,
      );
      const statuses = await outbox.statusOf(found.items.flatMap(({ postKey }) => postKey ?? []));
      return {
        nextCursor: found.nextCursor,
        items: found.items.map(({ _id, eventId, kind, amount, currency, channelId, createdAt, postKey }) => ({
          id: _id.toHexString(),
          eventId,
          kind,
          amount,
          currency,
          channelId,
          createdAt,
          status: statuses.get(postKey ?? '') ?? 'waiting',
          postKey,
        })),
      };
    },
  };
}

/** The minimum is for sales: a refund or a chargeback matters however small. */
const HAS_MINIMUM: ReadonlySet<EventKind> = new Set(['purchase_approved', 'subscription_renewed']);

function isWanted(store: Store, event: EventDocument): boolean {
  if (event.test || !store.alerts.kinds.includes(event.kind)) return false;
  return !HAS_MINIMUM.has(event.kind) || (event.amount ?? 0) >= store.alerts.minimumAmount;
}

function newAlert(store: Store, channelId: string, event: EventDocument, createdAt: Date): AlertDocument {
  return {
    _id: new mongoose.Types.ObjectId(),
    workspaceId: store.workspaceId,
    storeId: store.id,
    storeName: store.name,
    channelId,
    eventId: event._id.toHexString(),
    kind: event.kind,
    amount: event.amount,
    currency: event.currency,
    productName: event.items.find((item) => item.role === 'main')?.productName ?? event.items[0]?.productName ?? null,
    paymentMethod: event.paymentMethod,
    installments: event.installments,
    buyer: maskedBuyer(event.buyer),
    source: event.tracking.utm_source ?? event.tracking.src ?? null,
    createdAt,
    postKey: null,
    claimedAt: null,
    enqueued: false,
  };
}

/** What a channel may see of a buyer: `Joana ····0001`. */
export function maskedBuyer(buyer: Buyer): string {
  const phone = buyer.phone ? `····${buyer.phone.slice(-4)}` : '';
  return [buyer.firstName ?? '', phone].filter((part) => part !== '').join(' ');
}

/** The alerts of a channel that no post was made for. */
function openAlerts(channel: ChannelKey) {
  return { ...channel, enqueued: false, postKey: null };
}

function windowId({ workspaceId, channelId }: ChannelKey): string {
  return `${workspaceId} ${channelId}`;
}

function channelOf(window: AlertWindowDocument): ChannelKey {
  const [workspaceId = '', channelId = ''] = window._id.split(' ');
  return { workspaceId, channelId };
}
