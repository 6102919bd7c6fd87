import type { Field, Message, Tone } from '../chat/message.ts';
import type { EventKind } from '../platforms/platform.ts';
import { formatCount } from '../text/count.ts';
import { formatMoney } from '../text/money.ts';
import { shorten } from '../text/shorten.ts';
import { type Locale, translator } from '../text/text.ts';
import type { AlertDocument } from './alert-model.ts';

const TONES: Partial<Record<EventKind, Tone>> = {
  purchase_approved: 'success',
  subscription_renewed: 'success',
  purchase_completed: 'success',
  chargeback: 'danger',
  purchase_refunded: 'attention',
  refund_requested: 'attention',
  payment_refused: 'attention',
  subscription_cancelled: 'attention',
  subscription_overdue: 'attention',
};

/** A product or a campaign may have a name of any length; an alert is read at a glance. */
const MAXIMUM_VALUE_LENGTH = 120;

/** What a channel is told of an event. */
export type AlertContent = Pick<
  AlertDocument,
  'kind' | 'amount' | 'currency' | 'productName' | 'buyer' | 'paymentMethod' | 'installments' | 'source' | 'storeName'
>;

/** One alert as a channel sees it. */
export function alertMessage(alert: AlertContent, locale: Locale): Message {
  const translate = translator(locale);
  const kind = translate(`kind.${alert.kind}`);
  const amount = alert.amount === null ? null : formatMoney(alert.amount, alert.currency, locale);
  const method = alert.paymentMethod === 'unknown' ? null : translate(`method.${alert.paymentMethod}`);
  const instalments = alert.installments !== null && alert.installments > 1 ? ` ${alert.installments}x` : '';
  const fields: [string, string | null][] = [
    [translate('alert.product'), alert.productName],
    [translate('alert.buyer'), alert.buyer === '' ? null : alert.buyer],
    [translate('alert.method'), method === null ? null : `${method}${instalments}`],
    [translate('alert.source'), alert.source],
    [translate('alert.store'), alert.storeName],
  ];
  return {
    title: amount === null ? kind : `${kind} · ${amount}`,
    tone: TONES[alert.kind] ?? 'neutral',
    blocks: [
      {
        type: 'fields',
        fields: fields.flatMap(([label, value]): Field[] =>
          value ? [{ label, value: shorten(value, MAXIMUM_VALUE_LENGTH) }] : [],
        ),
      },
    ],
  };
}

/** How many alerts of one kind and currency a gathered post tells of. */
export interface GatheredCount {
  kind: EventKind;
  currency: string;
  count: number;
  /** Centavos. */
  amount: number;
}

/** Many alerts in one post, when a channel would otherwise be flooded. */
export function gatheredMessage(counts: readonly GatheredCount[], locale: Locale): Message {
  const translate = translator(locale);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return {
    title: translate('alert.gathered', { count: total }),
    tone: 'neutral',
    blocks: [
      {
        type: 'table',
        caption: translate('alert.gathered_caption'),
        columns: [
          { label: translate('alert.event'), align: 'left' },
          { label: translate('alert.count'), align: 'right' },
          { label: translate('alert.amount'), align: 'right' },
        ],
        rows: [...counts]
          .sort((left, right) => right.amount - left.amount)
          .map(({ kind, currency, count, amount }) => [
            translate(`kind.${kind}`),
            formatCount(count, locale),
            formatMoney(amount, currency, locale),
          ]),
      },
    ],
  };
}
