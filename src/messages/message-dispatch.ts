import { setTimeout } from 'node:timers/promises';
import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import { type EventDocument, eventModel } from '../events/event-model.ts';
import { type Instance, type InstanceService, newLeaseId } from '../instances/instance-service.ts';
import { sendingChance } from '../instances/sending-pace.ts';
import type { OutgoingMessage, Sender, SendResult } from '../senders/sender.ts';
import type { Store, StoreService } from '../stores/store-service.ts';
import type { Locale } from '../text/text.ts';
import type { ContactBook } from './contact-book.ts';
import { mainItem } from './happy-path.ts';
import { type MessageDocument, messageModel, statusUpdate } from './message-model.ts';
import type { MessagePlanner } from './message-planner.ts';
import type { MessageRelease } from './message-release.ts';
import { renderText } from './message-text.ts';
import { messageVariables } from './message-variables.ts';
import type { NotificationSettings, NotificationSettingsService } from './notification-settings.ts';
import type { Receipts } from './receipts.ts';

/** How many messages of one instance are under way at a time, where its interval is zero. */
const CONCURRENT_SENDS = 20;
const SEND_TIMEOUT_MILLISECONDS = 60_000;
/** A message that has been `sending` for so long was told by a worker that has died. */
const LOST_MILLISECONDS = 90_000;
/** An instance is waited for within a turn when it may send again so soon; else the next round finds it. */
const LONGEST_PAUSE_MILLISECONDS = 30_000;
const FIRST_RETRY_MILLISECONDS = 5_000;
const LONGEST_RETRY_MILLISECONDS = 15 * 60_000;
const MAXIMUM_ATTEMPTS = 8;

export interface MessageDispatch {
  /** Releases what is due and starts to send through every instance that has a queue; `settled` waits for that. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when no turn is under way. */
  settled(): Promise<void>;
  /** Only for a process that knows it is alone on the database: what is being sent was told by a process that is gone. */
  releaseClaims(): Promise<void>;
}

/** How a message ends that is not sent. */
interface Leaving {
  status: 'cancelled' | 'skipped' | 'dropped';
  reason: string;
  supersededBy?: string;
}

interface ContactState {
  optedOut: ReadonlySet<string>;
  lastReplies: ReadonlyMap<string, Date>;
}

