import { partition } from 'es-toolkit';
import mongoose, { type Connection } from 'mongoose';
import { refusedAsDuplicates } from '../database/duplicate-key.ts';
import { type EventDocument, eventModel } from '../events/event-model.ts';
import type { Store } from '../stores/store-service.ts';
import type { ContactBook } from './contact-book.ts';
import {
  type JourneyEvent,
  journeyKeysOf,
  mainItem,
  mainJourneyKeysOf,
  purchaseKeyOf,
  supersederOf,
} from './happy-path.ts';
import {
  type MessageDocument,
  type MessageStatus,
  messageModel,
  OPEN_STATUSES,
  statusUpdate,
} from './message-model.ts';
import { NOTIFICATION_CATALOGUE } from './notification-catalogue.ts';
import {
  dueAt,
  isOn,
  type NotificationSettings,
  type NotificationSettingsService,
  type NotificationStep,
} from './notification-settings.ts';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;
const KINDS = [...new Set(NOTIFICATION_CATALOGUE.map(({ kind }) => kind))];

export interface MessagePlanner {
  /**
   * Plans the messages of new events and cancels what they make out of place. Can be repeated, and run at the same time for other
   * events of the same buyer: of two runs, the one that reads last sees all events and leaves the right answer.
   * @param events already kept in the database
   */
  plan(store: Store, events: readonly EventDocument[]): Promise<void>;
  /** By the id of the event that planned a message: the event that makes it out of place by now, if there is one. */
  supersedersNow(store: Store, events: readonly EventDocument[]): Promise<Map<string, EventDocument>>;
}

/** A purchase's event, as the happy path compares it. */
type KnownEvent = EventDocument & JourneyEvent;

export function createMessagePlanner(dependencies: {
  connection: Connection;
  settings: NotificationSettingsService;
  contacts: ContactBook;
  /** True when messages of the store have an instance to go through. */
  hasInstance(storeId: string): Promise<boolean>;
  now?: () => Date;
}): MessagePlanner {
  const { connection, settings, contacts, hasInstance, now = () => new Date() } = dependencies;
  const messages = messageModel(connection);
  const events = eventModel(connection);

  /** All that happened in the purchases and journeys of some events, those included. */
  async function journeysOf(storeId: string, starting: readonly EventDocument[]): Promise<KnownEvent[]> {
    const orderKeys = [...new Set(starting.map(({ orderKey }) => orderKey))];
    const journeyKeys = [...new Set(starting.flatMap(journeyKeysOf))];
    const telling = { storeId, kind: { $in: KINDS }, test: false };
    const [ofOrders, ofJourneys] = await Promise.all([
      events.find({ ...telling, orderKey: { $in: orderKeys } }).lean<EventDocument[]>(),
      journeyKeys.length === 0
        ? []
        : events.find({ ...telling, journeyKeys: { $in: journeyKeys } }).lean<EventDocument[]>(),
    ]);
    const known = new Map([...ofOrders, ...ofJourneys].map((event) => [event._id.toHexString(), event]));
    return [...known.values()].map(asKnown);
  }

  /** @param starting the events whose journeys these are; another event's own journey may be known only in part */
  async function cancelOutOfPlace(
    store: Store,
    starting: readonly EventDocument[],
    journeys: readonly KnownEvent[],
  ): Promise<void> {
    const open = await messages
      .find({ storeId: store.id, eventId: { $in: journeys.map(({ id }) => id) }, status: { $in: OPEN_STATUSES } })
      .select({ eventId: 1 })
      .lean<Pick<MessageDocument, '_id' | 'eventId'>[]>();
    const openIds = new Set(open.map(({ eventId }) => eventId));
    const lookedFor = new Set(starting.flatMap(journeyKeysOf));
    const [known, knownInPart] = partition(
      journeys.filter(({ id }) => openIds.has(id)),
      ({ mainJourneyKeys }) => mainJourneyKeys.every((key) => lookedFor.has(key)),
    );
    const superseders = new Map([
      ...supersedersAmong(store, known, journeys),
      ...(knownInPart.length > 0 ? await supersedersNow(store, knownInPart) : []),
    ]);
    for (const { _id, eventId } of open) {
      const superseder = superseders.get(eventId);
      if (!superseder) continue;
      await messages.updateOne(
        { _id, status: { $in: OPEN_STATUSES } },
        statusUpdate('cancelled', now(), 'superseded', { supersededBy: superseder.id }),
      );
    }
  }

  async function newMessages(store: Store, fresh: readonly KnownEvent[], journeys: readonly KnownEvent[]) {
    const wanted = await settings.all(store.id);
    const reachable = await hasInstance(store.id);
    const optedOut = await contacts.optedOut(
      store.workspaceId,
      fresh.flatMap(({ buyer }) => buyer.phone ?? []),
    );
    const superseders = supersedersAmong(store, fresh, journeys);
    return fresh.flatMap((event) => {
      const superseder = superseders.get(event.id);
      return stepsOf(event, wanted).map(({ type, step, position }) => {
        const message = newMessage(store, event, { type, step, position, createdAt: now() });
        return withFirstStatus(
          message,
          firstStatus(message, event, superseder, { store, optedOut, reachable, at: now() }),
          superseder?.id ?? null,
        );
      });
    });
  }

  async function supersedersNow(store: Store, starting: readonly EventDocument[]): Promise<Map<string, KnownEvent>> {
    return supersedersAmong(store, starting.map(asKnown), await journeysOf(store.id, starting));
  }

  return {
    async plan(store, starting) {
      const telling = starting.filter(({ kind, orderKey }) => orderKey !== null && KINDS.includes(kind));
      if (telling.length === 0) return;
      const journeys = await journeysOf(store.id, telling);
      const freshIds = new Set(telling.map(({ _id }) => _id.toHexString()));
      const planned = await newMessages(
        store,
        journeys.filter(({ id }) => freshIds.has(id)),
        journeys,
      );
      if (planned.length > 0) await refusedAsDuplicates(messages.collection.insertMany(planned, { ordered: false }));
      if (journeys.length > 1) await cancelOutOfPlace(store, telling, journeys);
    },

    supersedersNow,
  };
}

