import type { ProviderAnswer, ReadAnswer } from './provider-request.ts';
import { retryAfterMilliseconds } from './retry-after.ts';
import type { SendFailure, SendResult } from './sender.ts';

/** A provider's answer, once those are taken away in which nobody answered. */
export type Unanswered = Exclude<ProviderAnswer, ReadAnswer>;

export function final(reason: SendFailure): SendResult {
  return { outcome: 'final', reason };
}

export function uncertain(reason: SendFailure): SendResult {
  return { outcome: 'uncertain', reason };
}

/** Waits as long as the answer's `Retry-After` says. */
export function temporary(reason: SendFailure, answer: ReadAnswer, now: Date): SendResult {
  return { outcome: 'temporary', reason, retryAfterMilliseconds: retryAfterMilliseconds(answer.headers, now) };
}

/** What to make of an attempt that nobody answered. */
export function withoutAnswer(answer: Unanswered): SendResult {
  if (answer.kind === 'no_answer') return uncertain('no_answer');
  if (answer.reason === 'address_not_allowed') return final('address_not_allowed');
  return { outcome: 'temporary', reason: answer.reason, retryAfterMilliseconds: null };
}

/** Why a provider's state could not be asked for. */
export function unansweredReason(answer: Unanswered): SendFailure {
  return answer.kind === 'no_answer' ? 'no_answer' : answer.reason;
}

/**
 * What to make of an answer that is not the provider's own, such as the page of a proxy before it. With a 2xx nobody knows what became of the
 * message, and neither with a 5xx: a proxy says 502 and 504 also after it passed the message on. Only a 503 says that nobody took it, and a 4xx
 * that it was refused.
 */
export function unreadable(answer: ReadAnswer, now: Date): SendResult {
  const { status } = answer;
  if (status >= 200 && status < 300) return uncertain('provider_unreadable');
  if (status >= 500 && status !== 503) return uncertain('answer_lost');
  return temporary(unreadableReason(answer), answer, now);
}

export function unreadableReason({ status }: ReadAnswer): SendFailure {
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'provider_unavailable' : 'provider_unreadable';
}
