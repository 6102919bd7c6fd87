import mongoose, { type Connection } from 'mongoose';
import { isDuplicateKey, refusedAsDuplicates } from '../database/duplicate-key.ts';
import { countOrder, type DayCount, type DayMetric, type ProductCount } from '../orders/order-count.ts';
import { type OrderDocument, orderModel } from '../orders/order-model.ts';
import { type CountingRoundDocument, countingRoundModel, dayCounterModel } from './day-counter-model.ts';

const ORDERS_IN_A_ROUND = 1_000;
/** Finished rounds that stay, so that a worker that slept through some cannot write one of them again. */
const ROUNDS_TO_KEEP = 100;
const ROUND_AGE_TO_KEEP_MILLISECONDS = 24 * 60 * 60 * 1_000;

export interface OrderCounter {
  /**
   * Brings the daily counters up to date with the orders of a store.
   * Safe to call from any number of workers at once, and after a crash at any point.
   */
  countStore(storeId: string, timezone: string): Promise<void>;
  /** Stores that have orders which the counters do not hold yet. */
  storesToCount(): Promise<string[]>;
  /** Marks every order of a store to be counted again, after its calendar changed. */
  recountStore(storeId: string): Promise<void>;
}

/**
 * Adds orders to daily counters exactly once without transactions. Each round is (1) written down whole under the
 * next number of its store, which a unique key lets only one worker do; (2) added to each day that has not seen that
 * number; (3) noted on its orders, unless a later round was. A worker that finds an unfinished round finishes it
 * first, and each of the steps can be repeated without effect.
 */
