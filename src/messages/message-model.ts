import { type Connection, Schema, type Types } from 'mongoose';
import { modelOn } from '../database/model.ts';
import type { NotificationType } from './notification-catalogue.ts';

/**
 * Where a message is: `scheduled` until it is due, `waiting` in the queue of an instance, `sending` while the provider is told. From
 * `sent` on only the provider's receipts move it. `uncertain`: it may have been sent, and only a person decides what becomes of it.
 */
export const MESSAGE_STATUSES = [
  'scheduled',
  'waiting',
  'sending',
  'sent',
  'delivered',
  'read',
  'failed',
  'uncertain',
  'cancelled',
  'skipped',
  'dropped',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** Nothing was told to a provider yet, so these can still be cancelled. */
export const OPEN_STATUSES = ['scheduled', 'waiting'] as const satisfies readonly MessageStatus[];

export interface StatusChange {
  status: MessageStatus;
  at: Date;
  reason: string | null;
}

/** One notification for one buyer. */
export interface MessageDocument {
  _id: Types.ObjectId;
  workspaceId: string;
  storeId: string;
  type: NotificationType;
  /** Position among the steps of its type, from 0. */
  step: number;
  /** The order, and of a subscription the charge: a buyer gets a step of a type once for it. */
  purchaseKey: string;
  orderKey: string;
  /** The event that planned it, whose words it speaks. */
  eventId: string;
  /** E.164; null: the event had no phone, and the message was skipped. */
  phone: string | null;
  firstName: string | null;
  dueAt: Date;
  /** Not sent before this moment: `dueAt`, or the end of a back-off. */
  availableAt: Date;
  /** Later than this nobody wants to read it any more. */
  expiresAt: Date;
  status: MessageStatus;
  /** Why it is where it is: a key `message_reason.<reason>` or `send_failure.<reason>` of the text catalogue. */
  reason: string | null;
  /** The event that made it out of place. */
  supersededBy: string | null;
  instanceId: string | null;
  /** When it last entered the queue of an instance. */
  queuedAt: Date | null;
  attempts: number;
  /** When its last attempt began. */
  sendingSince: Date | null;
  /** The batch in which it was last told to a provider: whoever made the batch may say what became of it. */
  claimId: string | null;
  /** Its provider takes nothing for its phone from that instance before then. */
  phoneHold: { instanceId: string; until: Date } | null;
  sentAt: Date | null;
  providerMessageId: string | null;
  /** When the buyer answered it: it was the last one that they had got. */
  repliedAt: Date | null;
  history: StatusChange[];
  createdAt: Date;
}

const messageSchema = new Schema<MessageDocument>(
  {
    workspaceId: { type: String, required: true },
    storeId: { type: String, required: true },
    type: { type: String, required: true },
    step: { type: Number, required: true },
    purchaseKey: { type: String, required: true },
    orderKey: { type: String, required: true },
    eventId: { type: String, required: true },
    phone: { type: String, default: null },
    firstName: { type: String, default: null },
    dueAt: { type: Date, required: true },
    availableAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    status: { type: String, enum: MESSAGE_STATUSES, required: true },
    reason: { type: String, default: null },
    supersededBy: { type: String, default: null },
    instanceId: { type: String, default: null },
    queuedAt: { type: Date, default: null },
    attempts: { type: Number, required: true },
    sendingSince: { type: Date, default: null },
    claimId: { type: String, default: null },
    phoneHold: { type: Schema.Types.Mixed, default: null },
    sentAt: { type: Date, default: null },
    providerMessageId: { type: String, default: null },
    repliedAt: { type: Date, default: null },
    history: { type: Schema.Types.Mixed, required: true },
    createdAt: { type: Date, required: true },
  },
  { collection: 'messages', versionKey: false },
);
messageSchema.index({ storeId: 1, purchaseKey: 1, type: 1, step: 1 }, { unique: true });
messageSchema.index({ storeId: 1, eventId: 1 });
messageSchema.index({ storeId: 1, _id: -1 });
messageSchema.index({ storeId: 1, createdAt: 1 });
messageSchema.index({ workspaceId: 1, phone: 1 });
messageSchema.index({ status: 1, availableAt: 1 }, { partialFilterExpression: { status: 'scheduled' } });
messageSchema.index({ status: 1, sendingSince: 1 }, { partialFilterExpression: { status: 'sending' } });
messageSchema.index({ status: 1, instanceId: 1, availableAt: 1 });
messageSchema.index({ instanceId: 1, sentAt: 1 });
messageSchema.index({ instanceId: 1, queuedAt: 1 });
messageSchema.index(
  { status: 1, instanceId: 1, reason: 1, sendingSince: 1 },
  { partialFilterExpression: { status: 'failed' } },
);
messageSchema.index({ status: 1, instanceId: 1, reason: 1 }, { partialFilterExpression: { status: 'uncertain' } });
messageSchema.index({ status: 1, instanceId: 1, _id: -1 }, { partialFilterExpression: { status: 'uncertain' } });
messageSchema.index(
  { instanceId: 1, providerMessageId: 1 },
  { partialFilterExpression: { providerMessageId: { $type: 'string' } } },
);

export function messageModel(connection: Connection) {
  return modelOn<MessageDocument>(connection, 'Message', messageSchema);
}

/** The update that moves a message on and writes down why. */
export function statusUpdate(
  status: MessageStatus,
  at: Date,
  reason: string | null,
  fields: Partial<MessageDocument> = {},
) {
  return { $set: { ...fields, status, reason }, $push: { history: { status, at, reason } } };
}
