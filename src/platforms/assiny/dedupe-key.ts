import { createHash } from 'node:crypto';
import type { EventKind } from '../platform.ts';

/** What tells one business event from another. All of it comes from the payload, so that a redelivery days later has the same key. */
export interface EventIdentity {
  kind: EventKind;
  /** The event name, lower case and trimmed. */
  eventName: string;
  transactionId: string | null;
  /** Of the subscription; counted from 1. */
  cycle: number | null;
  offerId: string | null;
  /** The offer is an upsell or a downsell, which may share its transaction id with the first purchase. */
  sharesTransaction: boolean;
  /** E-mail, else phone, else client id. */
  buyer: string | null;
  /** When the purchase or the cart began. */
  time: Date | null;
  /** When the transaction last changed. */
  updatedAt: Date | null;
  /** SHA-256 of the raw body, hex. */
  bodyHash: string;
}

/** Keys are indexed; a longer one is replaced by its hash. */
const LONGEST_KEY = 300;

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Joins the parts so that no two different lists of parts give the same key. */
function joinKey(parts: readonly string[]): string {
  const key = parts.map((part) => part.replaceAll('%', '%25').replaceAll(':', '%3A')).join(':');
  return key.length > LONGEST_KEY ? `sha256:${sha256(key)}` : key;
}

/** Names the purchase. The buyer goes in hashed: keys are shown, buyers are not. */
function purchaseKey(identity: EventIdentity): string {
  const { transactionId, offerId, buyer, time } = identity;
  if (transactionId !== null) {
    return transactionId;
  }
  if (offerId !== null && buyer !== null && time !== null) {
    return `purchase-${sha256(JSON.stringify([offerId, buyer, time.toISOString()]))}`;
  }
  return `body-${identity.bodyHash}`;
}

/** Nobody knows what an unknown event stands for, so two of them are one only when nothing tells them apart. */
function unknownParts(identity: EventIdentity): string[] {
  return [identity.eventName, identity.updatedAt?.toISOString() ?? identity.bodyHash];
}

/** Equal for two deliveries exactly when they tell of the same business event of one store. At most 300 characters. */
export function dedupeKey(identity: EventIdentity): string {
  const parts: string[] = [identity.kind, purchaseKey(identity)];
  if (identity.kind === 'unknown') {
    parts.push(...unknownParts(identity));
  }
  if (identity.cycle !== null && identity.cycle > 1) {
    parts.push(`cycle=${identity.cycle}`);
  }
  if (identity.sharesTransaction && identity.offerId !== null) {
    parts.push(`offer=${identity.offerId}`);
  }
  return joinKey(parts);
}

/** Names the purchase that the event belongs to: the transaction id when there is one. Null for unknown events, which belong to none. */
export function orderKey(identity: EventIdentity): string | null {
  return identity.kind === 'unknown' ? null : purchaseKey(identity);
}
