import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { groupBy, partition, uniqBy } from 'es-toolkit';
import type { Connection, QueryFilter } from 'mongoose';
import type { Logger } from 'pino';
import { type EventDocument, eventModel } from '../events/event-model.ts';
import type { ConnectionCheck } from '../instances/connection-check.ts';
import type { Instance, InstanceService } from '../instances/instance-service.ts';
import { takesOnlyTemplates } from '../senders/registry.ts';
import type { MessageTemplate, OutgoingMessage, Sender, SendResult } from '../senders/sender.ts';
import type { Store, StoreService } from '../stores/store-service.ts';
import type { LocalDay } from '../text/local-time.ts';
import type { Locale } from '../text/text.ts';
import { type ContactBook, conversationKey } from './contact-book.ts';
import { mainItem } from './happy-path.ts';
import { createInstanceTurns, type Send } from './instance-turns.ts';
import { type MessageDocument, messageModel, OPEN_STATUSES, statusUpdate } from './message-model.ts';
import type { MessagePlanner } from './message-planner.ts';
import type { MessageRelease } from './message-release.ts';
import { fillTemplate, type NotificationTemplate } from './message-template.ts';
import { renderText } from './message-text.ts';
import { type MessageVariables, messageVariables } from './message-variables.ts';
import { isOn, type NotificationSettings, type NotificationSettingsService } from './notification-settings.ts';
import type { Receipts } from './receipts.ts';
import {
  isInstanceDown,
  isNotSent,
  LONGEST_PHONE_HOLD_MILLISECONDS,
  outcomeUpdate,
  phoneHeldUntil,
  restUntil,
} from './send-outcome.ts';
import type { StopOnReply } from './stop-on-reply.ts';

const SEND_TIMEOUT_MILLISECONDS = 60_000;
/** How soon a message is looked at again that waits for another one on its way to the same phone. */
const CROSSING_MILLISECONDS = 2_000;
/** A message that has been `sending` for so long was told by a worker that has died. */
const LOST_MILLISECONDS = 90_000;

export interface MessageDispatch {
  /** Releases what is due and starts to send through every instance that has a queue; `settled` waits for that. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when no turn is under way. */
  settled(): Promise<void>;
  /** Only for a process that knows it is alone on the database: what is being sent was told by a process that is gone. */
  releaseClaims(): Promise<void>;
}

/** Where a message goes that is not sent. */
interface Leaving {
  status: 'scheduled' | 'cancelled' | 'skipped' | 'dropped';
  reason: string;
  supersededBy?: string;
  instanceId?: null;
}

interface ContactState {
  optedOut: ReadonlySet<string>;
  lastReplies: ReadonlyMap<string, Date>;
}

interface ReadyMessage {
  message: MessageDocument;
  outgoing: OutgoingMessage;
}

/** Messages that leave together. */
interface Batch {
  instance: Instance;
  sender: Sender;
  claimId: string;
  /** The day whose limit they count for. */
  day: LocalDay;
}

const STORE_REMOVED: Leaving = { status: 'cancelled', reason: 'store_removed' };

/**
 * Sends the queued messages. A message is written down as `sending` before its provider is told, and as what became of it afterwards. A
 * crash in between leaves it `uncertain`, and nobody sends it again by itself. One worker at a time has an instance, by a lease.
 */
