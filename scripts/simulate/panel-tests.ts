import { deliveryOf } from './assiny-delivery.ts';
import { type AssinyPayload, assinyPayload } from './assiny-payload.ts';
import type { EventFacts, FactKind } from './event-facts.ts';
import type { PlannedDelivery } from './planned-delivery.ts';
import { chance, pickOne } from './seeded-random.ts';
import type { Shop } from './shop.ts';

const TESTED: readonly (readonly [kind: FactKind, rawEvent: string])[] = [
  ['purchase_approved', 'approved_purchase'],
  ['purchase_refunded', 'refunded_purchase'],
  ['chargeback', 'charged_back'],
  ['pix_generated', 'pix_generated'],
  ['payment_refused', 'refused'],
];

/** The older shape of a panel test: the sections stand beside `data`, and the buyer is empty. */
function flat({ event, data }: AssinyPayload): object {
  const { transaction, metadata, client: _client, offer, ...rest } = data;
  return {
    event,
    data: { ...rest, offer, subscription: null, order_bumps: [] },
    transaction,
    client: { full_name: '', email: '' },
    metadata,
  };
}

/**
 * What the seller sends from the panel to try the webhook out: marked with `test`, or flat and about nobody. Neither is a sale. The panel
 * sends the same sample transaction each time, so a second test of one event is the same event.
 */
export function panelTests(shop: Shop, count: number, at: Date): PlannedDelivery[] {
  const { random, newId } = shop;
  const sample = newId();
  return Array.from({ length: count }, () => {
    const [kind, rawEvent] = pickOne(random, TESTED);
    const marked = chance(random, 0.5);
    const transactionId = marked && chance(random, 0.5) ? newId() : sample;
    const payload = assinyPayload({ event: rawEvent, transactionId, amount: 19_700, createdAt: at }, random);
    const facts: EventFacts = {
      kind,
      rawEvent,
      identity: `${kind} ${transactionId}`,
      purchase: transactionId,
      transactionId,
      test: true,
      occurredAt: at,
      createdAt: at,
      currency: 'BRL',
      amount: 19_700,
      fee: null,
      method: 'unknown',
      installments: 1,
      items: [],
      buyer: null,
      tracking: {},
      subscription: null,
    };
    return {
      ...deliveryOf(facts, marked ? { test: true, ...payload } : flat(payload)),
      label: `panel test of ${rawEvent}`,
    };
  });
}
