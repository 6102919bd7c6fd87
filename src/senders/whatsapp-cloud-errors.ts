import { z } from 'zod';
import type { SendFailure } from './sender.ts';

export interface MetaFailure {
  outcome: 'temporary' | 'final';
  reason: SendFailure;
}

const temporary = (reason: SendFailure): MetaFailure => ({ outcome: 'temporary', reason });
const final = (reason: SendFailure): MetaFailure => ({ outcome: 'final', reason });

/** Meta's codes (developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes), as far as they call for something else than `provider_refused`. */
const FAILURES = new Map<number, MetaFailure>([
  // Authorisation: the token has expired, was withdrawn, or may not send for this number.
  [0, final('token_refused')],
  [3, final('token_refused')],
  [10, final('token_refused')],
  [190, final('token_refused')],
  [131005, final('token_refused')],
  // Pace: of the app, of the business account, of the number, and to one buyer.
  [4, temporary('rate_limited')],
  [80007, temporary('rate_limited')],
  [130429, temporary('rate_limited')],
  [131048, temporary('rate_limited')],
  [131056, temporary('recipient_rate_limited')],
  // The account: policies, country, locked, display name, payment, terms of payment.
  [368, final('account_restricted')],
  [130497, final('account_restricted')],
  [131031, final('account_restricted')],
  [131037, final('account_restricted')],
  [131042, final('account_restricted')],
  [134011, final('account_restricted')],
  // The buyer.
  [131026, final('not_on_whatsapp')],
  [131047, final('window_closed')],
  // The template: not there (or not approved) in that language; paused, disabled; values that do not fit it.
  [132001, final('template_unknown')],
  [132015, final('template_paused')],
  [132016, final('template_paused')],
  [132000, final('template_parameters')],
  [132012, final('template_parameters')],
  [132018, final('template_parameters')],
  // The number: deleted, not registered.
  [33, final('instance_disconnected')],
  [133010, temporary('instance_disconnected')],
  // Meta: unknown error, service down, something went wrong, overloaded, maintenance, server away.
  [1, temporary('provider_unavailable')],
  [2, temporary('provider_unavailable')],
  [131000, temporary('provider_unavailable')],
  [131016, temporary('provider_unavailable')],
  [131057, temporary('provider_unavailable')],
  [133004, temporary('provider_unavailable')],
]);

/** `100` is said of any wrong parameter; with this subcode, of a number that does not exist or that the token may not see. */
const INVALID_PARAMETER = 100;
const NO_SUCH_OBJECT = 33;

/** An error as the Graph API and its webhooks write it. */
export const metaErrorSchema = z.object({
  code: z.number().int(),
  error_subcode: z.number().int().optional().catch(undefined),
});

/**
 * What one of Meta's errors means for a message.
 * @param status the HTTP status, which decides for codes that are not known; 400 where there is none
 */
export function metaFailure({ code, error_subcode }: z.output<typeof metaErrorSchema>, status = 400): MetaFailure {
  const known = FAILURES.get(code);
  if (known) return known;
  if (code === INVALID_PARAMETER && error_subcode === NO_SUCH_OBJECT) return final('token_refused');
  // Permissions are a range, and so is all else that can be wrong with a template (132005, 132007, …).
  if (code >= 200 && code <= 299) return final('token_refused');
  if (code >= 132000 && code <= 132999) return final('template_rejected');
  if (status === 429) return temporary('rate_limited');
  return status >= 500 ? temporary('provider_unavailable') : final('provider_refused');
}
