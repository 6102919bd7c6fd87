import type { Connection } from 'mongoose';
import type { Instance } from '../instances/instance-service.ts';
import type { Store, StoreService } from '../stores/store-service.ts';
import { LAST_RANK_BEFORE_THE_SALE } from './happy-path.ts';
import { type MessageDocument, messageModel, OPEN_STATUSES, statusUpdate } from './message-model.ts';
import { catalogueNotification, NOTIFICATION_TYPES, type NotificationType } from './notification-catalogue.ts';

/** Providers tell the time of a reply in whole seconds. */
const SECOND_MILLISECONDS = 1_000;

const BEFORE_THE_SALE = NOTIFICATION_TYPES.filter(isBeforeTheSale);

export interface StopOnReply {
  /** Notes which message a buyer answered and, where the store says so, takes back what would still be sent about that purchase. */
  noteReply(instance: Instance, phone: string, at: Date): Promise<void>;
  /** True when the store says that a reply stops a message, and its purchase has one. */
  stops(store: Store, message: Pick<MessageDocument, 'purchaseKey' | 'type' | 'step'>): Promise<boolean>;
}

/**
 * A buyer who answers talks with a person from then on: reminders about that purchase would only be in the way. What a reply stops is all
 * that is sent before the sale, and every later step of a notification. The first message about something new, such as the approved
 * purchase, still goes, and so do other purchases.
 */
export function createStopOnReply(dependencies: {
  connection: Connection;
  stores: Pick<StoreService, 'findActive'>;
  now?: () => Date;
}): StopOnReply {
  const { connection, stores, now = () => new Date() } = dependencies;
  const messages = messageModel(connection);

  /** The last message that the buyer had got from this number when they wrote. */
  async function answeredMessage({ id, workspaceId }: Instance, phone: string, at: Date) {
    const sentBefore = new Date(at.getTime() + SECOND_MILLISECONDS);
    return await messages
      .findOne({ workspaceId, phone, instanceId: id, sentAt: { $ne: null, $lt: sentBefore } })
      .sort({ sentAt: -1 })
      .select({ storeId: 1, purchaseKey: 1 })
      .lean<Pick<MessageDocument, '_id' | 'storeId' | 'purchaseKey'>>();
  }

  return {
    async noteReply(instance, phone, at) {
      const answered = await answeredMessage(instance, phone, at);
      if (!answered) return;
      const { _id, storeId, purchaseKey } = answered;
      // Written down before anything is taken back: a message that is planned meanwhile finds it.
      await messages.updateOne({ _id, repliedAt: null }, { $set: { repliedAt: at } });
      const store = (await stores.findActive([storeId])).get(storeId);
      if (!store?.stopOnReply) return;
      await messages.updateMany(
        {
          storeId,
          purchaseKey,
          status: { $in: [...OPEN_STATUSES] },
          $or: [{ type: { $in: BEFORE_THE_SALE } }, { step: { $gt: 0 } }],
        },
        statusUpdate('cancelled', now(), 'replied'),
      );
    },

    async stops(store, { purchaseKey, type, step }) {
      if (!store.stopOnReply || (step === 0 && !isBeforeTheSale(type))) return false;
      return (await messages.exists({ storeId: store.id, purchaseKey, repliedAt: { $ne: null } })) !== null;
    },
  };
}

function isBeforeTheSale(type: NotificationType): boolean {
  const { rank } = catalogueNotification(type);
  return rank !== null && rank <= LAST_RANK_BEFORE_THE_SALE;
}
