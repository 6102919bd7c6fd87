import type { Delivery } from '../../src/deliveries/delivery-service.ts';
import type { TextKey, Translate } from '../../src/text/text.ts';

/** Reasons that are a code, with what follows the code as `detail`. */
const CODES: Readonly<Record<string, TextKey>> = {
  same_event: 'reason.same_event',
  panel_test: 'reason.panel_test',
  unknown_event: 'reason.unknown_event',
  store_removed: 'reason.store_removed',
  processing_failed: 'reason.processing_failed',
};

/** What a platform's reader finds wrong, by the words that its English sentence has in any case. */
const FINDINGS: readonly (readonly [string, TextKey])[] = [
  ['body is not JSON', 'reason.not_json'],
  ['must be a JSON object', 'reason.not_object'],
  ['name of an event', 'reason.no_event_name'],
  ['number of centavos', 'reason.not_money'],
  ['currency code', 'reason.not_currency'],
  ['must be an object', 'reason.not_section'],
  ['must be an array', 'reason.not_list'],
  ['must be text', 'reason.not_text'],
];

/** Why a delivery ended as it did, as a sentence; empty when there is nothing to say. */
export function reasonSentence(
  { outcome, reason }: Pick<Delivery, 'outcome' | 'reason'>,
  translate: Translate,
): string {
  if (reason === null) return outcome === 'received' ? translate('reason.waiting') : '';
  const separator = reason.indexOf(': ');
  const code = separator < 0 ? reason : reason.slice(0, separator);
  const detail = separator < 0 ? '' : reason.slice(separator + 2);
  const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  if (known) return translate(known, { detail });
  const finding = FINDINGS.find(([words]) => reason.includes(words));
  return translate(finding?.[1] ?? 'reason.unreadable', { path: code });
}
