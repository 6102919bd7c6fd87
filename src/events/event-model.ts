import { type Connection, Schema, type Types } from 'mongoose';
import { modelOn } from '../database/model.ts';
import type { PlatformEvent } from '../platforms/platform.ts';

/** A business event, kept once however often it was delivered. */
export interface EventDocument extends PlatformEvent {
  _id: Types.ObjectId;
  workspaceId: string;
  storeId: string;
  /** The delivery that brought it first. */
  deliveryId: string;
  recordedAt: Date;
  /** What joins the purchases of one buyer: each of its contacts with each product; empty when the event names none. */
  journeyKeys: string[];
}

const eventSchema = new Schema<EventDocument>(
  {
    workspaceId: { type: String, required: true },
    storeId: { type: String, required: true },
    deliveryId: { type: String, required: true },
    recordedAt: { type: Date, required: true },
    kind: { type: String, required: true },
    dedupeKey: { type: String, required: true },
    orderKey: { type: String, default: null },
    journeyKeys: { type: [String], required: true },
    occurredAt: { type: Date, required: true },
  },
  // The rest is a `PlatformEvent`, which its platform's reader has checked.
  { collection: 'events', versionKey: false, minimize: false, strict: false },
);
eventSchema.index({ storeId: 1, dedupeKey: 1 }, { unique: true });
eventSchema.index({ storeId: 1, orderKey: 1 });
eventSchema.index({ storeId: 1, journeyKeys: 1 });
eventSchema.index({ storeId: 1, _id: -1 });
eventSchema.index({ storeId: 1, kind: 1, _id: -1 });

export function eventModel(connection: Connection) {
  return modelOn<EventDocument>(connection, 'Event', eventSchema);
}
