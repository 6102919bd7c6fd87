import type { SendFailure, SendResult } from '../senders/sender.ts';
import { type MessageDocument, statusUpdate } from './message-model.ts';

const FIRST_RETRY_MILLISECONDS = 5_000;
const LONGEST_RETRY_MILLISECONDS = 15 * 60_000;
const FIRST_REST_MILLISECONDS = 1_000;
const LONGEST_REST_MILLISECONDS = 15 * 60_000;
const MAXIMUM_ATTEMPTS = 8;
/** Meta takes one message in six seconds to one phone (error 131056), whether or not it says how long to wait. */
const SAME_PHONE_MILLISECONDS = 6_000;

type NotSent = Extract<SendResult, { outcome: 'temporary' | 'final' }>;

/** Nothing that goes through the instance would get further, whatever the message. */
const INSTANCE_FAILURES: ReadonlySet<SendFailure> = new Set([
  'token_refused',
  'account_restricted',
  'instance_disconnected',
]);

/** True when nothing was sent because of the instance, so that its messages have to wait for it or go another way. */
export function isInstanceDown(result: SendResult): boolean {
  return isNotSent(result) && INSTANCE_FAILURES.has(result.reason);
}

/** True when it is certain that nothing was sent. */
export function isNotSent(result: SendResult): result is NotSent {
  return result.outcome === 'temporary' || result.outcome === 'final';
}

/** The update of a message that says what became of an attempt. One that may still leave goes back to where the release finds it. */
export function outcomeUpdate(result: SendResult, message: MessageDocument, at: Date, random: () => number) {
  if (result.outcome === 'accepted') {
    return statusUpdate('sent', at, null, { sentAt: at, providerMessageId: result.providerMessageId });
  }
  if (result.outcome === 'uncertain') return statusUpdate('uncertain', at, result.reason);
  const again = { instanceId: null, sendingSince: null };
  if (isInstanceDown(result)) {
    // It says nothing about the message, which therefore has not used up an attempt.
    return { ...statusUpdate('scheduled', at, result.reason, again), $inc: { attempts: -1 } };
  }
  const attempts = message.attempts + 1;
  if (result.outcome === 'final' || attempts >= MAXIMUM_ATTEMPTS) return statusUpdate('failed', at, result.reason);
  const delay = Math.max(
    result.retryAfterMilliseconds ?? 0,
    backOff(attempts, FIRST_RETRY_MILLISECONDS, LONGEST_RETRY_MILLISECONDS, random),
    isPhoneLimited(result) ? SAME_PHONE_MILLISECONDS : 0,
  );
  return statusUpdate('scheduled', at, result.reason, { ...again, availableAt: new Date(at.getTime() + delay) });
}

/** Until when no other message may go to the same phone; null when any may. */
export function phoneHeldUntil(result: SendResult, at: Date): Date | null {
  if (result.outcome !== 'temporary' || !isPhoneLimited(result)) return null;
  return new Date(at.getTime() + Math.max(result.retryAfterMilliseconds ?? 0, SAME_PHONE_MILLISECONDS));
}

/**
 * Until when the instance should leave its provider alone, longer each time in a row; null when it need not.
 * @param restsInARow how often it rested since a message was last accepted
 */
export function restUntil(result: SendResult, restsInARow: number, at: Date, random: () => number): Date | null {
  if (result.outcome === 'uncertain' && result.reason === 'answer_lost') {
    // Whatever is sent now would be uncertain as well.
    return later(at, backOff(restsInARow + 1, FIRST_REST_MILLISECONDS, LONGEST_REST_MILLISECONDS, random));
  }
  if (result.outcome !== 'temporary' || isInstanceDown(result) || isPhoneLimited(result)) return null;
  const asked = Math.min(result.retryAfterMilliseconds ?? 0, LONGEST_REST_MILLISECONDS);
  const own = backOff(restsInARow + 1, FIRST_REST_MILLISECONDS, LONGEST_REST_MILLISECONDS, random);
  return later(at, Math.max(asked, own));
}

function later(at: Date, milliseconds: number): Date {
  return new Date(at.getTime() + milliseconds);
}

function isPhoneLimited({ reason }: NotSent): boolean {
  return reason === 'recipient_rate_limited';
}

function backOff(time: number, first: number, longest: number, random: () => number): number {
  return Math.min(first * 2 ** (time - 1), longest) * (0.5 + random() / 2);
}
