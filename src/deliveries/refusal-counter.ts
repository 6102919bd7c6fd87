import { type Connection, Schema } from 'mongoose';
import { modelOn } from '../database/model.ts';

/** Why a request to a known store's webhook URL was not taken as a delivery. */
export const REFUSAL_REASONS = [
  'body_empty',
  'body_not_json',
  'body_not_object',
  'body_too_large',
  'content_type',
  'content_encoding',
  'secret_header',
  'receipt',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

const KEPT_SECONDS = 30 * 24 * 60 * 60;

export interface RefusalDocument {
  /** `store:reason:hour`, the hour in UTC. */
  _id: string;
  storeId: string;
  reason: RefusalReason;
  /** In that hour. */
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
refusalSchema.index({ lastAt: 1 }, { expireAfterSeconds: KEPT_SECONDS });

export interface Refusal {
  reason: RefusalReason;
  count: number;
  lastAt: Date;
}

export interface RefusalCounter {
  count(storeId: string, reason: RefusalReason): Promise<void>;
  /**
   * By reason, most recent first. Counts go by whole hours, so up to an hour before `since` may be counted too.
   * @param since at most 30 days ago: older counts are gone
   */
  listSince(storeId: string, since: Date): Promise<Refusal[]>;
}

/** Counts the requests that were refused, so that a seller sees in the checklist that something is sent wrongly. */
export function createRefusalCounter(dependencies: { connection: Connection; now?: () => Date }): RefusalCounter {
  const { connection, now = () => new Date() } = dependencies;
  const refusals = modelOn<RefusalDocument>(connection, 'Refusal', refusalSchema);
  return {
    async count(storeId, reason) {
      const at = now();
      await refusals.updateOne(
        { _id: `${storeId}:${reason}:${at.toISOString().slice(0, 'YYYY-MM-DDTHH'.length)}` },
        { $inc: { count: 1 }, $max: { lastAt: at }, $setOnInsert: { storeId, reason } },
        { upsert: true },
      );
    },
    async listSince(storeId, since) {
      const counts = await refusals.aggregate<{ _id: RefusalReason; count: number; lastAt: Date }>([
        { $match: { storeId, lastAt: { $gte: since } } },
        { $group: { _id: '$reason', count: { $sum: '$count' }, lastAt: { $max: '$lastAt' } } },
        { $sort: { lastAt: -1, _id: 1 } },
      ]);
      return counts.map(({ _id, count, lastAt }) => ({ reason: _id, count, lastAt }));
    },
  };
}
