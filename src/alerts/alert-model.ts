import { type Connection, Schema, type Types } from 'mongoose';
import { modelOn } from '../database/model.ts';
import type { EventKind, PaymentMethod } from '../platforms/platform.ts';

/** An event that a channel is to be told about. Holds no more of the buyer than a channel may see. */
export interface AlertDocument {
  _id: Types.ObjectId;
  workspaceId: string;
  storeId: string;
  storeName: string;
  channelId: string;
  eventId: string;
  kind: EventKind;
  /** Centavos. */
  amount: number | null;
  currency: string;
  productName: string | null;
  paymentMethod: PaymentMethod;
  installments: number | null;
  /** First name and the last four digits of the phone. */
  buyer: string;
  source: string | null;
  createdAt: Date;
  /** The post that tells of it, alone or gathered with others; null while it waits. */
  postKey: string | null;
  claimedAt: Date | null;
  /** True once the post is in the outbox, from where it cannot be lost. */
  enqueued: boolean;
}

const alertSchema = new Schema<AlertDocument>(
  {
    workspaceId: { type: String, required: true },
    storeId: { type: String, required: true },
    storeName: { type: String, required: true },
    channelId: { type: String, required: true },
    eventId: { type: String, required: true },
    kind: { type: String, required: true },
    amount: { type: Number, default: null },
    currency: { type: String, required: true },
    productName: { type: String, default: null },
    paymentMethod: { type: String, required: true },
    installments: { type: Number, default: null },
    buyer: { type: String, default: '' },
    source: { type: String, default: null },
    createdAt: { type: Date, required: true },
    postKey: { type: String, default: null },
    claimedAt: { type: Date, default: null },
    enqueued: { type: Boolean, required: true },
  },
  { collection: 'alerts', versionKey: false },
);
alertSchema.index({ eventId: 1 }, { unique: true });
alertSchema.index({ storeId: 1, _id: -1 });
alertSchema.index({ workspaceId: 1, channelId: 1, createdAt: 1 }, { partialFilterExpression: { enqueued: false } });
alertSchema.index({ claimedAt: 1 }, { partialFilterExpression: { enqueued: false } });
alertSchema.index({ postKey: 1 });

export function alertModel(connection: Connection) {
  return modelOn<AlertDocument>(connection, 'Alert', alertSchema);
}

/** How many posts a channel has had in its current minute. */
export interface AlertWindowDocument {
  /** `workspace channel` */
  _id: string;
  startedAt: Date;
  posted: number;
  version: number;
}

const alertWindowSchema = new Schema<AlertWindowDocument>(
  {
    _id: { type: String, required: true },
    startedAt: { type: Date, required: true },
    posted: { type: Number, required: true },
    version: { type: Number, required: true },
  },
  { collection: 'alertwindows', versionKey: false },
);

export function alertWindowModel(connection: Connection) {
  return modelOn<AlertWindowDocument>(connection, 'AlertWindow', alertWindowSchema);
}
