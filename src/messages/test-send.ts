import mongoose from 'mongoose';
import type { Instance, InstanceService } from '../instances/instance-service.ts';
import type { OutgoingMessage, Sender, SendResult } from '../senders/sender.ts';
import { type ContactBook, conversationKey } from './contact-book.ts';

/** A person waits for the answer. */
const TIMEOUT_MILLISECONDS = 30_000;

/**
 * Sends a text to one phone at once, beside the queue, and notes what that says about the instance's connection.
 * @param phone E.164
 * @returns `opted_out` when nobody may write to that phone any more
 */
export type TestSend = (
  instance: Instance,
  message: Pick<OutgoingMessage, 'phone' | 'text' | 'imageUrl' | 'template'>,
) => Promise<SendResult | 'opted_out'>;

export function createTestSend(dependencies: {
  instances: InstanceService;
  contacts: ContactBook;
  senderOf(instance: Instance): Promise<Sender>;
  newId?: () => string;
}): TestSend {
  const { instances, contacts, senderOf, newId = () => new mongoose.Types.ObjectId().toHexString() } = dependencies;
  return async (instance, { phone, text, imageUrl, template }) => {
    const { id, workspaceId } = instance;
    if ((await contacts.optedOut(workspaceId, [phone])).has(phone)) return 'opted_out';
    const lastReplyAt = (await contacts.lastReplies(workspaceId, [phone])).get(conversationKey(id, phone)) ?? null;
    const sender = await senderOf(instance);
    const message = { id: newId(), phone, text, imageUrl, template, lastReplyAt };
    const result = await sender.send(message, AbortSignal.timeout(TIMEOUT_MILLISECONDS));
    if (result.outcome === 'accepted') await instances.noteAccepted(instance);
    else if (result.reason === 'instance_disconnected') {
      await instances.noteConnection(id, 'disconnected', result.reason);
    }
    return result;
  };
}
