import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Connection, QueryFilter } from 'mongoose';
import type { Logger } from 'pino';
import type { ConnectionCheck } from '../instances/connection-check.ts';
import type { Instance, InstanceService } from '../instances/instance-service.ts';
import type { Sender, SendResult } from '../senders/sender.ts';
import type { StoreService } from '../stores/store-service.ts';
import type { LocalDay } from '../text/local-time.ts';
import type { Locale } from '../text/text.ts';
import type { ContactBook } from './contact-book.ts';
import { createInstanceTurns, type Send } from './instance-turns.ts';
import { createLastLook, type ReadyMessage } from './last-look.ts';
import { type MessageDocument, messageModel, OPEN_STATUSES, statusUpdate } from './message-model.ts';
import type { MessagePlanner } from './message-planner.ts';
import type { MessageRelease } from './message-release.ts';
import type { NotificationSettingsService } from './notification-settings.ts';
import type { Receipts } from './receipts.ts';
import { isInstanceDown, isNotSent, outcomeUpdate, phoneHeldUntil, restUntil } from './send-outcome.ts';
import { createSendingQueue } from './sending-queue.ts';
import type { StopOnReply } from './stop-on-reply.ts';

const SEND_TIMEOUT_MILLISECONDS = 60_000;
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

/** Messages that leave together. */
interface Batch {
  instance: Instance;
  sender: Sender;
  claimId: string;
  /** The day whose limit they count for. */
  day: LocalDay;
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
  const { connection, instances, receipts, release, requeue, senderOf, checkConnection, log } = dependencies;
  const { now = () => new Date(), random = Math.random } = dependencies;
  const { pause = pauseFor, patience = () => AbortSignal.timeout(SEND_TIMEOUT_MILLISECONDS) } = dependencies;
  const messages = messageModel(connection);
  const queue = createSendingQueue({ connection, now });
  const lastLook = createLastLook({ ...dependencies, now });
  const turns = createInstanceTurns({ instances, hasQueue: queue.hasAny, isBack, sendSome, log, now, pause });

  async function giveUp(sending: QueryFilter<MessageDocument>): Promise<void> {
    await messages.updateMany({ ...sending, status: 'sending' }, statusUpdate('uncertain', now(), 'worker_lost'));
  }

  /** Those that nobody can still be waiting for, whichever way the clock was put since. */
  async function giveUpLost(): Promise<void> {
    const at = now().getTime();
    await giveUp({ sendingSince: { $lte: new Date(at - LOST_MILLISECONDS) } });
    await giveUp({ sendingSince: { $gt: new Date(at + LOST_MILLISECONDS) } });
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
    const queued = await queue.next(instance, room, busyPhones);
    if (queued === null) return null;
    const ready = await lastLook(instance, queued);
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
      await instances.noteRefused(instance.id, result.reason);
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

/** Ends early, without an error, when the signal is aborted. */
async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);
}