/** The keys are made anew: an event that an earlier version recorded holds none. */
function asKnown(event: EventDocument): KnownEvent {
  return {
    ...event,
    id: event._id.toHexString(),
    purchaseKey: purchaseKeyOf(event),
    journeyKeys: journeyKeysOf(event),
    mainJourneyKeys: mainJourneyKeysOf(event),
  };
}

/** By the id of an event: what makes it out of place. */
function supersedersAmong(
  store: Store,
  chosen: readonly KnownEvent[],
  journeys: readonly KnownEvent[],
): Map<string, KnownEvent> {
  const neighboursOf = neighbourhoods(journeys);
  return new Map(
    chosen.flatMap((event) => {
      const superseder = supersederOf(event, neighboursOf(event), store);
      return superseder ? [[event.id, superseder] as const] : [];
    }),
  );
}

/** A batch holds the journeys of many buyers; only those of the event's own purchase and of its main product say something about it. */
function neighbourhoods(journeys: readonly KnownEvent[]): (event: KnownEvent) => KnownEvent[] {
  const byKey = new Map<string, KnownEvent[]>();
  for (const event of journeys) {
    for (const key of [`purchase ${event.purchaseKey}`, ...event.journeyKeys.map((journey) => `journey ${journey}`)]) {
      const same = byKey.get(key);
      if (same) same.push(event);
      else byKey.set(key, [event]);
    }
  }
  return ({ purchaseKey, mainJourneyKeys }) => {
    const keys = [`purchase ${purchaseKey}`, ...mainJourneyKeys.map((journey) => `journey ${journey}`)];
    return [...new Set(keys.flatMap((key) => byKey.get(key) ?? []))];
  };
}

function stepsOf(event: EventDocument, wanted: readonly NotificationSettings[]) {
  const ofKind = new Set(NOTIFICATION_CATALOGUE.filter(({ kind }) => kind === event.kind).map(({ type }) => type));
  const product = mainItem(event.items)?.productId ?? null;
  return wanted
    .filter((settings) => ofKind.has(settings.type) && isOn(settings, product))
    .flatMap(({ type, steps }) => steps.map((step, position) => ({ type, step, position })));
}

function newMessage(
  store: Store,
  event: KnownEvent,
  {
    type,
    step,
    position,
    createdAt,
  }: { type: NotificationSettings['type']; step: NotificationStep; position: number; createdAt: Date },
): MessageDocument {
  // A clock that runs ahead on the platform's side must not hold a message back.
  const happened = new Date(Math.min(event.occurredAt.getTime(), event.recordedAt.getTime()));
  const due = dueAt(step.delay, happened, store.timezone);
  return {
    _id: new mongoose.Types.ObjectId(),
    workspaceId: store.workspaceId,
    storeId: store.id,
    type,
    step: position,
    purchaseKey: event.purchaseKey,
    orderKey: event.orderKey ?? '',
    eventId: event.id,
    phone: event.buyer.phone,
    firstName: event.buyer.firstName,
    dueAt: due,
    availableAt: due,
    expiresAt: new Date(due.getTime() + store.queueLimitDays * DAY_MILLISECONDS),
    status: 'scheduled',
    reason: null,
    supersededBy: null,
    instanceId: null,
    queuedAt: null,
    attempts: 0,
    sendingSince: null,
    claimId: null,
    phoneHold: null,
    sentAt: null,
    providerMessageId: null,
    repliedAt: null,
    history: [],
    createdAt,
  };
}

function firstStatus(
  { phone, expiresAt }: MessageDocument,
  { buyer }: KnownEvent,
  superseder: KnownEvent | undefined,
  { store, optedOut, reachable, at }: { store: Store; optedOut: ReadonlySet<string>; reachable: boolean; at: Date },
): { status: MessageStatus; reason: string | null } {
  if (superseder) return { status: 'cancelled', reason: 'superseded' };
  if (phone === null) return { status: 'skipped', reason: buyer.hasInvalidPhone ? 'phone_invalid' : 'no_phone' };
  if (optedOut.has(phone)) return { status: 'skipped', reason: 'opted_out' };
  if (store.paused) return { status: 'skipped', reason: 'store_paused' };
  if (expiresAt <= at) return { status: 'dropped', reason: 'too_old' };
  // Not left to wait: an instance that is linked days later must not write to everybody of these days.
  if (!reachable) return { status: 'skipped', reason: 'no_instance' };
  return { status: 'scheduled', reason: null };
}

function withFirstStatus(
  message: MessageDocument,
  { status, reason }: { status: MessageStatus; reason: string | null },
  supersededBy: string | null,
): MessageDocument {
  return { ...message, status, reason, supersededBy, history: [{ status, at: message.createdAt, reason }] };
}