interface ReadyMessage {
  message: MessageDocument;
  outgoing: OutgoingMessage;
}

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
  release: MessageRelease;
  senderOf(instance: Instance): Promise<Sender>;
  locale: Locale;
  log: Logger;
  now?: () => Date;
  random?: () => number;
  pause?(milliseconds: number, signal: AbortSignal): Promise<void>;
}): MessageDispatch {
  const { connection, stores, instances, settings, contacts, receipts, planner, release, senderOf } = dependencies;
  const { locale, log, now = () => new Date(), random = Math.random, pause = pauseFor } = dependencies;
  const messages = messageModel(connection);
  const events = eventModel(connection);
  const turns = new Map<string, Promise<void>>();

  async function giveUpLost(before: Date): Promise<void> {
    await messages.updateMany(
      { status: 'sending', sendingSince: { $lte: before } },
      statusUpdate('uncertain', now(), 'worker_lost'),
    );
  }

  /** The last look before a message leaves: what it was planned for may be over. Null: it may go. */
  async function whyNot(message: MessageDocument, store: Store, contact: ContactState): Promise<Leaving | null> {
    if (message.expiresAt <= now()) return { status: 'dropped', reason: 'too_old' };
    if (store.paused) return { status: 'skipped', reason: 'store_paused' };
    if (contact.optedOut.has(message.phone ?? '')) return { status: 'skipped', reason: 'opted_out' };
    const superseder = await planner.supersederNow(store, message);
    if (!superseder) return null;
    return { status: 'cancelled', reason: 'superseded', supersededBy: superseder._id.toHexString() };
  }

  async function contentOf(
    message: MessageDocument,
    store: Store,
    event: EventDocument,
    contact: ContactState,
  ): Promise<OutgoingMessage | Leaving> {
    const wanted = await settings.get(store.id, message.type);
    const step = wanted.steps[message.step];
    if (!step || message.phone === null) return { status: 'skipped', reason: 'notification_changed' };
    const own = message.step === 0 ? productOf(wanted, event)?.text : null;
    const text = own ?? (await settings.nextText(store.id, wanted, step));
    const rendered = renderText(text, messageVariables(event, { storeName: store.name, locale }));
    if (!rendered.ok) return { status: 'skipped', reason: `variable_missing: ${rendered.missing}` };
    return {
      id: message._id.toHexString(),
      phone: message.phone,
      text: rendered.text,
      imageUrl: step.imageUrl,
      template: null,
      lastReplyAt: contact.lastReplies.get(message.phone) ?? null,
    };
  }

  async function readyMessage(
    message: MessageDocument,
    store: Store | undefined,
    event: EventDocument | undefined,
    contact: ContactState,
  ): Promise<ReadyMessage | null> {
    const outgoing =
      store && event
        ? ((await whyNot(message, store, contact)) ?? (await contentOf(message, store, event, contact)))
        : { status: 'cancelled' as const, reason: 'store_removed' };
    if (!('status' in outgoing)) return { message, outgoing };
    const { status, reason, ...fields } = outgoing;
    await messages.updateOne({ _id: message._id, status: 'waiting' }, statusUpdate(status, now(), reason, fields));
    return null;
  }

  async function readyMessages(queued: readonly MessageDocument[]): Promise<ReadyMessage[]> {
    const known = await stores.findActive([...new Set(queued.map(({ storeId }) => storeId))]);
    const found = await events.find({ _id: { $in: queued.map(({ eventId }) => eventId) } }).lean<EventDocument[]>();
    const byId = new Map(found.map((event) => [event._id.toHexString(), event]));
    const phones = queued.flatMap(({ phone }) => phone ?? []);
    const workspaceId = queued[0]?.workspaceId ?? '';
    const contact = {
      optedOut: await contacts.optedOut(workspaceId, phones),
      lastReplies: await contacts.lastReplies(workspaceId, phones),
    };
    const ready = await Promise.all(
      queued.map((message) => readyMessage(message, known.get(message.storeId), byId.get(message.eventId), contact)),
    );
    return ready.filter((message) => message !== null);
  }

  async function send({ message, outgoing }: ReadyMessage, instance: Instance, sender: Sender): Promise<void> {
    const sendingSince = now();
    const claimed = await messages.updateOne(
      { _id: message._id, status: 'waiting', instanceId: instance.id },
      { ...statusUpdate('sending', sendingSince, null, { sendingSince }), $inc: { attempts: 1 } },
    );
    if (claimed.matchedCount === 0) return;
    const result = await sender.send(outgoing, AbortSignal.timeout(SEND_TIMEOUT_MILLISECONDS));
    // A worker that was believed dead knows better than the one that gave the message up.
    const mine = { _id: message._id, sendingSince, status: { $in: ['sending', 'uncertain'] as const } };
    await messages.updateOne(mine, updateOf(result, message));
    if (result.outcome === 'accepted' && result.providerMessageId) {
      await receipts.settle(instance, result.providerMessageId);
    }
    if (result.outcome !== 'accepted') noteFailure(message, instance, result);
    if (result.outcome === 'temporary' && result.reason === 'instance_disconnected') {
      await instances.noteConnection(instance.id, 'disconnected', result.reason);
    } else if (result.outcome === 'accepted' && instance.connection !== 'connected') {
      await instances.noteConnection(instance.id, 'connected', null);
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

  function updateOf(result: SendResult, message: MessageDocument) {
    const at = now();
    if (result.outcome === 'accepted') {
      return statusUpdate('sent', at, null, { sentAt: at, providerMessageId: result.providerMessageId });
    }
    const attempts = message.attempts + 1;
    if (result.outcome === 'uncertain') return statusUpdate('uncertain', at, result.reason);
    if (result.outcome === 'final' || attempts >= MAXIMUM_ATTEMPTS) return statusUpdate('failed', at, result.reason);
    const delay = Math.max(result.retryAfterMilliseconds ?? 0, backOff(attempts, random));
    const availableAt = new Date(at.getTime() + delay);
    // Back to where the release finds it: another instance of the store may be able to send it.
    return statusUpdate('scheduled', at, result.reason, { availableAt, instanceId: null, sendingSince: null });
  }

  /** Sends through one instance while this worker has it. */
  async function turn(instanceId: string, signal: AbortSignal): Promise<void> {
    const leaseId = newLeaseId();
    try {
      let goesOn = true;
      while (goesOn && !signal.aborted) {
        const instance = await instances.lease(instanceId, leaseId);
        goesOn = instance !== null && (await sendNext(instance, leaseId, signal));
      }
    } finally {
      await instances.endLease(instanceId, leaseId);
    }
  }

  /** What an instance may send by now, or a short wait for it; false when the turn is over. */
  async function sendNext(instance: Instance, leaseId: string, signal: AbortSignal): Promise<boolean> {
    const chance = sendingChance(instance, now());
    const queued = await queueOf(instance.id, 'room' in chance ? Math.min(chance.room, CONCURRENT_SENDS) : 1);
    if (queued.length === 0) return false;
    if ('nextAt' in chance) {
      const milliseconds = chance.nextAt.getTime() - now().getTime();
      if (milliseconds > LONGEST_PAUSE_MILLISECONDS) return false;
      await pause(milliseconds, signal);
      return true;
    }
    const ready = await readyMessages(queued);
    if (ready.length === 0) return true;
    if (!(await instances.takeSlots(instance, leaseId, ready.length))) return false;
    const sender = await senderOf(instance);
    await Promise.all(ready.map((message) => send(message, instance, sender)));
    return true;
  }

  async function queueOf(instanceId: string, limit: number): Promise<MessageDocument[]> {
    return await messages
      .find({ instanceId, status: 'waiting' })
      .sort({ availableAt: 1 })
      .limit(limit)
      .lean<MessageDocument[]>();
  }

  /** A turn may last as long as its queue, so it is not waited for: the next round finds new queues meanwhile. */
  function startTurn(instanceId: string, signal: AbortSignal): void {
    if (turns.has(instanceId)) return;
    const started = turn(instanceId, signal)
      .catch((error: unknown) => {
        log.error(
          { err: error, instance: instanceId },
          'An instance stopped sending; the next round goes on. Check the database.',
        );
      })
      .finally(() => turns.delete(instanceId));
    turns.set(instanceId, started);
  }

  return {
    async run(signal) {
      await giveUpLost(new Date(now().getTime() - LOST_MILLISECONDS));
      await release.releaseDue(signal);
      const queued: (string | null)[] = await messages.distinct('instanceId', { status: 'waiting' });
      for (const instanceId of queued) if (instanceId !== null) startTurn(instanceId, signal);
    },
    async settled() {
      await Promise.all(turns.values());
    },
    async releaseClaims() {
      await giveUpLost(now());
    },
  };
}

function productOf({ products }: NotificationSettings, event: EventDocument) {
  return products.find(({ productId }) => productId === mainItem(event.items)?.productId);
}

function backOff(attempts: number, random: () => number): number {
  const longest = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (attempts - 1), LONGEST_RETRY_MILLISECONDS);
  return longest * (0.5 + random() / 2);
}

/** Ends early, without an error, when the signal is aborted. */
async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);
}
