import type { Block, Message } from '../chat/message.ts';
import type { Instance } from '../instances/instance-service.ts';
import type { SendOutcomes } from '../messages/message-queue.ts';
import { messageReasonText } from '../messages/message-reason-text.ts';
import { formatCount } from '../text/count.ts';
import { formatMoment } from '../text/local-time.ts';
import { type Locale, type TextKey, translator } from '../text/text.ts';

/** The others are rare. */
const REASONS_SHOWN = 5;

/** An instance that lost its connection, with the remedy, or one that is back. */
export function connectionMessage(instance: Instance, waiting: number, locale: Locale): Message {
  const translate = translator(locale);
  const values = { instance: instance.name, waiting };
  if (instance.connection !== 'disconnected') {
    return {
      title: translate('watch.connected', values),
      tone: 'success',
      blocks: [{ type: 'paragraph', text: translate('watch.connected_meaning', values) }],
    };
  }
  const reason = instance.connectionReason ?? 'instance_disconnected';
  return {
    title: translate('watch.disconnected', values),
    tone: 'danger',
    blocks: [
      {
        type: 'paragraph',
        text: reason === 'qr_code' ? translate('watch.qr_code') : messageReasonText(reason, translate),
      },
      { type: 'paragraph', text: translate('watch.disconnected_meaning', values) },
      buttonsOf(instance, [['ver', 'button.connection']], locale),
    ],
  };
}

/** A queue that is more than its instance can send in a day, or no longer is. */
export function slowQueueMessage(
  instance: Instance,
  queue: { waiting: number; endsAt: Date | null; endsToday: boolean },
  locale: Locale,
): Message {
  const translate = translator(locale);
  const values = { instance: instance.name, waiting: queue.waiting };
  if (queue.endsToday) {
    return {
      title: translate('watch.queue_fits', values),
      tone: 'success',
      blocks: [{ type: 'paragraph', text: translate('watch.queue_fits_meaning', values) }],
    };
  }
  const end = queue.endsAt
    ? translate('watch.queue_ends_at', { ...values, at: formatMoment(queue.endsAt, instance.timezone, locale) })
    : translate('watch.queue_never_ends', values);
  return {
    title: translate('watch.queue_slow', values),
    tone: 'attention',
    blocks: [
      { type: 'paragraph', text: end },
      { type: 'paragraph', text: translate('watch.queue_remedy') },
      buttonsOf(
        instance,
        [
          ['fila', 'button.queue'],
          ['editar', 'button.edit'],
        ],
        locale,
      ),
    ],
  };
}

/** What became of the last hour's messages when too many failed, with the remedy for most of them; or that it is over. */
export function failingMessage(
  instance: Instance,
  { finished, failures }: SendOutcomes,
  isFailing: boolean,
  locale: Locale,
): Message {
  const translate = translator(locale);
  const failed = failures.reduce((sum, { count }) => sum + count, 0);
  const values = { instance: instance.name, failed, finished };
  if (!isFailing) {
    return {
      title: translate('watch.sends_well', values),
      tone: 'success',
      blocks: [{ type: 'paragraph', text: translate('watch.sends_hour', values) }],
    };
  }
  return {
    title: translate('watch.sends_failing', values),
    tone: 'danger',
    blocks: [
      { type: 'paragraph', text: translate('watch.sends_hour', values) },
      {
        type: 'table',
        caption: translate('watch.reasons'),
        columns: [
          { label: translate('queue.count'), align: 'right' },
          { label: translate('queue.reason'), align: 'left' },
        ],
        rows: failures
          .slice(0, REASONS_SHOWN)
          .map(({ reason, count }) => [formatCount(count, locale), messageReasonText(reason, translate)]),
      },
      buttonsOf(
        instance,
        [
          ['fila', 'button.queue'],
          ['testar', 'button.test'],
        ],
        locale,
      ),
    ],
  };
}

/** By the id: names may hold what a command line cannot. */
function buttonsOf({ id }: Instance, verbs: readonly [verb: string, label: TextKey][], locale: Locale): Block {
  const translate = translator(locale);
  return {
    type: 'buttons',
    buttons: verbs.map(([verb, label]) => ({
      label: translate(label),
      command: `/instancia ${verb} instancia:${id}`,
      style: 'secondary',
    })),
  };
}