export function createOrderCounter(dependencies: { connection: Connection; now?: () => Date }): OrderCounter {
  const { connection, now = () => new Date() } = dependencies;
  const orders = orderModel(connection);
  const days = dayCounterModel(connection);
  const rounds = countingRoundModel(connection);

  async function lastRound(storeId: string): Promise<CountingRoundDocument | null> {
    return await rounds.findOne({ storeId }).sort({ sequence: -1 }).lean<CountingRoundDocument>();
  }

  /** The round that was left unfinished, else a new one that this worker wrote first; null when nothing waits. */
  async function nextRound(storeId: string, timezone: string): Promise<CountingRoundDocument | null> {
    for (;;) {
      const last = await lastRound(storeId);
      if (last && !last.done) return last;
      const round = await sumWaiting(storeId, (last?.sequence ?? 0) + 1, timezone);
      if (!round || (await isFirstToWrite(round))) return round;
    }
  }

  async function isFirstToWrite(round: CountingRoundDocument): Promise<boolean> {
    try {
      await rounds.create(round);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  async function sumWaiting(
    storeId: string,
    sequence: number,
    timezone: string,
  ): Promise<CountingRoundDocument | null> {
    const waiting = await orders.find({ storeId, uncounted: true }).limit(ORDERS_IN_A_ROUND).lean<OrderDocument[]>();
    if (waiting.length === 0) return null;
    const counts = waiting.map((order) => ({ order, counted: countOrder(order, timezone) }));
    return {
      _id: `${storeId}:${sequence}`,
      storeId,
      sequence,
      done: false,
      orders: counts.map(({ order, counted }) => ({ id: order._id.toHexString(), version: order.version, counted })),
      changes: sumChanges(counts.map(({ order, counted }) => ({ before: order.counted, after: counted }))),
      createdAt: now(),
    };
  }

  async function finishRound(round: CountingRoundDocument): Promise<void> {
    if (round.changes.length > 0) {
      // An upsert whose filter excludes a day that has seen the round runs into the day's own key: already added.
      await refusedAsDuplicates(
        days.bulkWrite(
          round.changes.map((change) => dayUpdate(round, change)),
          { ordered: false, strict: false },
        ),
      );
    }
    await orders.collection.bulkWrite(
      round.orders.map(({ id, version, counted }) => ({
        updateOne: {
          filter: { _id: new mongoose.Types.ObjectId(id), countedSequence: { $lt: round.sequence } },
          update: [
            {
              $set: {
                counted: { $literal: counted },
                countedSequence: round.sequence,
                uncounted: { $ne: ['$version', version] },
              },
            },
          ],
        },
      })),
      { ordered: false },
    );
    await rounds.updateOne({ _id: round._id }, { $set: { done: true, orders: [], changes: [] } });
  }

  async function forgetOldRounds(storeId: string, sequence: number): Promise<void> {
    if (sequence % ROUNDS_TO_KEEP !== 0) return;
    const before = new Date(now().getTime() - ROUND_AGE_TO_KEEP_MILLISECONDS);
    await rounds.deleteMany({ storeId, sequence: { $lt: sequence - ROUNDS_TO_KEEP }, createdAt: { $lt: before } });
  }

  return {
    async countStore(storeId, timezone) {
      for (;;) {
        const round = await nextRound(storeId, timezone);
        if (!round) return;
        await finishRound(round);
        await forgetOldRounds(storeId, round.sequence);
      }
    },

    async storesToCount() {
      return await orders.distinct('storeId', { uncounted: true });
    },

    async recountStore(storeId) {
      await orders.updateMany({ storeId }, { $set: { uncounted: true }, $inc: { version: 1 } });
    },
  };
}

/** What has to be added to each day so that it holds `after` in place of `before`. */
function sumChanges(orders: readonly { before: DayCount[]; after: DayCount[] }[]): DayCount[] {
  const sums = new Map<string, DayCount>();
  const signed = orders.flatMap(({ before, after }) => [
    ...before.map((count) => ({ count, sign: -1 })),
    ...after.map((count) => ({ count, sign: 1 })),
  ]);
  for (const { count, sign } of signed) {
    const key = `${count.day}:${count.currency}`;
    let sum = sums.get(key);
    if (!sum) {
      sum = { day: count.day, currency: count.currency, metrics: {}, products: [] };
      sums.set(key, sum);
    }
    addSigned(sum, count, sign);
  }
  return [...sums.values()]
    .map(withoutZeros)
    .filter((sum) => Object.keys(sum.metrics).length + sum.products.length > 0);
}

function addSigned(sum: DayCount, count: DayCount, sign: number): void {
  for (const [metric, value] of Object.entries(count.metrics) as [DayMetric, number][]) {
    sum.metrics[metric] = (sum.metrics[metric] ?? 0) + sign * value;
  }
  for (const product of count.products) {
    const known = sum.products.find((candidate) => candidate.productId === product.productId);
    if (known) {
      known.orders += sign * product.orders;
      known.gross += sign * product.gross;
      known.name = product.name;
    } else {
      sum.products.push({ ...product, orders: sign * product.orders, gross: sign * product.gross });
    }
  }
}

function withoutZeros(sum: DayCount): DayCount {
  return {
    ...sum,
    metrics: Object.fromEntries(Object.entries(sum.metrics).filter(([, value]) => value !== 0)),
    products: sum.products.filter((product) => product.orders !== 0 || product.gross !== 0),
  };
}

function dayUpdate(round: CountingRoundDocument, change: DayCount) {
  const increments = Object.entries(change.metrics).map(([metric, value]) => [`metrics.${metric}`, value]);
  const products = change.products.flatMap((product) => productIncrements(product));
  const names = change.products.flatMap((product) => productNames(product));
  const filter = { _id: `${round.storeId}:${change.day}:${change.currency}`, lastSequence: { $lt: round.sequence } };
  const isNew = {
    storeId: round.storeId,
    day: change.day,
    currency: change.currency,
    ...(increments.length === 0 ? { metrics: {} } : {}),
    ...(products.length === 0 ? { products: {} } : {}),
  };
  return {
    updateOne: {
      filter,
      update: {
        $setOnInsert: isNew,
        $set: { lastSequence: round.sequence, ...Object.fromEntries(names) },
        ...(increments.length + products.length > 0 ? { $inc: Object.fromEntries([...increments, ...products]) } : {}),
      },
      upsert: true,
    },
  };
}

function productIncrements(product: ProductCount): [string, number][] {
  const field = `products.${fieldNameOf(product.productId)}`;
  return [
    [`${field}.orders`, product.orders],
    [`${field}.gross`, product.gross],
  ];
}

function productNames(product: ProductCount): [string, string][] {
  const field = `products.${fieldNameOf(product.productId)}`;
  return [
    [`${field}.productId`, product.productId],
    [`${field}.name`, product.name],
  ];
}

/** A product id as a field name: without the dots and dollar signs that MongoDB gives a meaning to. */
function fieldNameOf(productId: string): string {
  return encodeURIComponent(productId).replaceAll('.', '%2E');
}
