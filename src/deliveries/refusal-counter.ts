import { type Connection, Schema } from 'mongoose';
import { modelOn } from '../database/model.ts';

/** Why a request to a known store's webhook URL was not taken as a delivery. */
export const REFUSAL_REASONS = [
  'body_empty',
  'body_not_json',
  'body_not_object',
  'body_too_large',
  'content_type',
  'secret_header',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export interface RefusalDocument {
  /** `store:reason` */
  _id: string;
  storeId: string;
  reason: RefusalReason;
  count: number;
  lastAt: Date;
}

const refusalSchema = new Schema<RefusalDocument>(
  {
    _id: { type: String, required: true },
    storeId: { type: String, required: true },
    reason: { type: String, enum: REFUSAL_REASONS, required: true },
    count: { type: Number, required: true },
    lastAt: { type: Date, required: true },
  },
  { collection: 'refusals', versionKey: false },
);
refusalSchema.index({ storeId: 1, lastAt: -1 });

export interface Refusal {
  reason: RefusalReason;
  count: number;
  lastAt: Date;
}

export interface RefusalCounter {
  count(storeId: string, reason: RefusalReason): Promise<void>;
  /** Most recent first. */
  list(storeId: string): Promise<Refusal[]>;
}

/** Counts the requests that were refused, so that a seller sees in the checklist that something is sent wrongly. */
export function createRefusalCounter(dependencies: { connection: Connection; now?: () => Date }): RefusalCounter {
  const { connection, now = () => new Date() } = dependencies;
  const refusals = modelOn<RefusalDocument>(connection, 'Refusal', refusalSchema);
  return {
    async count(storeId, reason) {
      await refusals.updateOne(
        { _id: `${storeId}:${reason}` },
        { $inc: { count: 1 }, $set: { lastAt: now() }, $setOnInsert: { storeId, reason } },
        { upsert: true },
      );
    },
    async list(storeId) {
      const documents = await refusals.find({ storeId }).sort({ lastAt: -1 }).lean<RefusalDocument[]>();
      return documents.map(({ reason, count, lastAt }) => ({ reason, count, lastAt }));
    },
  };
}
