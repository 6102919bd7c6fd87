import type { mongo } from 'mongoose';

/**
 * A copy whose collections were read one after another shows each collection at another moment. Two rules make it whole:
 *
 * 1. What refers to something is read before what it refers to, so that nothing in the copy refers to what is not there: an
 *    order is read before its events, an event before its delivery.
 * 2. What may be missing on the other side is worked out anew, which the product can do any number of times: each delivery
 *    that was taken up since the reading began is put back, so that its event, order and alert are completed, and the daily
 *    totals are counted again from the orders.
 */
const READ_LAST = ['chatposts', 'consoleMessages', 'orders', 'events', 'deliveries', 'stores'];
const COUNTED_ANEW: ReadonlySet<string> = new Set(['daycounters', 'countingrounds']);

/** The clocks of the processes that wrote may differ this much from the one that read; a claim is also a little older than its work. */
const MARGIN_MILLISECONDS = 10 * 60_000;

/** Rule 1. */
export function inReadingOrder(names: readonly string[]): string[] {
  const last = READ_LAST.filter((name) => names.includes(name));
  return [...names.filter((name) => !last.includes(name)).sort(), ...last];
}

/** Whether a collection is left out of such a copy, because rule 2 makes it anew. */
export function isCountedAnew(collection: string): boolean {
  return COUNTED_ANEW.has(collection);
}

/**
 * Rule 2, on a database that nothing else works on.
 * @param startedAt when the reading of the copy began
 */
export async function settleCopy(database: mongo.Db, startedAt: Date): Promise<void> {
  await database
    .collection('orders')
    .updateMany({}, { $set: { uncounted: true, counted: [], countedSequence: 0 }, $inc: { version: 1 } });
  // A claim is the last thing that is noted of a delivery before it is worked on; it stays when the work is done.
  await database
    .collection('deliveries')
    .updateMany(
      { claimedUntil: { $gte: new Date(startedAt.getTime() - MARGIN_MILLISECONDS) } },
      { $set: { outcome: 'received', reason: null, attempts: 0, claimedUntil: new Date(0), claimId: null } },
    );
}
