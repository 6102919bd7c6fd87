import { type Connection, Schema, type Types } from 'mongoose';
import { modelOn } from '../database/model.ts';
import type { EventKind } from '../platforms/platform.ts';

export interface AlertRules {
  /** The channel of the store's workspace that alerts and summaries go to; null: none is chosen yet. */
  channelId: string | null;
  kinds: EventKind[];
  /** Centavos; approved purchases below it are not posted. */
  minimumAmount: number;
}

export interface StoreDocument {
  _id: Types.ObjectId;
  workspaceId: string;
  name: string;
  /** The name without case and accents, to compare by; absent once the store is removed, which frees the name. */
  nameKey?: string;
  platform: string;
  /** SHA-256 of the webhook URL's token: how a delivery finds its store. */
  tokenHash: string;
  tokenSealed: string;
  timezone: string;
  currency: string;
  happyPath: boolean;
  stopOnReply?: boolean;
  queueLimitDays: number;
  pausedAt: Date | null;
  removedAt: Date | null;
  alerts: AlertRules;
  /** A header that the platform was told to send with each delivery, when the seller set one. */
  secretHeader: { name: string; valueSealed: string } | null;
  createdAt: Date;
}

const storeSchema = new Schema<StoreDocument>(
  {
    workspaceId: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String },
    platform: { type: String, required: true },
    tokenHash: { type: String, required: true },
    tokenSealed: { type: String, required: true },
    timezone: { type: String, required: true },
    currency: { type: String, required: true },
    happyPath: { type: Boolean, required: true },
    stopOnReply: { type: Boolean },
    queueLimitDays: { type: Number, required: true },
    pausedAt: { type: Date, default: null },
    removedAt: { type: Date, default: null },
    alerts: {
      _id: false,
      channelId: { type: String, default: null },
      kinds: { type: [String], required: true },
      minimumAmount: { type: Number, required: true },
    },
    secretHeader: { type: Schema.Types.Mixed, default: null },
    createdAt: { type: Date, required: true },
  },
  { collection: 'stores', versionKey: false, minimize: false },
);
storeSchema.index(
  { workspaceId: 1, nameKey: 1 },
  { unique: true, partialFilterExpression: { nameKey: { $exists: true } } },
);
storeSchema.index({ tokenHash: 1 }, { unique: true });
storeSchema.index({ workspaceId: 1, removedAt: 1 });

export function storeModel(connection: Connection) {
  return modelOn<StoreDocument>(connection, 'Store', storeSchema);
}
