import { type Connection, Schema, type Types } from 'mongoose';
import { modelOn } from '../database/model.ts';
import type { DayCount } from './order-count.ts';
import type { OrderState } from './order-projection.ts';
import { ORDER_STATUSES } from './order-status.ts';

/** The state of one purchase: what its events say, and what the daily counters already hold of it. */
export interface OrderDocument extends OrderState {
  _id: Types.ObjectId;
  workspaceId: string;
  storeId: string;
  orderKey: string;
  /** Grows with each change: a writer that read an older one starts again. */
  version: number;
  /** True while the daily counters do not hold this version. */
  uncounted: boolean;
  /** What the daily counters hold of this order. */
  counted: DayCount[];
  /** The counting round that wrote `counted`. */
  countedSequence: number;
  recordedAt: Date;
}

const orderSchema = new Schema<OrderDocument>(
  {
    workspaceId: { type: String, required: true },
    storeId: { type: String, required: true },
    orderKey: { type: String, required: true },
    status: { type: String, enum: ORDER_STATUSES, required: true },
    version: { type: Number, required: true },
    uncounted: { type: Boolean, required: true },
    countedSequence: { type: Number, required: true },
    recordedAt: { type: Date, required: true },
  },
  // The rest is an `OrderState`, made from checked events by `projectOrder`.
  { collection: 'orders', versionKey: false, minimize: false, strict: false },
);
orderSchema.index({ storeId: 1, orderKey: 1 }, { unique: true });
orderSchema.index({ storeId: 1, _id: -1 });
orderSchema.index({ storeId: 1, status: 1, _id: -1 });
orderSchema.index({ uncounted: 1, storeId: 1 }, { partialFilterExpression: { uncounted: true } });

export function orderModel(connection: Connection) {
  return modelOn<OrderDocument>(connection, 'Order', orderSchema);
}
