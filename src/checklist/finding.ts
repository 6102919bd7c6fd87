import type { BadgeStatus } from '../chat/message.ts';
import type { TextKey, TextValues } from '../text/text.ts';

/** What was found of one item of the checklist. */
export interface Finding {
  status: BadgeStatus;
  seen: TextKey;
  values?: TextValues;
  remedy?: TextKey;
}