export function createMessageDispatch(dependencies: {
  connection: Connection;
  stores: StoreService;
  instances: InstanceService;
  settings: NotificationSettingsService;
  contacts: ContactBook;
  receipts: Pick<Receipts, 'settle'>;
  planner: MessagePlanner;
  stopOnReply: Pick<StopOnReply, 'stops'>;
  release: MessageRelease;
  /** Gives back the queue of an instance that is gone. */
  requeue(instanceId: string): Promise<void>;
  senderOf(instance: Instance): Promise<Sender>;
  checkConnection: ConnectionCheck;
  locale: Locale;
  log: Logger;
  now?: () => Date;
  random?: () => number;
  /** Ends the wait for a provider's answer. */
  patience?: () => AbortSignal;
  pause?(milliseconds: number, signal: AbortSignal): Promise<void>;
}): MessageDispatch {
  const { connection, stores, instances, settings, contacts, receipts, planner, stopOnReply } = dependencies;
  const { release, requeue, senderOf, checkConnection, locale, log } = dependencies;
  const { now = () => new Date(), random = Math.random } = dependencies;
  const { pause = pauseFor, patience = () => AbortSignal.timeout(SEND_TIMEOUT_MILLISECONDS) } = dependencies;
  const messages = messageModel(connection);
  const events = eventModel(connection);
  const turns = createInstanceTurns({ instances, hasQueue, isBack, sendSome, log, now, pause });

  async function giveUp(sending: QueryFilter<MessageDocument>): Promise<void> {
    await messages.updateMany({ ...sending, status: 'sending' }, statusUpdate('uncertain', now(), 'worker_lost'));
  }

  /** Those that nobody can still be waiting for, whichever way the clock was put since. */
  async function giveUpLost(): Promise<void> {
    const at = now().getTime();
    await giveUp({ sendingSince: { $lte: new Date(at - LOST_MILLISECONDS) } });
    await giveUp({ sendingSince: { $gt: new Date(at + LOST_MILLISECONDS) } });
  }

  /** The last look before a message leaves: what it was planned for may be over. Null: it may go. */
  function whyNot(
    message: MessageDocument,
    instance: Instance,
    store: Store,
    contact: ContactState,
    superseder: EventDocument | undefined,
  ): Leaving | null {
    if (message.expiresAt <= now()) return { status: 'dropped', reason: 'too_old' };
    if (store.paused) return { status: 'skipped', reason: 'store_paused' };
    if (contact.optedOut.has(message.phone ?? '')) return { status: 'skipped', reason: 'opted_out' };
    if (superseder) {
      return { status: 'cancelled', reason: 'superseded', supersededBy: superseder._id.toHexString() };
    }
    if (instance.storeIds.includes(store.id)) return null;
    return { status: 'scheduled', reason: 'instance_unlinked', instanceId: null };
  }

  /** A template that cannot be filled in ends a message where nothing else may be sent; elsewhere it is not needed. */
  function templateOf(
    { provider }: Instance,
    chosen: NotificationTemplate | null,
    variables: MessageVariables,
    lastReplyAt: Date | null,
  ): { template: MessageTemplate | null } | Leaving {
    if (!chosen) return { template: null };
    const filled = fillTemplate(chosen, variables);
    if (filled.ok) return { template: filled.template };
    if (!takesOnlyTemplates(provider, lastReplyAt, now())) return { template: null };
    return { status: 'skipped', reason: `template_variable_missing: ${filled.missing}` };
  }

  /** What the store or the buyer has said since the message was planned. Null: nothing against it. */
  async function unwanted(
    message: MessageDocument,
    store: Store,
    event: EventDocument,
    wanted: NotificationSettings,
  ): Promise<Leaving | null> {
    if (await stopOnReply.stops(store, message)) return { status: 'cancelled', reason: 'replied' };
    if (isOn(wanted, mainItem(event.items)?.productId ?? null)) return null;
    return { status: 'skipped', reason: 'notification_off' };
  }

  async function contentOf(
    message: MessageDocument,
    instance: Instance,
    store: Store,
    event: EventDocument,
    contact: ContactState,
    wanted: NotificationSettings,
  ): Promise<OutgoingMessage | Leaving> {
    const step = wanted.steps[message.step];
    if (!step || message.phone === null) return { status: 'skipped', reason: 'notification_changed' };
    const own = message.step === 0 ? productOf(wanted, event) : undefined;
    const variables = messageVariables(event, { storeName: store.name, locale });
    const lastReplyAt = contact.lastReplies.get(conversationKey(instance.id, message.phone)) ?? null;
    const chosen = templateOf(instance, own?.template ?? step.template, variables, lastReplyAt);
    if ('status' in chosen) return chosen;
    const isClosed = chosen.template === null && takesOnlyTemplates(instance.provider, lastReplyAt, now());
    if (isClosed && (await release.hasOtherWay(message, instance))) {
      return { status: 'scheduled', reason: 'window_closed', instanceId: null };
    }
    const text = own?.text ?? (await settings.nextText(store.id, wanted, step));
    const rendered = renderText(text, variables);
    if (!rendered.ok) return { status: 'skipped', reason: `variable_missing: ${rendered.missing}` };
    if (rendered.text === '') return { status: 'skipped', reason: 'text_empty' };
    return {
      id: message._id.toHexString(),
      phone: message.phone,
      text: rendered.text,
      imageUrl: step.imageUrl,
      template: chosen.template,
      lastReplyAt,
    };
  }

  /** Those of one store that may leave; what becomes of the others is written down. */
  async function readyOfStore(
    store: Store | undefined,
    instance: Instance,
    queued: readonly MessageDocument[],
    events: ReadonlyMap<string, EventDocument>,
    contact: ContactState,
  ): Promise<ReadyMessage[]> {
    const known = [...new Set(queued.flatMap(({ eventId }) => events.get(eventId) ?? []))];
    const superseders = store ? await planner.supersedersNow(store, known) : new Map<string, EventDocument>();
    const types = [...new Set(queued.map(({ type }) => type))];
    const wanted = new Map(
      await Promise.all(types.map(async (type) => [type, await settings.get(store?.id ?? '', type)] as const)),
    );
    const decided = await Promise.all(
      queued.map(async (message) => {
        const event = events.get(message.eventId);
        const ofType = wanted.get(message.type);
        if (!store || !event || !ofType) return { message, outgoing: STORE_REMOVED };
        const leaving =
          whyNot(message, instance, store, contact, superseders.get(message.eventId)) ??
          (await unwanted(message, store, event, ofType));
        return { message, outgoing: leaving ?? (await contentOf(message, instance, store, event, contact, ofType)) };
      }),
    );
    for (const { message, outgoing } of decided) if ('status' in outgoing) await leave(message, outgoing);
    return decided.flatMap(({ message, outgoing }) => ('status' in outgoing ? [] : { message, outgoing }));
  }

  async function leave({ _id }: MessageDocument, { status, reason, ...fields }: Leaving): Promise<void> {
    await messages.updateOne({ _id, status: 'waiting' }, statusUpdate(status, now(), reason, fields));
  }

  async function readyMessages(instance: Instance, queued: readonly MessageDocument[]): Promise<ReadyMessage[]> {
    const byStore = groupBy([...queued], ({ storeId }) => storeId);
    const phones = queued.flatMap(({ phone }) => phone ?? []);
    const [known, found, optedOut, lastReplies] = await Promise.all([
      stores.findActive(Object.keys(byStore)),
      events.find({ _id: { $in: queued.map(({ eventId }) => eventId) } }).lean<EventDocument[]>(),
      contacts.optedOut(instance.workspaceId, phones),
      contacts.lastReplies(instance.workspaceId, phones),
    ]);
    const byId = new Map(found.map((event) => [event._id.toHexString(), event]));
    const ready = await Promise.all(
      Object.entries(byStore).map(([storeId, ofStore]) =>
        readyOfStore(known.get(storeId), instance, ofStore, byId, { optedOut, lastReplies }),
      ),
    );
    return ready.flat();
  }

  /** Writes down at once that these are about to leave. @returns those that nobody else has moved meanwhile */
  async function claim(ready: readonly ReadyMessage[], instance: Instance, claimId: string): Promise<ReadyMessage[]> {
    const sendingSince = now();
    const ids = ready.map(({ message }) => message._id);
    const { matchedCount } = await messages.updateMany(
      { _id: { $in: ids }, status: 'waiting', instanceId: instance.id },
      { ...statusUpdate('sending', sendingSince, null, { sendingSince, claimId }), $inc: { attempts: 1 } },
    );
    if (matchedCount === ready.length) return [...ready];
    const claimed = await messages
      .find({ _id: { $in: ids }, claimId })
      .select({ _id: 1 })
      .lean<{ _id: unknown }[]>();
    const mine = new Set(claimed.map(({ _id }) => String(_id)));
    return ready.filter(({ message }) => mine.has(message._id.toHexString()));
  }

  async function sendSome(
    instance: Instance,
    leaseId: string,
    room: number,
    busyPhones: readonly string[],
  ): Promise<Send[] | null> {
    const queued = await queueOf(instance.id, room, busyPhones);
    if (queued.length === 0) return null;
    const ready = await readyMessages(instance, await withoutHeld(instance, await withoutCrossing(instance, queued)));
    if (ready.length === 0) return [];
    const sender = await senderOf(instance);
    const day = await instances.takeSlots(instance, leaseId, ready.length);
    if (day === null) return null;
    const batch = { instance, sender, claimId: randomUUID(), day };
    const claimed = await claim(ready, instance, batch.claimId);
    const unused = ready.length - claimed.length;
    if (unused > 0) await instances.giveBackSlots(instance.id, day, unused);
    return claimed.map((message) => ({ phone: message.outgoing.phone, ended: sendAndNote(message, batch) }));
  }

  async function sendAndNote(ready: ReadyMessage, batch: Batch): Promise<void> {
    try {
      const result = await batch.sender.send(ready.outgoing, patience());
      await note(result, ready.message, batch);
    } catch (error) {
      log.error(
        { err: error, message: ready.outgoing.id, instance: batch.instance.id },
        'What became of a message could not be written down; it will be uncertain. Check the database.',
      );
    }
  }

  async function note(result: SendResult, message: MessageDocument, batch: Batch): Promise<void> {
    const { instance, claimId } = batch;
    const at = now();
    // A worker that was believed dead knows better than the one that gave the message up.
    const mine = { _id: message._id, claimId, status: { $in: ['sending', 'uncertain'] as const } };
    await messages.updateOne(mine, outcomeUpdate(result, message, instance.restsInARow, at, random));
    if (result.outcome !== 'accepted') {
      noteFailure(message, instance, result);
      return await noteTrouble(result, message, batch, at);
    }
    if (result.providerMessageId) await receipts.settle(instance, result.providerMessageId);
    await instances.noteAccepted(instance);
  }

  /** What an attempt that failed says about the instance, and about other messages to the same buyer. */
  async function noteTrouble(
    result: Exclude<SendResult, { outcome: 'accepted' }>,
    { _id, workspaceId, phone }: MessageDocument,
    { instance, day }: Batch,
    at: Date,
  ): Promise<void> {
    if (isNotSent(result)) await instances.giveBackSlots(instance.id, day, 1);
    if (isInstanceDown(result)) {
      await instances.noteConnection(instance.id, 'disconnected', result.reason);
      await release.handOver({ id: instance.id, connectionReason: result.reason });
    }
    const rest = restUntil(result, instance.restsInARow, at, random);
    if (rest) await instances.rest(instance, rest);
    const availableAt = phoneHeldUntil(result, at);
    if (availableAt) {
      // For those that are planned later.
      await messages.updateOne({ _id }, { $set: { phoneHold: { instanceId: instance.id, until: availableAt } } });
      await messages.updateMany(
        { workspaceId, phone, status: { $in: [...OPEN_STATUSES] }, availableAt: { $lt: availableAt } },
        { $set: { availableAt } },
      );
    }
  }

  function noteFailure(
    message: MessageDocument,
    instance: Instance,
    result: Exclude<SendResult, { outcome: 'accepted' }>,
  ) {
    log.warn(
      {
        message: message._id.toHexString(),
        instance: instance.id,
        attempt: message.attempts + 1,
        outcome: result.outcome,
        reason: result.reason,
      },
      'A message was not sent, or may not have been',
    );
  }

  async function isBack(instance: Instance): Promise<boolean> {
    if (instance.checkAt !== null && instance.checkAt > now()) return false;
    const { state } = await checkConnection(instance);
    if (state === 'disconnected') await release.handOver(instance);
    return state === 'connected';
  }

  /** The next ones in the order in which they were due, at most one for each phone, so that none overtakes another on its way. */
  async function queueOf(instanceId: string, limit: number, busyPhones: readonly string[]): Promise<MessageDocument[]> {
    const queued = await messages
      .find({ ...available(instanceId), ...(busyPhones.length > 0 ? { phone: { $nin: busyPhones } } : {}) })
      .sort({ availableAt: 1 })
      .limit(limit)
      .lean<MessageDocument[]>();
    return uniqBy(queued, ({ phone }) => phone);
  }

  /**
   * Those to whose phone nothing is on its way through another instance; the others wait a little. Else a lower step that its provider is
   * slow to take could arrive after a higher one.
   */
  async function withoutCrossing(
    { workspaceId }: Instance,
    queued: readonly MessageDocument[],
  ): Promise<MessageDocument[]> {
    const phones = queued.flatMap(({ phone }) => phone ?? []);
    const onTheirWay = await messages.distinct('phone', { workspaceId, phone: { $in: phones }, status: 'sending' });
    const [held, free] = partition([...queued], ({ phone }) => phone !== null && onTheirWay.includes(phone));
    await putOff(held, new Date(now().getTime() + CROSSING_MILLISECONDS));
    return free;
  }

  /** Those whose phone the provider still takes something for; the others wait until it does. */
  async function withoutHeld(
    { id, workspaceId }: Instance,
    queued: readonly MessageDocument[],
  ): Promise<MessageDocument[]> {
    const at = now();
    const holding = await messages
      .find({
        workspaceId,
        phone: { $in: queued.flatMap(({ phone }) => phone ?? []) },
        'phoneHold.instanceId': id,
        'phoneHold.until': { $gt: at, $lte: new Date(at.getTime() + LONGEST_PHONE_HOLD_MILLISECONDS) },
      })
      .select({ phone: 1, phoneHold: 1 })
      .lean<Pick<MessageDocument, 'phone' | 'phoneHold'>[]>();
    const heldUntil = new Map(holding.map(({ phone, phoneHold }) => [phone, phoneHold?.until ?? at]));
    const [held, free] = partition([...queued], ({ phone }) => heldUntil.has(phone));
    for (const message of held) await putOff([message], heldUntil.get(message.phone) ?? at);
    return free;
  }

  async function putOff(held: readonly MessageDocument[], availableAt: Date): Promise<void> {
    if (held.length === 0) return;
    await messages.updateMany(
      { _id: { $in: held.map(({ _id }) => _id) }, status: 'waiting' },
      { $set: { availableAt } },
    );
  }

  async function hasQueue({ id }: Instance): Promise<boolean> {
    return (await messages.exists(available(id))) !== null;
  }

  function available(instanceId: string) {
    return { instanceId, status: 'waiting', availableAt: { $lte: now() } } as const;
  }

  return {
    async run(signal) {
      await giveUpLost();
      await release.releaseDue(signal);
      const queued: (string | null)[] = await messages.distinct('instanceId', { status: 'waiting' });
      const instanceIds = queued.filter((id) => id !== null);
      const present = await instances.present(instanceIds);
      for (const instanceId of instanceIds) {
        if (present.has(instanceId)) turns.start(instanceId, signal);
        else await requeue(instanceId);
      }
    },
    settled: turns.settled,
    async releaseClaims() {
      await giveUp({});
      await instances.endAllLeases();
    },
  };
}

function productOf({ products }: NotificationSettings, event: EventDocument) {
  return products.find(({ productId }) => productId === mainItem(event.items)?.productId);
}

/** Ends early, without an error, when the signal is aborted. */
async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);
}
