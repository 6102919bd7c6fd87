import { type Connection, Schema } from 'mongoose';
import { modelOn } from '../database/model.ts';
import type { DayCount, DayMetric } from '../orders/order-count.ts';
import type { LocalDay } from '../text/local-time.ts';

/** What happened in a store on one day in one currency. Reports read these alone, so their cost grows with days. */
export interface DayCounterDocument {
  /** `store:day:currency` */
  _id: string;
  storeId: string;
  day: LocalDay;
  currency: string;
  metrics: Partial<Record<DayMetric, number>>;
  /** By encoded product id. */
  products: Record<string, { productId: string; name: string; orders: number; gross: number }>;
  /** The counting round that was added last: a round is never added twice. */
  lastSequence: number;
}

const dayCounterSchema = new Schema<DayCounterDocument>(
  {
    _id: { type: String, required: true },
    storeId: { type: String, required: true },
    day: { type: String, required: true },
    currency: { type: String, required: true },
    metrics: { type: Schema.Types.Mixed, required: true },
    products: { type: Schema.Types.Mixed, required: true },
    lastSequence: { type: Number, required: true },
  },
  { collection: 'daycounters', versionKey: false, minimize: false },
);
dayCounterSchema.index({ storeId: 1, day: 1 });

export function dayCounterModel(connection: Connection) {
  return modelOn<DayCounterDocument>(connection, 'DayCounter', dayCounterSchema);
}

/** One round of counting: written before the counters change, so that a crash in the middle can be finished exactly. */
export interface CountingRoundDocument {
  /** `store:sequence`: two workers cannot write the same round. */
  _id: string;
  storeId: string;
  sequence: number;
  done: boolean;
  orders: { id: string; version: number; counted: DayCount[] }[];
  changes: DayCount[];
  createdAt: Date;
}

const countingRoundSchema = new Schema<CountingRoundDocument>(
  {
    _id: { type: String, required: true },
    storeId: { type: String, required: true },
    sequence: { type: Number, required: true },
    done: { type: Boolean, required: true },
    orders: { type: Schema.Types.Mixed, required: true },
    changes: { type: Schema.Types.Mixed, required: true },
    createdAt: { type: Date, required: true },
  },
  { collection: 'countingrounds', versionKey: false, minimize: false },
);
countingRoundSchema.index({ storeId: 1, sequence: -1 });

export function countingRoundModel(connection: Connection) {
  return modelOn<CountingRoundDocument>(connection, 'CountingRound', countingRoundSchema);
}
