import { groupBy } from 'es-toolkit';
import type { SeenAlert, SeenStore } from '../admin-api.ts';
import { isReal } from '../expected-orders.ts';
import type { KeptEvent } from './check-events.ts';
import type { Differences } from './differences.ts';

/** The minimum holds for sales; a refund matters however small. */
const SALES: ReadonlySet<string> = new Set(['purchase_approved', 'subscription_renewed']);

/** The events that the store's rules ask to be told of. */
export function eventsToAlert(events: readonly KeptEvent[], { alerts, paused }: SeenStore): KeptEvent[] {
  if (alerts.channelId === null || paused) return [];
  return events.filter(({ facts }) => {
    if (!isReal(facts) || !alerts.kinds.includes(facts.kind)) return false;
    return !SALES.has(facts.kind) || facts.amount >= alerts.minimumAmount;
  });
}

/**
 * Has each event that the rules ask for one alert, which was posted, and no other event any.
 * @param seen the store's alerts since the run began
 * @param isEarlier true for an event that this run did not bring
 */
export function checkAlerts(
  events: readonly KeptEvent[],
  store: SeenStore,
  seen: readonly SeenAlert[],
  isEarlier: (eventId: string) => boolean,
  differences: Differences,
): void {
  const byEvent = groupBy([...seen], ({ eventId }) => eventId);
  const wanted = new Set<string>();
  for (const { facts, seen: event } of eventsToAlert(events, store)) {
    if (!event) continue;
    wanted.add(event.id);
    const alerts = byEvent[event.id] ?? [];
    const { kind, amount, currency, identity } = facts;
    const expected = { kind, amount, currency, channelId: store.alerts.channelId, status: 'posted', hasPost: true };
    differences.compare(`alerts of ${identity}`, [expected], alerts.map(presentAlert));
  }
  for (const { eventId, kind } of seen) {
    if (!wanted.has(eventId) && !isEarlier(eventId)) {
      differences.note(`alert of event ${eventId}`, 'none, for the rules do not ask for it', kind);
    }
  }
}

function presentAlert({ kind, amount, currency, channelId, status, postKey }: SeenAlert) {
  return { kind, amount, currency, channelId, status, hasPost: postKey !== null };
}
