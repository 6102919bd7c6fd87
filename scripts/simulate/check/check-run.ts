import { type AdminApi, readSince, type SeenStore } from '../admin-api.ts';
import { expectedOrders } from '../expected-orders.ts';
import { expectedNumbers, sumOfDays } from '../report-numbers.ts';
import type { SentDelivery } from '../send-deliveries.ts';
import type { StoreBefore } from '../store-before.ts';
import { readReports } from '../store-reports.ts';
import { checkAlerts } from './check-alerts.ts';
import { checkAnswers } from './check-answers.ts';
import { checkDeliveries } from './check-deliveries.ts';
import { checkEvents } from './check-events.ts';
import { checkInstanceReport } from './check-instance-report.ts';
import { checkMessages, type RehearsalRecord } from './check-messages.ts';
import { checkOrders } from './check-orders.ts';
import { checkPosts } from './check-posts.ts';
import { checkRefusals } from './check-refusals.ts';
import { checkReportCommand, reportCommand } from './check-report-command.ts';
import { checkReports } from './check-reports.ts';
import { createDifferences, type Difference } from './differences.ts';

/**
 * Compares what the server shows with what the run has to lead to. Only what came since the run began counts, so the store may hold more;
 * but nobody else may send to it meanwhile.
 * @param rehearsal null: nothing is known of the messages to the buyers, and they are not looked at
 */
export async function checkRun(
  api: AdminApi,
  store: SeenStore,
  sent: readonly SentDelivery[],
  before: StoreBefore,
  rehearsal: RehearsalRecord | null,
): Promise<{ differences: readonly Difference[]; compared: number }> {
  const differences = createDifferences();
  checkAnswers(sent, differences);
  const kept = await checkDeliveries(
    sent,
    await readSince(api.deliveries(store.id), before.lastDelivery),
    api.deliveryBody,
    differences,
  );
  const isEarlier = (id: string, last: { id: string } | null) => last !== null && id <= last.id;
  const events = checkEvents(
    kept,
    await readSince(api.events(store.id), before.lastEvent),
    (deliveryId) => isEarlier(deliveryId, before.lastDelivery),
    differences,
  );
  const orders = expectedOrders(events.map(({ facts }) => facts));
  checkOrders(orders, events, await readSince(api.orders(store.id), before.lastOrder), differences);
  const alerts = await readSince(api.alerts(store.id), before.lastAlert);
  checkAlerts(events, store, alerts, (eventId) => isEarlier(eventId, before.lastEvent), differences);
  if (before.channel) {
    checkPosts(alerts, await before.channel.since(before.lastPost), await isAlone(api, store), differences);
  }
  const added = expectedNumbers(orders, store.timezone);
  const after = await readReports(api, store.id, [...before.reports.days.keys()]);
  checkReports(added, before.reports, after, differences);
  const names = new Map(
    orders.flatMap(({ items }) => items.map((item) => [item.productId, item.productName] as const)),
  );
  const reply = await api.runCommand(reportCommand(store.id, after.period));
  checkReportCommand(store, sumOfDays(added), before.reports, names, reply, differences);
  if (rehearsal) {
    const messages = await readSince(api.messages(store.id), before.lastMessage);
    checkMessages(events, messages, rehearsal, (eventId) => isEarlier(eventId, before.lastEvent), differences);
    await checkInstanceReport(api, messages, rehearsal.instances, before.instanceReport, differences);
  }
  checkRefusals(sent, before.refusedRequests, await api.refusedRequests(store.id), differences);
  return { differences: differences.all, compared: differences.compared };
}

/** True when no other store posts to the store's channel. */
async function isAlone(api: AdminApi, { id, alerts }: SeenStore): Promise<boolean> {
  const stores = await api.stores();
  return stores.every((other) => other.id === id || other.alerts.channelId !== alerts.channelId);
}
