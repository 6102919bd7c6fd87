import type { AssinyDelivery } from './schema.ts';

const ONE_DAY = 24 * 60 * 60 * 1000;

export interface EventTimes {
  occurredAt: Date;
  createdAt: Date | null;
}

function firstOf(candidates: readonly (Date | null | undefined)[]): Date | null {
  return candidates.find((candidate) => candidate instanceof Date) ?? null;
}

/**
 * When the event happened and when its purchase began. Assiny sends no time of the event itself: the transaction's last change stands in
 * for it. A time more than a day after the receipt is not believed, and the next candidate is taken; the last is the receipt.
 */
export function readTimes(delivery: AssinyDelivery, cart: boolean, receivedAt: Date): EventTimes {
  const created = delivery.transaction?.created_at;
  const updated = delivery.transaction?.updated_at;
  const believable = (candidates: readonly (Date | null | undefined)[]) =>
    firstOf(candidates.filter((candidate) => candidate && candidate.getTime() <= receivedAt.getTime() + ONE_DAY));
  const happened = cart ? [delivery.createdAt, updated, created] : [updated, created, delivery.createdAt];
  return {
    occurredAt: believable(happened) ?? receivedAt,
    createdAt: believable(cart ? [delivery.createdAt, created] : [created, delivery.createdAt]),
  };
}

/** The time that names a purchase without a transaction id: as the payload has it, believable or not, so that a redelivery names the same. */
export function timeThatNames(delivery: AssinyDelivery, cart: boolean): Date | null {
  const created = delivery.transaction?.created_at;
  const updated = delivery.transaction?.updated_at;
  return firstOf(cart ? [delivery.createdAt, updated, created] : [created, delivery.createdAt, updated]);
}
