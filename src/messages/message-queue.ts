import mongoose, { type Connection } from 'mongoose';
import { type Page, type PageRequest, readPage } from '../database/page.ts';
import type { Instance } from '../instances/instance-service.ts';
import { estimatedEnd } from '../instances/sending-pace.ts';
import { addDays, type LocalDay, localDay, startOfDay } from '../text/local-time.ts';
import { ProductError } from '../text/product-error.ts';
import { type MessageDocument, type MessageStatus, messageModel, statusUpdate } from './message-model.ts';

const RECENT_MILLISECONDS = 5 * 60_000;
const DAYS_SHOWN = 7;
const TROUBLES_SHOWN = 10;
/** From here on a message has left. */
const SENT_STATUSES = ['sent', 'delivered', 'read'] as const satisfies readonly MessageStatus[];

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
  list(store: { id: string }, filter: { status?: MessageStatus }, page: PageRequest): Promise<Page<MessageDocument>>;
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

/** True once a message has left. */
export function hasLeft(status: MessageStatus): boolean {
  return SENT_STATUSES.some((sent) => sent === status);
}
