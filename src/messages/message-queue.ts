import { orderBy } from 'es-toolkit';
import mongoose, { type Connection } from 'mongoose';
import { type Page, type PageRequest, readPage } from '../database/page.ts';
import type { Instance } from '../instances/instance-service.ts';
import { estimatedEnd, sendingChance } from '../instances/sending-pace.ts';
import { SEND_FAILURES } from '../senders/sender.ts';
import { addDays, type LocalDay, localDay, startOfDay } from '../text/local-time.ts';
import { ProductError } from '../text/product-error.ts';
import {
  MESSAGE_STATUSES,
  type MessageDocument,
  type MessageStatus,
  messageModel,
  statusUpdate,
} from './message-model.ts';

const RECENT_MILLISECONDS = 5 * 60_000;
const DAYS_SHOWN = 7;
const DAY_MILLISECONDS = 24 * 60 * 60_000;
/** A message that is in one of these will not be sent, or nobody knows. */
const NOT_SENT_STATUSES = [
  'failed',
  'uncertain',
  'cancelled',
  'skipped',
  'dropped',
] as const satisfies readonly MessageStatus[];

/** Why a message failed or is uncertain; null: the provider gave no reason. */
const TROUBLE_REASONS = [...SEND_FAILURES, 'worker_lost', null];

interface TroubleFilter {
  instanceId: string;
  status: 'failed' | 'uncertain';
  sendingSince?: { $gte: Date };
}

export interface ReasonCount {
  reason: string;
  count: number;
}

/** What a queue does now. `paused`: outside the working hours, or the day's limit is reached. */
export type QueueActivity = { kind: 'empty' | 'disconnected' | 'sending' } | { kind: 'paused'; until: Date };

export interface QueueState {
  activity: QueueActivity;
  waiting: number;
  sending: number;
  sentRecently: number;
  enteredRecently: number;
  /** When the last one leaves, if nothing else comes; null: nothing waits, or that is more than a year away. */
  endsAt: Date | null;
  /** The last seven days, oldest first. */
  days: { day: LocalDay; sent: number }[];
  /** Of the attempts of the last seven days, the most frequent reason first. */
  failures: ReasonCount[];
  /** Whatever their age: each one waits for a person. */
  uncertain: ReasonCount[];
}

/** How the sends of an instance went in a span of time. */
export interface SendOutcomes {
  /** Sent or failed. */
  finished: number;
  failures: ReasonCount[];
}

export interface MessageQueue {
  /** What it costs does not grow with what was ever sent: counts are read from indexes. */
  state(instance: Instance): Promise<QueueState>;
  countWaiting(instance: { id: string }): Promise<number>;
  /** The messages of which nobody knows whether they were sent, newest first. */
  uncertain(instance: { id: string }, page: PageRequest): Promise<Page<MessageDocument>>;
  /** Which of some instances have such messages. */
  withUncertain(instanceIds: readonly string[]): Promise<Set<string>>;
  /** How what was attempted since a moment ended. */
  outcomesSince(instance: { id: string }, since: Date): Promise<SendOutcomes>;
  /** Gives back the queue of an instance that is gone, for the stores' other instances. */
  requeue(instanceId: string): Promise<void>;
  /**
   * What a person decides about a message of which nobody knows whether it was sent.
   * @param sent false sends it once more
   * @returns false when it is no longer uncertain, and nothing was changed
   * @throws ProductError `message_unknown`
   */
  resolve(workspaceId: string, id: string, sent: boolean): Promise<boolean>;
  /** How many messages that were planned in a span of time are in each status. */
  countStatuses(store: { id: string }, from: Date, to?: Date): Promise<Record<MessageStatus, number>>;
  /** Why messages that were planned in a span of time were not sent, the most frequent reason first. */
  countReasons(store: { id: string }, from: Date, to: Date): Promise<ReasonCount[]>;
  /** @throws ProductError `message_unknown` */
  get(workspaceId: string, id: string): Promise<MessageDocument>;
  list(
    store: { id: string },
    filter: { status?: MessageStatus | undefined },
    page: PageRequest,
  ): Promise<Page<MessageDocument>>;
}

