import type { digest as portuguese } from '../pt-BR/digest.ts';

export const digest: Record<keyof typeof portuguese, string> = {
  'digest.daily_title': '{store} · summary of {day}',
  'digest.orders': 'Sales',
  'digest.gross': 'Revenue',
  'digest.ticket': 'Average ticket',
  'digest.refunds': 'Refunds',
  'digest.chargebacks': 'Chargebacks',
  'digest.daily_deliveries': '{total, plural, one {# delivery} other {# deliveries}}: {parts}.',
  'digest.daily_no_deliveries': 'No deliveries on this day.',
  'digest.daily_messages': '{total, plural, one {# message to a buyer} other {# messages to buyers}}',
  'digest.messages_not_sent': 'Why they did not leave',
};
