import mongoose, { type Connection } from 'mongoose';
import { type Page, type PageRequest, readPage } from '../database/page.ts';
import type { Instance } from '../instances/instance-service.ts';
import { estimatedEnd } from '../instances/sending-pace.ts';
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
const TROUBLES_SHOWN = 10;
/** A message that is in one of these will not be sent, or nobody knows. */
const NOT_SENT_STATUSES = [
  'failed',
  'uncertain',
  'cancelled',
  'skipped',
  'dropped',
] as const satisfies readonly MessageStatus[];

export interface QueueState {
  waiting: number;
  sending: number;
  sentRecently: number;
  enteredRecently: number;
  /** When the last one leaves, if nothing else comes; null: nothing waits, or that is more than a year away. */
  endsAt: Date | null;
  /** The last seven days, oldest first. */
  days: { day: LocalDay; sent: number }[];
  failures: { reason: string; count: number }[];
  uncertain: MessageDocument[];
}

export interface MessageQueue {
  state(instance: Instance): Promise<QueueState>;
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
  countReasons(store: { id: string }, from: Date, to: Date): Promise<{ reason: string; count: number }[]>;
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

  async function sentByDay(instance: Instance): Promise<QueueState['days']> {
    const today = localDay(now(), instance.timezone);
    const first = addDays(today, 1 - DAYS_SHOWN);
    const sent = await messages
      .find({ instanceId: instance.id, sentAt: { $gte: startOfDay(first, instance.timezone) } })
      .select({ sentAt: 1 })
      .lean<{ sentAt: Date }[]>();
    const counts = new Map<LocalDay, number>();
    for (const { sentAt } of sent) {
      const day = localDay(sentAt, instance.timezone);
      counts.set(day, (counts.get(day) ?? 0) + 1);
    }
    return Array.from({ length: DAYS_SHOWN }, (_, index) => {
      const day = addDays(first, index);
      return { day, sent: counts.get(day) ?? 0 };
    });
  }

  async function failuresOf(instanceId: string): Promise<QueueState['failures']> {
    const groups = await messages.aggregate<{ _id: string; count: number }>([
      { $match: { instanceId, status: 'failed' } },
      { $group: { _id: '$reason', count: { $sum: 1 } } },
      { $sort: { count: -1 } },
    ]);
    return groups.map(({ _id, count }) => ({ reason: _id, count }));
  }

  return {
    async state(instance) {
      const since = new Date(now().getTime() - RECENT_MILLISECONDS);
      const of = { instanceId: instance.id };
      const [waiting, sending, sentRecently, enteredRecently, days, failures, uncertain] = await Promise.all([
        messages.countDocuments({ ...of, status: 'waiting' }),
        messages.countDocuments({ ...of, status: 'sending' }),
        messages.countDocuments({ ...of, sentAt: { $gte: since } }),
        messages.countDocuments({ ...of, history: { $elemMatch: { status: 'waiting', at: { $gte: since } } } }),
        sentByDay(instance),
        failuresOf(instance.id),
        messages
          .find({ ...of, status: 'uncertain' })
          .sort({ _id: -1 })
          .limit(TROUBLES_SHOWN)
          .lean<MessageDocument[]>(),
      ]);
      const endsAt = waiting === 0 ? null : estimatedEnd(instance, waiting, now());
      return { waiting, sending, sentRecently, enteredRecently, endsAt, days, failures, uncertain };
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
      if (!mongoose.isValidObjectId(id)) throw new ProductError('message_unknown', { id });
      const changed = await messages.updateOne({ _id: id, workspaceId, status: 'uncertain' }, update);
      if (changed.matchedCount === 1) return true;
      if (!(await messages.exists({ _id: id, workspaceId }))) throw new ProductError('message_unknown', { id });
      return false;
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
      const groups = await messages.aggregate<{ _id: string; count: number }>([
        { $match: { storeId: store.id, createdAt: { $gte: from, $lt: to }, status: { $in: [...NOT_SENT_STATUSES] } } },
        { $group: { _id: '$reason', count: { $sum: 1 } } },
        { $sort: { count: -1, _id: 1 } },
      ]);
      return groups.map(({ _id, count }) => ({ reason: _id, count }));
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
