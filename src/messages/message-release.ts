import { groupBy, minBy } from 'es-toolkit';
import type { Connection } from 'mongoose';
import type { Instance, InstanceService } from '../instances/instance-service.ts';
import type { Store, StoreService } from '../stores/store-service.ts';
import { type MessageDocument, type MessageStatus, messageModel, statusUpdate } from './message-model.ts';
import { heldUntil, type SpacedStep } from './step-spacing.ts';

const BATCH = 500;
/** How soon a message is looked at again that has nowhere to go. */
const POSTPONE_MILLISECONDS = 60_000;

export interface MessageRelease {
  /** Puts the messages that are due into the queues of their stores' instances, or says why not. */
  releaseDue(signal: AbortSignal): Promise<void>;
  /** Takes what waits for an instance that cannot send away from it, as far as another instance of the store can. */
  handOver(instance: Pick<Instance, 'id' | 'connectionReason'>): Promise<void>;
}

/** Due messages into queues. Can be repeated and run by several workers: a message moves only from the status that it was seen in. */
export function createMessageRelease(dependencies: {
  connection: Connection;
  stores: StoreService;
  instances: InstanceService;
  now?: () => Date;
}): MessageRelease {
  const { connection, stores, instances, now = () => new Date() } = dependencies;
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
    const usable = usableOf(await instances.ofStore(store.id));
    if (usable.length === 0) {
      return await postpone(wanted, new Date(now().getTime() + POSTPONE_MILLISECONDS), 'no_instance');
    }
    const free = await withoutCrowding(store, wanted);
    const queued = await waitingAt(usable.map(({ id }) => id));
    const byInstance = groupBy(free, () => {
      const shortest = minBy(usable, ({ id }) => queued.get(id) ?? 0)?.id ?? '';
      queued.set(shortest, (queued.get(shortest) ?? 0) + 1);
      return shortest;
    });
    for (const [instanceId, chosen] of Object.entries(byInstance)) {
      await move(chosen, 'waiting', null, { instanceId, queuedAt: now() });
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
      const storeIds: string[] = await messages.distinct('storeId', waiting);
      for (const storeId of storeIds) {
        const others = (await instances.ofStore(storeId)).filter((other) => other.id !== id);
        if (!others.some(isConnected)) continue;
        await messages.updateMany(
          { ...waiting, storeId },
          statusUpdate('scheduled', now(), connectionReason, { instanceId: null }),
        );
      }
    },
  };
}

/** Those that are connected; with none of them, those that may come back. */
function usableOf(all: readonly Instance[]): Instance[] {
  const connected = all.filter(isConnected);
  return connected.length > 0 ? connected : [...all];
}

/** As far as anybody knows. */
function isConnected({ connection }: Instance): boolean {
  return connection !== 'disconnected';
}

function split<T>(items: readonly T[], goes: (item: T) => boolean): [T[], T[]] {
  return [items.filter(goes), items.filter((item) => !goes(item))];
}
