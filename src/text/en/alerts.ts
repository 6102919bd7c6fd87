import type { alerts as portuguese } from '../pt-BR/alerts.ts';

export const alerts: Record<keyof typeof portuguese, string> = {
  'alert.product': 'Product',
  'alert.buyer': 'Buyer',
  'alert.method': 'Payment',
  'alert.source': 'Source',
  'alert.store': 'Store',
  'alert.event': 'Event',
  'alert.count': 'Count',
  'alert.amount': 'Amount',
  'alert.gathered': '{count, plural, one {# alert} other {# alerts}} in the last minute',
  'alert.gathered_caption': 'Gathered into one message to keep the channel readable',
  'alert.channel_lost':
    'I can no longer post in {channel}. To have its alerts back, {remedy}, or choose another channel with /alertas canal. Those of the last 24 hours appear once the channel takes one again.',
};
