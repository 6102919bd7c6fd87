import { partition, uniqBy } from 'es-toolkit';
import type { Connection } from 'mongoose';
import type { Instance } from '../instances/instance-service.ts';
import { type MessageDocument, messageModel } from './message-model.ts';
import { LONGEST_PHONE_HOLD_MILLISECONDS } from './send-outcome.ts';

/** How soon a message is looked at again that waits for another one on its way to the same phone. */
const CROSSING_MILLISECONDS = 2_000;

export interface SendingQueue {
  /**
   * The next ones in the order in which they were due, at most one for each phone, so that none overtakes another on its way. Null when
   * nothing waits.
   * @param busyPhones of those that are on their way through the instance
   */
  next(instance: Instance, limit: number, busyPhones: readonly string[]): Promise<MessageDocument[] | null>;
  /** Whether something could leave, were it allowed to. */
  hasAny(instance: Instance): Promise<boolean>;
}

/** What waits at an instance, without what has to wait for something on its way to the same phone. */
export function createSendingQueue(dependencies: { connection: Connection; now: () => Date }): SendingQueue {
  const { connection, now } = dependencies;
  const messages = messageModel(connection);

  function available(instanceId: string) {
    return { instanceId, status: 'waiting', availableAt: { $lte: now() } } as const;
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

  return {
    async next(instance, limit, busyPhones) {
      const queued = await messages
        .find({ ...available(instance.id), ...(busyPhones.length > 0 ? { phone: { $nin: busyPhones } } : {}) })
        .sort({ availableAt: 1 })
        .limit(limit)
        .lean<MessageDocument[]>();
      if (queued.length === 0) return null;
      const first = uniqBy(queued, ({ phone }) => phone);
      return await withoutHeld(instance, await withoutCrossing(instance, first));
    },

    async hasAny({ id }) {
      return (await messages.exists(available(id))) !== null;
    },
  };
}
