import { uniqBy } from 'es-toolkit';
import type { SeenEvent } from '../admin-api.ts';
import type { EventFacts } from '../event-facts.ts';
import type { KeptDelivery } from './check-deliveries.ts';
import type { Differences } from './differences.ts';

/** A business event of the run, as the server keeps it. */
export interface KeptEvent {
  facts: EventFacts;
  /** Null when the server does not have it. */
  seen: SeenEvent | null;
}

/**
 * Is each business event there once, however often it was delivered.
 * @param seen the store's events since the run began
 * @param isEarlier true for a delivery that was there before the run
 */
export function checkEvents(
  kept: ReadonlyMap<string, KeptDelivery>,
  seen: readonly SeenEvent[],
  isEarlier: (deliveryId: string) => boolean,
  differences: Differences,
): KeptEvent[] {
  const byIdentity = new Map<string, SeenEvent[]>();
  for (const event of seen) {
    const identity = identityOf(kept.get(event.deliveryId));
    if (identity !== null) byIdentity.set(identity, [...(byIdentity.get(identity) ?? []), event]);
    else if (!isEarlier(event.deliveryId)) {
      differences.note(`event ${event.id}`, 'not there, for no delivery of this run brought it', event.kind);
    }
  }
  const told = [...kept.values()].flatMap(({ meaning }) => (meaning === 'invalid' ? [] : [meaning]));
  return uniqBy(told, ({ identity }) => identity).map((first): KeptEvent => {
    const { identity } = first;
    const [event, ...others] = byIdentity.get(identity) ?? [];
    differences.compare(`events of ${identity}`, 1, others.length + (event ? 1 : 0));
    if (!event) return { facts: first, seen: null };
    // Deliveries of one event may differ in what does not name it, and whichever came first is kept.
    const facts = factsOf(kept.get(event.deliveryId)) ?? first;
    checkEvent(event, facts, differences);
    return { facts, seen: event };
  });
}

function factsOf(delivery: KeptDelivery | undefined): EventFacts | null {
  return delivery === undefined || delivery.meaning === 'invalid' ? null : delivery.meaning;
}

function identityOf(delivery: KeptDelivery | undefined): string | null {
  return factsOf(delivery)?.identity ?? null;
}

function checkEvent(event: SeenEvent, { kind, rawEvent, occurredAt, identity }: EventFacts, differences: Differences) {
  const { kind: seenKind, rawEvent: seenName, occurredAt: seenAt } = event;
  differences.compare(
    `event ${identity}`,
    { kind, rawEvent, occurredAt: occurredAt.toISOString() },
    { kind: seenKind, rawEvent: seenName, occurredAt: seenAt },
  );
}
