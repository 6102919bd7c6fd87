import { groupBy, minBy } from 'es-toolkit';
import { type Connection, Types } from 'mongoose';
import type { Instance, InstanceService } from '../instances/instance-service.ts';
import type { Store, StoreService } from '../stores/store-service.ts';
import { type MessageDocument, type MessageStatus, messageModel, statusUpdate } from './message-model.ts';
import type { Takes } from './sending-ways.ts';
import { heldUntil, type SpacedStep } from './step-spacing.ts';

const BATCH = 500;
/** How soon a message is looked at again that has nowhere to go. */
const POSTPONE_MILLISECONDS = 60_000;

export interface MessageRelease {
  /** Puts the messages that are due into the queues of their stores' instances, or says why not. */
  releaseDue(signal: AbortSignal): Promise<void>;
  /** Takes what waits for an instance that cannot send away from it, as far as another instance of the store can send it now. */
  handOver(instance: Pick<Instance, 'id' | 'connectionReason'>): Promise<void>;
  /** Whether another instance of its store takes a message that this one does not. */
  hasOtherWay(message: MessageDocument, instance: Pick<Instance, 'id'>): Promise<boolean>;
}

/** Due messages into queues. Can be repeated and run by several workers: a message moves only from the status that it was seen in. */
export function createMessageRelease(dependencies: {
  connection: Connection;
  stores: StoreService;
  instances: InstanceService;
  /** What could be sent through which instance. */
  waysOf(messages: readonly MessageDocument[]): Promise<Takes>;
  now?: () => Date;
}): MessageRelease {
  const { connection, stores, instances, waysOf, now = () => new Date() } = dependencies;
  const messages = messageModel(connection);

  async function move(
    chosen: readonly MessageDocument[],
    status: MessageStatus,
    reason: string | null,
    fields: Partial<MessageDocument> = {},
  ): Promise<void> {
    if (chosen.length === 0) return;
    const ids = chosen.map(({ _id }) => _id);
    await messages.updateMany({ _id: { $in: ids }, status: 'scheduled' }, statusUpdate(status, now(), reason, fields));
  }

  async function postpone(chosen: readonly MessageDocument[], availableAt: Date, reason: string): Promise<void> {
    const ids = chosen.map(({ _id }) => _id);
    await messages.updateMany({ _id: { $in: ids }, status: 'scheduled' }, { $set: { availableAt, reason } });
  }

  /**
   * Those that leave no earlier step of their event too close behind them; the others wait. This is the one place where that has to be
   * looked at: a step gets into a queue only once each earlier one has left long ago or never will.
   */
  async function withoutCrowding(store: Store, due: readonly MessageDocument[]): Promise<MessageDocument[]> {
    const eventIds = [...new Set(due.map(({ eventId }) => eventId))];
    const siblings = await messages
      .find({ storeId: store.id, eventId: { $in: eventIds } })
      .select({ eventId: 1, dueAt: 1, status: 1, sendingSince: 1, expiresAt: 1 })
      .lean<(SpacedStep & Pick<MessageDocument, 'eventId'>)[]>();
    const byEvent = groupBy(siblings, ({ eventId }) => eventId);
    const at = now();
    const decided = due.map((message) => ({ message, until: heldUntil(message, byEvent[message.eventId] ?? [], at) }));
    const byMoment = groupBy(decided, ({ until }) => until?.toISOString() ?? '');
    const { '': free = [], ...held } = byMoment;
    for (const [until, chosen] of Object.entries(held)) {
      await postpone(
        chosen.map(({ message }) => message),
        new Date(until),
        'after_earlier_step',
      );
    }
    return free.map(({ message }) => message);
  }

  async function waitingAt(instanceIds: readonly string[]): Promise<Map<string, number>> {
    const counts = await messages.aggregate<{ _id: string; count: number }>([
      { $match: { instanceId: { $in: instanceIds }, status: 'waiting' } },
      { $group: { _id: '$instanceId', count: { $sum: 1 } } },
    ]);
    return new Map(counts.map(({ _id, count }) => [_id, count]));
  }

  async function releaseStore(store: Store, due: readonly MessageDocument[]): Promise<void> {
    const [tooOld, wanted] = split(due, ({ expiresAt }) => expiresAt <= now());
    await move(tooOld, 'dropped', 'too_old');
    const linked = await instances.ofStore(store.id);
    if (linked.length === 0) {
      return await postpone(wanted, new Date(now().getTime() + POSTPONE_MILLISECONDS), 'no_instance');
    }
    const free = await withoutCrowding(store, wanted);
    const takes = await waysOf(free);
    const queued = await waitingAt(linked.map(({ id }) => id));
    const byInstance = groupBy(free, (message) => {
      const shortest = minBy(bestOf(linked, message, takes), ({ id }) => queued.get(id) ?? 0)?.id ?? '';
      queued.set(shortest, (queued.get(shortest) ?? 0) + 1);
      return shortest;
    });
    for (const [instanceId, chosen] of Object.entries(byInstance)) {
      await move(chosen, 'waiting', null, { instanceId, queuedAt: now() });
    }
  }

  /** Batch by batch: a queue may be long. */
  async function handOverTo(
    others: readonly Instance[],
    waiting: { instanceId: string; status: 'waiting'; storeId: string },
    reason: string | null,
  ): Promise<void> {
    let after = new Types.ObjectId('0'.repeat(24));
    for (;;) {
      const queued = await messages
        .find({ ...waiting, _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(BATCH)
        .lean<MessageDocument[]>();
      const last = queued.at(-1);
      if (!last) return;
      after = last._id;
      const takes = await waysOf(queued);
      const moving = queued.filter((message) => others.some((other) => takes(message, other)));
      if (moving.length === 0) continue;
      await messages.updateMany(
        { ...waiting, _id: { $in: moving.map(({ _id }) => _id) } },
        statusUpdate('scheduled', now(), reason, { instanceId: null }),
      );
    }
  }

  return {
    async releaseDue(signal) {
      while (!signal.aborted) {
        const due = await messages
          .find({ status: 'scheduled', availableAt: { $lte: now() } })
          .sort({ availableAt: 1 })
          .limit(BATCH)
          .lean<MessageDocument[]>();
        if (due.length === 0) return;
        const byStore = groupBy(due, ({ storeId }) => storeId);
        const known = await stores.findActive(Object.keys(byStore));
        for (const [storeId, ofStore] of Object.entries(byStore)) {
          const store = known.get(storeId);
          if (store) await releaseStore(store, ofStore);
          else await move(ofStore, 'cancelled', 'store_removed');
        }
      }
    },

    async handOver({ id, connectionReason }) {
      const waiting = { instanceId: id, status: 'waiting' } as const;
      // What waits for it would else be looked at only once it is back.
      await messages.updateMany({ ...waiting, expiresAt: { $lte: now() } }, statusUpdate('dropped', now(), 'too_old'));
      const storeIds: string[] = await messages.distinct('storeId', waiting);
      for (const storeId of storeIds) {
        const others = (await instances.ofStore(storeId)).filter((other) => other.id !== id && isConnected(other));
        if (others.length > 0) await handOverTo(others, { ...waiting, storeId }, connectionReason);
      }
    },

    async hasOtherWay(message, { id }) {
      const others = (await instances.ofStore(message.storeId)).filter((other) => other.id !== id);
      if (others.length === 0) return false;
      const takes = await waysOf([message]);
      return others.some((other) => takes(message, other));
    },
  };
}

/**
 * Those that take a message, of them the connected ones, if there are any: one that may come back is better than one through which the
 * message would fail. Where none takes it, any will say so.
 */
function bestOf(linked: readonly Instance[], message: MessageDocument, takes: Takes): Instance[] {
  const able = linked.filter((instance) => takes(message, instance));
  const usable = able.length > 0 ? able : [...linked];
  const connected = usable.filter(isConnected);
  return connected.length > 0 ? connected : usable;
}

/** As far as anybody knows. */
function isConnected({ connection }: Instance): boolean {
  return connection !== 'disconnected';
}

function split<T>(items: readonly T[], goes: (item: T) => boolean): [T[], T[]] {
  return [items.filter(goes), items.filter((item) => !goes(item))];
}