/** The messages of an instance and of a store, as people look at them. */
export function createMessageQueue(dependencies: { connection: Connection; now?: () => Date }): MessageQueue {
  const { connection, now = () => new Date() } = dependencies;
  const messages = messageModel(connection);

  async function sentByDay({ id, timezone }: Instance): Promise<QueueState['days']> {
    const first = addDays(localDay(now(), timezone), 1 - DAYS_SHOWN);
    const days = Array.from({ length: DAYS_SHOWN }, (_, index) => addDays(first, index));
    return await Promise.all(
      days.map(async (day) => {
        const sentAt = { $gte: startOfDay(day, timezone), $lt: startOfDay(addDays(day, 1), timezone) };
        return { day, sent: await messages.countDocuments({ instanceId: id, sentAt }) };
      }),
    );
  }

  /** One count of an index for each reason there is: messages are not read, however many failed. */
  async function countTroubles(match: TroubleFilter): Promise<ReasonCount[]> {
    const counts = await Promise.all(
      TROUBLE_REASONS.map(async (reason) => ({
        reason: reason ?? '',
        count: await messages.countDocuments({ ...match, reason }),
      })),
    );
    return orderBy(
      counts.filter(({ count }) => count > 0),
      ['count', 'reason'],
      ['desc', 'asc'],
    );
  }

  async function countByReason(match: Record<string, unknown>): Promise<ReasonCount[]> {
    const groups = await messages.aggregate<{ _id: string | null; count: number }>([
      { $match: match },
      { $group: { _id: '$reason', count: { $sum: 1 } } },
      { $sort: { count: -1, _id: 1 } },
    ]);
    return groups.map(({ _id, count }) => ({ reason: _id ?? '', count }));
  }

  async function get(workspaceId: string, id: string): Promise<MessageDocument> {
    const found = mongoose.isValidObjectId(id)
      ? await messages.findOne({ _id: id, workspaceId }).lean<MessageDocument>()
      : null;
    if (!found) throw new ProductError('message_unknown', { id });
    return found;
  }

  return {
    get,

    async state(instance) {
      const at = now();
      const recently = { $gte: new Date(at.getTime() - RECENT_MILLISECONDS) };
      const week = { $gte: new Date(at.getTime() - DAYS_SHOWN * DAY_MILLISECONDS) };
      const instanceId = instance.id;
      const [waiting, sending, sentRecently, enteredRecently, days, failures, uncertain] = await Promise.all([
        messages.countDocuments({ instanceId, status: 'waiting' }),
        messages.countDocuments({ instanceId, status: 'sending' }),
        messages.countDocuments({ instanceId, sentAt: recently }),
        messages.countDocuments({ instanceId, queuedAt: recently }),
        sentByDay(instance),
        countTroubles({ instanceId, status: 'failed', sendingSince: week }),
        countTroubles({ instanceId, status: 'uncertain' }),
      ]);
      const activity = activityOf(instance, waiting + sending, at);
      const endsAt = waiting === 0 ? null : estimatedEnd(instance, waiting, at);
      return { activity, waiting, sending, sentRecently, enteredRecently, endsAt, days, failures, uncertain };
    },

    async countWaiting({ id }) {
      return await messages.countDocuments({ instanceId: id, status: 'waiting' });
    },

    async uncertain({ id }, page) {
      return await readPage(
        page,
        (below, limit) =>
          messages
            .find({ instanceId: id, status: 'uncertain', ...below })
            .sort({ _id: -1 })
            .limit(limit)
            .lean<MessageDocument[]>(),
        (document) => document,
      );
    },

    async withUncertain(instanceIds) {
      if (instanceIds.length === 0) return new Set();
      const found: (string | null)[] = await messages.distinct('instanceId', {
        status: 'uncertain',
        instanceId: { $in: instanceIds },
      });
      return new Set(found.filter((id) => id !== null));
    },

    async outcomesSince({ id }, since) {
      const failed = { instanceId: id, status: 'failed', sendingSince: { $gte: since } } as const;
      const [sent, failures] = await Promise.all([
        messages.countDocuments({ instanceId: id, sentAt: { $gte: since } }),
        countTroubles(failed),
      ]);
      const reason = { $in: failures.map((failure) => failure.reason || null) };
      const failedAfterSending = await messages.countDocuments({ ...failed, reason, sentAt: { $gte: since } });
      const failedAtOnce = failures.reduce((sum, { count }) => sum + count, 0) - failedAfterSending;
      return { finished: sent + failedAtOnce, failures };
    },

    async requeue(instanceId) {
      await messages.updateMany(
        { instanceId, status: 'waiting' },
        statusUpdate('scheduled', now(), 'instance_removed', { instanceId: null }),
      );
    },

    async resolve(workspaceId, id, sent) {
      const update = sent
        ? statusUpdate('sent', now(), 'said_by_person', { sentAt: now() })
        : statusUpdate('scheduled', now(), 'said_by_person', {
            instanceId: null,
            sendingSince: null,
            availableAt: now(),
          });
      const { _id } = await get(workspaceId, id);
      const changed = await messages.updateOne({ _id, workspaceId, status: 'uncertain' }, update);
      return changed.matchedCount === 1;
    },

    async countStatuses(store, from, to) {
      const groups = await messages.aggregate<{ _id: MessageStatus; count: number }>([
        { $match: { storeId: store.id, createdAt: { $gte: from, ...(to ? { $lt: to } : {}) } } },
        { $group: { _id: '$status', count: { $sum: 1 } } },
      ]);
      const counts = new Map(groups.map(({ _id, count }) => [_id, count]));
      return Object.fromEntries(MESSAGE_STATUSES.map((status) => [status, counts.get(status) ?? 0])) as Record<
        MessageStatus,
        number
      >;
    },

    async countReasons(store, from, to) {
      const status = { $in: [...NOT_SENT_STATUSES] };
      return await countByReason({ storeId: store.id, createdAt: { $gte: from, $lt: to }, status });
    },

    async list(store, { status }, page) {
      return await readPage(
        page,
        (below, limit) =>
          messages
            .find({ storeId: store.id, ...(status ? { status } : {}), ...below })
            .sort({ _id: -1 })
            .limit(limit)
            .lean<MessageDocument[]>(),
        (document) => document,
      );
    },
  };
}

/** What a person last said of a message: true, it was sent. Null: nobody had to say anything. */
export function saidByPerson({ history }: Pick<MessageDocument, 'history'>): boolean | null {
  const said = history.findLast(({ reason }) => reason === 'said_by_person');
  return said ? said.status === 'sent' : null;
}

function activityOf(instance: Instance, queued: number, at: Date): QueueActivity {
  if (queued === 0) return { kind: 'empty' };
  if (instance.connection === 'disconnected') return { kind: 'disconnected' };
  const chance = sendingChance(instance, at);
  // The interval between two messages is no pause.
  const soon = at.getTime() + instance.intervalMilliseconds;
  return 'nextAt' in chance && chance.nextAt.getTime() > soon
    ? { kind: 'paused', until: chance.nextAt }
    : { kind: 'sending' };
}
