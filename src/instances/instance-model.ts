import { type Connection, Schema, type Types } from 'mongoose';
import { modelOn } from '../database/model.ts';
import { PROVIDERS, type Provider } from '../senders/sender.ts';
import type { LocalDay } from '../text/local-time.ts';

/**
 * When an instance may send: from and until a time of day, beginning on these days of the week (1: Monday … 7: Sunday). Hours that end before they begin
 * go on past midnight.
 */
export interface WorkingHours {
  from: string;
  to: string;
  days: number[];
}

/** A new number sends little at first: `first` messages on its first day and `growth` times as many each day after. */
export interface WarmUp {
  startedOn: LocalDay;
  first: number;
  growth: number;
}

/** How an instance paces what it sends. */
export interface InstancePace {
  intervalMilliseconds: number;
  /** Messages a day; null: no limit. */
  dailyLimit: number | null;
  hours: WorkingHours | null;
  warmUp: WarmUp | null;
  timezone: string;
}

/** What an instance has already sent on its current day. */
export interface SentToday {
  day: LocalDay;
  count: number;
}

export interface InstanceDocument extends InstancePace {
  _id: Types.ObjectId;
  workspaceId: string;
  name: string;
  /** The name without case and accents; absent once the instance is removed, which frees the name. */
  nameKey?: string;
  provider: Provider;
  /** JSON, sealed. */
  credentialsSealed: string;
  /** SHA-256 of the token in the address that the provider tells its receipts to. */
  webhookTokenHash: string;
  webhookTokenSealed: string;
  storeIds: string[];
  connection: 'unknown' | 'connected' | 'disconnected';
  connectionReason: string | null;
  /** When the provider of a disconnected instance may be asked again; null while it is connected. */
  checkAt: Date | null;
  /** When the connection became what it is. */
  connectionSince: Date;
  /** When its connection is looked at again; whoever looks moves it first. */
  nextCheckAt: Date;
  today: SentToday;
  nextSendAt: Date;
  /** Until then the provider is left alone, because it was busy or away. */
  restUntil: Date | null;
  /** How often it rested since a message was last accepted. */
  restsInARow: number;
  /** How often it was found connected and then took no message all the same, since one was last accepted. */
  refusalsInARow: number;
  /** Why, the last time. */
  refusalReason: string | null;
  /** The worker that sends through it; nobody else does until the lease ends. */
  leaseId: string | null;
  leasedUntil: Date;
  createdAt: Date;
  removedAt: Date | null;
}

const instanceSchema = new Schema<InstanceDocument>(
  {
    workspaceId: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String },
    provider: { type: String, enum: PROVIDERS, required: true },
    credentialsSealed: { type: String, required: true },
    webhookTokenHash: { type: String, required: true },
    webhookTokenSealed: { type: String, required: true },
    storeIds: { type: [String], required: true },
    intervalMilliseconds: { type: Number, required: true },
    dailyLimit: { type: Number, default: null },
    hours: { type: Schema.Types.Mixed, default: null },
    warmUp: { type: Schema.Types.Mixed, default: null },
    timezone: { type: String, required: true },
    connection: { type: String, required: true },
    connectionReason: { type: String, default: null },
    checkAt: { type: Date, default: null },
    connectionSince: { type: Date, required: true },
    nextCheckAt: { type: Date, required: true },
    today: { type: Schema.Types.Mixed, required: true },
    nextSendAt: { type: Date, required: true },
    restUntil: { type: Date, default: null },
    restsInARow: { type: Number, default: 0 },
    refusalsInARow: { type: Number, default: 0 },
    refusalReason: { type: String, default: null },
    leaseId: { type: String, default: null },
    leasedUntil: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    removedAt: { type: Date, default: null },
  },
  { collection: 'instances', versionKey: false, minimize: false },
);
instanceSchema.index(
  { workspaceId: 1, nameKey: 1 },
  { unique: true, partialFilterExpression: { nameKey: { $exists: true } } },
);
instanceSchema.index({ storeIds: 1 });
instanceSchema.index({ workspaceId: 1, removedAt: 1, _id: 1 });
instanceSchema.index({ removedAt: 1, nextCheckAt: 1 });
instanceSchema.index({ webhookTokenHash: 1 }, { unique: true });

export function instanceModel(connection: Connection) {
  return modelOn<InstanceDocument>(connection, 'Instance', instanceSchema);
}
