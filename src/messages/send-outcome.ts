import type { SendFailure, SendResult } from '../senders/sender.ts';
import { type MessageDocument, statusUpdate } from './message-model.ts';

const FIRST_RETRY_MILLISECONDS = 5_000;
const LONGEST_RETRY_MILLISECONDS = 15 * 60_000;
const FIRST_REST_MILLISECONDS = 1_000;
const LONGEST_REST_MILLISECONDS = 5 * 60_000;
/** What a provider may ask for. */
const LONGEST_ASKED_REST_MILLISECONDS = 15 * 60_000;
/** Somebody has to settle something with Meta first. */
const FIRST_RESTRICTED_REST_MILLISECONDS = 15 * 60_000;
const LONGEST_RESTRICTED_REST_MILLISECONDS = 60 * 60_000;
const MAXIMUM_ATTEMPTS = 8;
/** Meta takes one message in six seconds to one phone (error 131056), whether or not it says how long to wait. */
const SAME_PHONE_MILLISECONDS = 6_000;
/** A hold that is said to last longer was noted by a clock that has been put back since. */
export const LONGEST_PHONE_HOLD_MILLISECONDS = 15 * 60_000;

type NotSent = Extract<SendResult, { outcome: 'temporary' | 'final' }>;

/** Nothing that goes through the instance would get further, whatever the message. */
const INSTANCE_FAILURES: ReadonlySet<SendFailure> = new Set([
  'token_refused',
  'account_restricted',
  'instance_disconnected',
]);

/** The provider is away or busy, unless it takes other messages. */
const PROVIDER_FAILURES: ReadonlySet<SendFailure> = new Set([
  'provider_unavailable',
  'provider_unreadable',
  'rate_limited',
]);

/** True when nothing was sent because of the instance, so that its messages have to wait for it or go another way. */
export function isInstanceDown(result: SendResult): boolean {
  return isNotSent(result) && INSTANCE_FAILURES.has(result.reason);
}

/** True when it is certain that nothing was sent. */
export function isNotSent(result: SendResult): result is NotSent {
  return result.outcome === 'temporary' || result.outcome === 'final';
}

/**
 * The update of a message that says what became of an attempt. One that may still leave goes back to where the release finds it. Only what
 * fails while the provider takes other messages uses up attempts: one that is away for hours or days keeps its messages waiting.
 * @param restsInARow how often the instance had rested since a message was last accepted
 */
export function outcomeUpdate(
  result: SendResult,
  message: MessageDocument,
  restsInARow: number,
  at: Date,
  random: () => number,
) {
  if (result.outcome === 'accepted') {
    return statusUpdate('sent', at, null, { sentAt: at, providerMessageId: result.providerMessageId });
  }
  if (result.outcome === 'uncertain') return statusUpdate('uncertain', at, result.reason);
  const again = { instanceId: null, sendingSince: null };
  if (isInstanceDown(result)) {
    // It says nothing about the message, which therefore has not used up an attempt.
    const update = statusUpdate('scheduled', at, result.reason, again);
    return { ...withoutRepetition(update, message, result.reason), $inc: { attempts: -1 } };
  }
  if (restsInARow > 0 && PROVIDER_FAILURES.has(result.reason)) {
    // Behind those that have not been tried: it might be the message after all.
    const delay = backOff(restsInARow, FIRST_RETRY_MILLISECONDS, LONGEST_REST_MILLISECONDS, random);
    const update = statusUpdate('scheduled', at, result.reason, { ...again, availableAt: later(at, delay) });
    return { ...withoutRepetition(update, message, result.reason), $inc: { attempts: -1 } };
  }
  const attempts = message.attempts + 1;
  if (result.outcome === 'final' || attempts >= MAXIMUM_ATTEMPTS) return statusUpdate('failed', at, result.reason);
  const delay = Math.max(
    result.retryAfterMilliseconds ?? 0,
    backOff(attempts, FIRST_RETRY_MILLISECONDS, LONGEST_RETRY_MILLISECONDS, random),
    isPhoneLimited(result) ? SAME_PHONE_MILLISECONDS : 0,
  );
  return statusUpdate('scheduled', at, result.reason, { ...again, availableAt: later(at, delay) });
}

/** Until when no other message may go to the same phone; null when any may. */
export function phoneHeldUntil(result: SendResult, at: Date): Date | null {
  if (result.outcome !== 'temporary' || !isPhoneLimited(result)) return null;
  const asked = Math.min(result.retryAfterMilliseconds ?? 0, LONGEST_PHONE_HOLD_MILLISECONDS);
  return later(at, Math.max(asked, SAME_PHONE_MILLISECONDS));
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
  if (isNotSent(result) && result.reason === 'account_restricted') {
    const longest = LONGEST_RESTRICTED_REST_MILLISECONDS;
    return later(at, backOff(restsInARow + 1, FIRST_RESTRICTED_REST_MILLISECONDS, longest, random));
  }
  if (result.outcome !== 'temporary' || isInstanceDown(result) || isPhoneLimited(result)) return null;
  const asked = Math.min(result.retryAfterMilliseconds ?? 0, LONGEST_ASKED_REST_MILLISECONDS);
  const own = backOff(restsInARow + 1, FIRST_REST_MILLISECONDS, LONGEST_REST_MILLISECONDS, random);
  return later(at, Math.max(asked, own));
}

/** One outage leaves one trace in a message's history, however often the message is tried in it. */
function withoutRepetition(update: ReturnType<typeof statusUpdate>, { history }: MessageDocument, reason: SendFailure) {
  // The last entry is that it waited in the queue from which it was taken.
  const before = history.slice(0, -1);
  const last = before.at(-1);
  if (last?.status !== 'scheduled' || last.reason !== reason) return update;
  return { $set: { ...update.$set, history: before } };
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
