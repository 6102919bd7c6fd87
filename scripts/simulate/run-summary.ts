import { uniqBy } from 'es-toolkit';
import type { SeenStore } from './admin-api.ts';
import { eventsToAlert } from './check/check-alerts.ts';
import { isKept } from './check/check-answers.ts';
import { expectedOrders } from './expected-orders.ts';
import { expectedNumbers, sumOfDays } from './report-numbers.ts';
import type { SentDelivery } from './send-deliveries.ts';

/** What the server should now show of a run, in lines. */
export function runSummary(sent: readonly SentDelivery[], store: SeenStore): string[] {
  const kept = sent.filter(isKept);
  const told = kept.flatMap(({ planned: { expected } }) =>
    expected.answer === 'kept' && expected.meaning !== 'invalid' ? [expected.meaning] : [],
  );
  const events = uniqBy(told, ({ identity }) => identity);
  const orders = expectedOrders(events);
  const alerts = eventsToAlert(
    events.map((facts) => ({ facts, seen: null })),
    store,
  );
  const currencies = [...sumOfDays(expectedNumbers(orders, store.timezone))].map(([currency, numbers]) => {
    const of = (name: string) => numbers.get(name) ?? 0;
    const money = new Intl.NumberFormat('pt-BR', { style: 'currency', currency });
    const amount = (name: string) => money.format(of(name) / 100).replaceAll('\u00a0', ' ');
    return [
      `  ${currency}`.padEnd(12),
      `${of('orders')} sales, ${amount('gross')}; refunds ${of('refunds')}, chargebacks ${of('chargebacks')}, refused ${of('refused')}, `,
      `carts ${of('carts')}, Pix ${of('pix generated')} generated and ${of('pix paid')} paid, `,
      `boletos ${of('boleto generated')} generated and ${of('boleto paid')} paid`,
    ].join('');
  });
  return [
    'What the server should now show of this run:',
    `  deliveries  ${kept.length}, of which ${told.length - events.length} duplicate and ${kept.length - told.length} invalid`,
    `  events      ${events.length}`,
    `  orders      ${orders.length}`,
    `  alerts      ${alerts.length}`,
    ...currencies,
  ];
}
