import type { InstanceMessages, InstanceReport } from '../../src/messages/instance-report.ts';
import { messageReasonText } from '../../src/messages/message-reason-text.ts';
import type { Locale, Translate } from '../../src/text/text.ts';
import { spreadsheet } from './spreadsheet.ts';

export function instanceName({ instance }: InstanceMessages, translate: Translate): string {
  if (!instance) return translate('message_report.without_instance');
  return instance.removed ? translate('message_report.removed', { instance: instance.name }) : instance.name;
}

/** One row for each instance, status and reason, so that the rows of an instance add up to its messages. */
export function instanceSpreadsheet(
  { instances }: InstanceReport,
  language: { locale: Locale; translate: Translate },
): string {
  const { locale, translate } = language;
  const header = (['instance', 'status', 'reason', 'messages'] as const).map((column) =>
    translate(`message_report.${column}`),
  );
  const rows = instances.flatMap((messages) =>
    messages.counts.map(({ status, reason, count }) => [
      instanceName(messages, translate),
      translate(`message_status.${status}`),
      reason === null ? '' : messageReasonText(reason, translate),
      count,
    ]),
  );
  return spreadsheet([header, ...rows], locale);
}
