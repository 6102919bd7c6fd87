import { type Connection, Schema, type Types } from 'mongoose';
import { modelOn } from '../database/model.ts';
import type { EventKind } from '../platforms/platform.ts';

/** `received` is the state of a delivery that no worker has finished yet; the others are final. */
export const DELIVERY_OUTCOMES = ['received', 'processed', 'duplicate', 'ignored', 'invalid', 'failed'] as const;
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

export interface DeliveryDocument {
  _id: Types.ObjectId;
  workspaceId: string;
  storeId: string;
  platform: string;
  receivedAt: Date;
  /** Name and value of each header in the order they came; secrets are masked. */
  headers: [string, string][];
  rawBody: Buffer;
  /** SHA-256 of the raw body, hex. */
  bodyHash: string;
  /** The event's dedupe key as it was read on arrival; for a body that cannot be read, its hash. */
  dedupeKey: string;
  outcome: DeliveryOutcome;
  /** Why the outcome is what it is: a code, and for an invalid one the path and what is wrong there. */
  reason: string | null;
  attempts: number;
  kind: EventKind | null;
  eventId: string | null;
  /** Only while `received`: no other worker takes it before this moment. */
  claimedUntil: Date;
  claimId: string | null;
}

const deliverySchema = new Schema<DeliveryDocument>(
  {
    workspaceId: { type: String, required: true },
    storeId: { type: String, required: true },
    platform: { type: String, required: true },
    receivedAt: { type: Date, required: true },
    headers: { type: Schema.Types.Mixed, required: true },
    rawBody: { type: Buffer, required: true },
    bodyHash: { type: String, required: true },
    dedupeKey: { type: String, required: true },
    outcome: { type: String, enum: DELIVERY_OUTCOMES, required: true },
    reason: { type: String, default: null },
    attempts: { type: Number, required: true },
    kind: { type: String, default: null },
    eventId: { type: String, default: null },
    claimedUntil: { type: Date, required: true },
    claimId: { type: String, default: null },
  },
  { collection: 'deliveries', versionKey: false, minimize: false },
);
deliverySchema.index({ storeId: 1, _id: -1 });
deliverySchema.index({ storeId: 1, outcome: 1, _id: -1 });
deliverySchema.index({ storeId: 1, dedupeKey: 1 });
deliverySchema.index({ claimedUntil: 1 }, { partialFilterExpression: { outcome: 'received' } });

export function deliveryModel(connection: Connection) {
  return modelOn<DeliveryDocument>(connection, 'Delivery', deliverySchema);
}
