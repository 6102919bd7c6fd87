import type { Connection } from 'mongoose';
import { eventModel } from '../events/event-model.ts';
import type { Instance } from '../instances/instance-service.ts';
import { takesOnlyTemplates } from '../senders/registry.ts';
import { type ContactBook, conversationKey } from './contact-book.ts';
import { mainItem } from './happy-path.ts';
import type { MessageDocument } from './message-model.ts';
import type { NotificationType } from './notification-catalogue.ts';
import type { NotificationSettings, NotificationSettingsService } from './notification-settings.ts';

/** Whether an instance's provider would take a message now, as far as that can be known without asking it. */
export type Takes = (message: MessageDocument, instance: Pick<Instance, 'id' | 'provider'>) => boolean;

/**
 * Finds out what could be sent through which instance: one that takes nothing but templates is no way for a message without one.
 * @returns looks at messages of one store
 */
export function createSendingWays(dependencies: {
  connection: Connection;
  settings: Pick<NotificationSettingsService, 'get'>;
  contacts: Pick<ContactBook, 'lastReplies'>;
  now?: () => Date;
}): (messages: readonly MessageDocument[]) => Promise<Takes> {
  const { connection, settings, contacts, now = () => new Date() } = dependencies;
  const events = eventModel(connection);

  async function productsOf(messages: readonly MessageDocument[]): Promise<Map<string, string | null>> {
    if (messages.length === 0) return new Map();
    const found = await events.find({ _id: { $in: messages.map(({ eventId }) => eventId) } }).lean();
    return new Map(found.map(({ _id, items }) => [_id.toHexString(), mainItem(items)?.productId ?? null]));
  }

  return async (messages) => {
    const [first] = messages;
    if (!first) return () => false;
    const { storeId, workspaceId } = first;
    const types = [...new Set(messages.map(({ type }) => type))];
    const byType = new Map<NotificationType, NotificationSettings>(
      await Promise.all(types.map(async (type) => [type, await settings.get(storeId, type)] as const)),
    );
    const ownTemplates = ({ type }: MessageDocument) =>
      (byType.get(type)?.products ?? []).filter(({ template }) => template !== null);
    const products = await productsOf(messages.filter((one) => one.step === 0 && ownTemplates(one).length > 0));
    const lastReplies = await contacts.lastReplies(
      workspaceId,
      messages.flatMap(({ phone }) => phone ?? []),
    );

    function hasTemplate(message: MessageDocument): boolean {
      if (byType.get(message.type)?.steps[message.step]?.template) return true;
      if (message.step !== 0) return false;
      return ownTemplates(message).some(({ productId }) => productId === products.get(message.eventId));
    }

    return (message, { id, provider }) => {
      const lastReplyAt = lastReplies.get(conversationKey(id, message.phone ?? '')) ?? null;
      return hasTemplate(message) || !takesOnlyTemplates(provider, lastReplyAt, now());
    };
  };
}
