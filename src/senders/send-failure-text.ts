import type { Translate } from '../text/text.ts';
import type { SendFailure } from './sender.ts';

/** Why a message was not sent, or may not have been, in a sentence with its remedy. */
export function sendFailureText(reason: SendFailure, translate: Translate): string {
  return translate(`send_failure.${reason}`);
}
