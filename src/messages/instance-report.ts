import type { Connection } from 'mongoose';
import type { InstanceService } from '../instances/instance-service.ts';
import { checkPeriod, type Period } from '../reports/period.ts';
import type { StoreService } from '../stores/store-service.ts';
import { addDays, startOfDay } from '../text/local-time.ts';
import { ProductError } from '../text/product-error.ts';
import { type MessageStatus, messageModel } from './message-model.ts';

/** Messages are counted one by one, so a report of them is of a quarter at most. */
const MAXIMUM_MESSAGE_DAYS = 92;

/** So many messages are in one status for one reason. */
export interface StatusCount {
  status: MessageStatus;
  /** As a message keeps it; null: it needs none. */
  reason: string | null;
  count: number;
}

/** What became of the messages of one instance. */
export interface InstanceMessages {
  /** Null: messages that have no instance yet, or came to their end before they had one. */
  instance: { id: string; name: string; removed: boolean } | null;
  /** Each message is in one of them; the most frequent first. */
  counts: StatusCount[];
}

export interface InstanceReport extends Period {
  timezone: string;
  /** Every instance there is, then those that were removed, then what no instance had. */
  instances: InstanceMessages[];
}

export interface InstanceReports {
  /**
   * What became of the messages that were planned on some days, by the instance that they went through. Each message is counted once, by
   * the status that it has now.
   * @param timezone whose calendar the days are of
   * @throws ProductError `period_long`, `period_reversed`
   */
  report(workspaceId: string, period: Period, timezone: string): Promise<InstanceReport>;
}

interface Group extends StatusCount {
  instanceId: string | null;
}

export function createInstanceReports(dependencies: {
  connection: Connection;
  stores: Pick<StoreService, 'list'>;
  instances: Pick<InstanceService, 'list' | 'names'>;
}): InstanceReports {
  const { connection, stores, instances } = dependencies;
  const messages = messageModel(connection);

  async function groupsOf(storeIds: readonly string[], from: Date, to: Date): Promise<Group[]> {
    const groups = await messages.aggregate<{ _id: Omit<Group, 'count'>; count: number }>([
      { $match: { storeId: { $in: storeIds }, createdAt: { $gte: from, $lt: to } } },
      { $group: { _id: { instanceId: '$instanceId', status: '$status', reason: '$reason' }, count: { $sum: 1 } } },
      { $sort: { count: -1, _id: 1 } },
    ]);
    return groups.map(({ _id, count }) => ({ ..._id, count }));
  }

  return {
    async report(workspaceId, period, timezone) {
      const { from, to } = checkMessagePeriod(period);
      const storeIds = (await stores.list(workspaceId)).map(({ id }) => id);
      const end = startOfDay(addDays(to, 1), timezone);
      const groups = await groupsOf(storeIds, startOfDay(from, timezone), end);
      const current = await instances.list(workspaceId);
      const seen = groups.flatMap(({ instanceId }) => instanceId ?? []);
      const known = new Map(current.map(({ id, name }) => [id, name]));
      const removed = await instances.names(
        workspaceId,
        [...new Set(seen)].filter((id) => !known.has(id)),
      );
      const countsOf = (id: string | null) =>
        groups.flatMap(({ instanceId, ...count }) => (instanceId === id ? [count] : []));
      const messagesOf = (named: ReadonlyMap<string, string>, isRemoved: boolean): InstanceMessages[] =>
        [...named].map(([id, name]) => ({ instance: { id, name, removed: isRemoved }, counts: countsOf(id) }));
      const ofNone = countsOf(null);
      const withoutInstance = ofNone.length === 0 ? [] : [{ instance: null, counts: ofNone }];
      return {
        from,
        to,
        timezone,
        instances: [...messagesOf(known, false), ...messagesOf(removed, true), ...withoutInstance],
      };
    },
  };
}

/** @throws ProductError `period_long`, `period_reversed` */
function checkMessagePeriod(period: Period): Period {
  const { from, to } = checkPeriod(period);
  if (addDays(from, MAXIMUM_MESSAGE_DAYS - 1) < to) {
    throw new ProductError('period_long', { maximum: MAXIMUM_MESSAGE_DAYS });
  }
  return { from, to };
}

/** How many of an instance's messages are in one of these statuses. */
export function countIn({ counts }: InstanceMessages, statuses: readonly MessageStatus[]): number {
  return counts.filter(({ status }) => statuses.includes(status)).reduce((sum, { count }) => sum + count, 0);
}
