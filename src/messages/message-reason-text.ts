import { sendFailureText } from '../senders/send-failure-text.ts';
import { SEND_FAILURES } from '../senders/sender.ts';
import type { Translate } from '../text/text.ts';

const REASONS = [
  'superseded',
  'replied',
  'no_phone',
  'phone_invalid',
  'opted_out',
  'store_paused',
  'store_removed',
  'too_old',
  'no_instance',
  'after_earlier_step',
  'instance_removed',
  'instance_unlinked',
  'notification_changed',
  'notification_off',
  'text_empty',
  'worker_lost',
  'said_by_person',
] as const;
const MISSING_VARIABLE = /^(variable_missing|template_variable_missing): (.*)$/;

/**
 * Why a message is where it is, in a sentence for people.
 * @param reason as a message keeps it; one that an older version wrote and nobody knows any more is given back as it is
 */
export function messageReasonText(reason: string, translate: Translate): string {
  const [, missing, variable = ''] = MISSING_VARIABLE.exec(reason) ?? [];
  if (missing) return translate(`message_reason.${missing as 'variable_missing'}`, { variable });
  const failure = SEND_FAILURES.find((known) => known === reason);
  if (failure) return sendFailureText(failure, translate);
  const known = REASONS.find((candidate) => candidate === reason);
  return known ? translate(`message_reason.${known}`) : reason;
}
