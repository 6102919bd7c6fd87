import mongoose, { type Connection, Schema } from 'mongoose';
import { modelOn } from '../database/model.ts';
import type { Instance, InstanceService } from '../instances/instance-service.ts';
import type { BuyerReply, Receipt, WebhookContent } from '../senders/sender.ts';
import type { ContactBook } from './contact-book.ts';
import { type MessageStatus, messageModel, OPEN_STATUSES, statusUpdate } from './message-model.ts';
import type { OptOut } from './opt-out.ts';
import { asksForNoMore } from './opt-out-words.ts';
import type { StopOnReply } from './stop-on-reply.ts';

/** A receipt without its message is kept for so long: much longer than a provider's answer takes. */
const PENDING_SECONDS = 24 * 60 * 60;

/** What each status may follow. A status never goes back, however late or often a receipt comes. */
const BEFORE: Record<Receipt['status'], readonly MessageStatus[]> = {
  sent: ['sending', 'uncertain'],
  delivered: ['sending', 'uncertain', 'sent'],
  read: ['sending', 'uncertain', 'sent', 'delivered'],
  failed: ['sending', 'uncertain', 'sent'],
};

/** A receipt that came before our own note of the provider's name for the message. */
interface PendingReceiptDocument {
  /** `instance providerMessageId status` */
  _id: string;
  instanceId: string;
  receipt: Receipt;
  keptAt: Date;
}

const pendingSchema = new Schema<PendingReceiptDocument>(
  {
    _id: { type: String, required: true },
    instanceId: { type: String, required: true },
    receipt: { type: Schema.Types.Mixed, required: true },
    keptAt: { type: Date, required: true },
  },
  { collection: 'pendingreceipts', versionKey: false },
);
pendingSchema.index({ instanceId: 1, 'receipt.providerMessageId': 1 });
pendingSchema.index({ keptAt: 1 }, { expireAfterSeconds: PENDING_SECONDS });

export interface Receipts {
  /** What a provider's webhook told of an instance. Can be repeated. */
  take(instance: Instance, content: WebhookContent): Promise<void>;
  /** Applies the receipts that came before a message was noted as sent. */
  settle(instance: Instance, providerMessageId: string): Promise<void>;
}

/** What buyers' phones and the providers say after a message has left. */
export function createReceipts(dependencies: {
  connection: Connection;
  instances: InstanceService;
  contacts: Pick<ContactBook, 'noteReply'>;
  optOut: OptOut;
  stopOnReply: Pick<StopOnReply, 'noteReply'>;
  now?: () => Date;
}): Receipts {
  const { connection, instances, contacts, optOut, stopOnReply, now = () => new Date() } = dependencies;
  const messages = messageModel(connection);
  const pending = modelOn<PendingReceiptDocument>(connection, 'PendingReceipt', pendingSchema);

  /** @returns false when no message is known by that name yet */
  async function apply(instance: Instance, receipt: Receipt): Promise<boolean> {
    const { messageId, providerMessageId, status, at, reason } = receipt;
    const byName = { instanceId: instance.id, providerMessageId };
    const isOurs = messageId !== null && mongoose.isValidObjectId(messageId);
    const which = isOurs ? { _id: messageId, workspaceId: instance.workspaceId } : byName;
    const message = await messages.findOne(which).select({ sentAt: 1 }).lean<{ sentAt: Date | null }>();
    if (!message) return false;
    const sentAt = message.sentAt ?? (status === 'failed' ? null : at);
    const fields = { providerMessageId, sentAt, instanceId: instance.id };
    // One that waits to be sent once more has left after all, and must not leave twice.
    const waitsAgain =
      isOurs && status !== 'failed' ? [{ status: { $in: [...OPEN_STATUSES] }, attempts: { $gt: 0 } }] : [];
    await messages.updateOne(
      { ...which, $or: [{ status: { $in: [...BEFORE[status]] } }, ...waitsAgain] },
      statusUpdate(status, at, reason, fields),
    );
    return true;
  }

  async function takeReceipt(instance: Instance, receipt: Receipt): Promise<void> {
    if (await apply(instance, receipt)) return;
    const _id = `${instance.id} ${receipt.providerMessageId} ${receipt.status}`;
    await pending.updateOne(
      { _id },
      { $setOnInsert: { instanceId: instance.id, receipt, keptAt: now() } },
      { upsert: true },
    );
    // The message may have been noted since; who notes it from now on finds what is kept.
    await settle(instance, receipt.providerMessageId);
  }

  async function settle(instance: Instance, providerMessageId: string): Promise<void> {
    const kept = await pending
      .find({ instanceId: instance.id, 'receipt.providerMessageId': providerMessageId })
      .lean<PendingReceiptDocument[]>();
    for (const { _id, receipt } of kept) {
      if (await apply(instance, receipt)) await pending.deleteOne({ _id });
    }
  }

  async function takeReply(instance: Instance, { phone, text, at }: BuyerReply): Promise<void> {
    const { id, workspaceId } = instance;
    await contacts.noteReply(workspaceId, id, phone, at);
    await stopOnReply.noteReply(instance, phone, at);
    if (asksForNoMore(text)) await optOut(workspaceId, phone, 'reply');
  }

  return {
    settle,
    async take(instance, { receipts, replies, connection: state }) {
      for (const receipt of receipts) await takeReceipt(instance, receipt);
      for (const reply of replies) await takeReply(instance, reply);
      if (state) {
        await instances.noteConnection(instance.id, state, state === 'connected' ? null : 'instance_disconnected');
      }
    },
  };
}
