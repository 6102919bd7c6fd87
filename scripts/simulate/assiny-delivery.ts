import { type AssinyPayload, assinyPayload, goTime, type PayloadItem, type Random } from './assiny-payload.ts';
import type { EventFacts, FactBuyer, FactItem, FactMethod } from './event-facts.ts';
import type { PlannedDelivery } from './planned-delivery.ts';
import type { CartForm, Telling } from './purchase-stories.ts';
import { chance, integerBetween } from './seeded-random.ts';

/** Assiny's server is written in Go and sends with this client. */
export const ASSINY_HEADERS = { 'content-type': 'application/json', 'user-agent': 'go-resty/2.11.0' } as const;

const ZERO_ID = '00000000-0000-0000-0000-000000000000';
const PAYMENT_TYPES: Record<FactMethod, string> = { pix: 'PIX', boleto: 'BANK_SLIP', card: 'CREDIT', unknown: '' };
const CHECKOUT_TYPES: Record<FactItem['role'], string> = { main: 'ENTRY', bump: 'ORDERBUMP', upsell: 'UPSELL' };
/** Whether Assiny writes a time as text or as Go's `{ Time, Valid }` varies, and so it does here. */
const NULL_TIME_PROBABILITY = 0.2;

/** What the platform keeps: 4.99 % and R$ 1.00, never more than there is. Centavos. */
function feeOf(amount: number): number {
  return Math.min(amount, Math.round(amount * 0.0499) + 100);
}

/** @param timeOf the moment of a minute of the story */
export function factsOf(telling: Telling, timeOf: (minute: number) => Date): EventFacts {
  const { kind, rawEvent, purchase, method, installments } = telling;
  const occurredAt = timeOf(telling.minute);
  const items = telling.items ?? purchase.items;
  const amount = telling.amount ?? items.reduce((sum, item) => sum + item.amount, 0);
  const soldAfterwards = items[0]?.role === 'upsell' ? ` ${items[0].offerId}` : '';
  const moment = kind === 'unknown' ? ` ${rawEvent} ${occurredAt.getTime()}` : '';
  return {
    kind,
    rawEvent,
    identity: `${kind} ${purchase.id}${soldAfterwards}${moment}`,
    purchase: purchase.id,
    transactionId: purchase.transactionId,
    test: false,
    occurredAt,
    // Only a transaction says when it began; a cart is as old as its event.
    createdAt: telling.cartForm === undefined ? timeOf(purchase.beganMinute) : occurredAt,
    currency: purchase.currency,
    amount,
    fee: telling.cartForm === undefined ? feeOf(amount) : null,
    method,
    installments,
    items,
    buyer: purchase.buyer,
    tracking: purchase.tracking,
    subscription: purchase.subscription,
  };
}

/** The payload in which Assiny would tell these facts. */
export function payloadOf(facts: EventFacts, cartForm: CartForm | undefined, random: Random): AssinyPayload {
  const [main, ...bumps] = facts.items;
  const payload = assinyPayload(
    {
      event: facts.rawEvent,
      amount: facts.amount,
      createdAt: facts.createdAt,
      updatedAt: facts.occurredAt,
      paymentType: PAYMENT_TYPES[facts.method],
      currency: facts.currency,
      tracking: { ...facts.tracking },
      subscription: facts.subscription,
      bumps: bumps.map(payloadItem),
      ...(main ? { product: payloadItem(main) } : {}),
      ...(facts.buyer ? { client: payloadClient(facts.buyer) } : {}),
      ...(facts.fee === null ? {} : { fee: facts.fee }),
      ...(facts.installments === null ? {} : { installments: facts.installments }),
      ...(facts.transactionId === null ? {} : { transactionId: facts.transactionId }),
      ...(facts.kind === 'payment_refused' ? { status: 'refused' } : {}),
    },
    random,
  );
  if (cartForm !== undefined && cartForm !== 'no_transaction') {
    payload.data.transaction = cartTransaction(facts, cartForm);
  } else if (payload.data.transaction && chance(random, NULL_TIME_PROBABILITY)) {
    Object.assign(payload.data.transaction, { updated_at: nullTime(facts.occurredAt) });
  }
  return payload;
}

function payloadItem({ productId, productName, offerId, amount, role }: FactItem): PayloadItem {
  return { productId, productName, offerId, amount, checkoutType: CHECKOUT_TYPES[role] };
}

function payloadClient({ name, email, writtenPhone, writtenDocument }: FactBuyer) {
  return { full_name: name, email, phone: writtenPhone, document: writtenDocument };
}

function nullTime(at: Date) {
  return { Time: goTime(at), Valid: true };
}

const CART_IDS: Record<Exclude<CartForm, 'no_transaction'>, (facts: EventFacts) => string | null> = {
  blank_id: () => '',
  zero_id: () => ZERO_ID,
  real_id: (facts) => facts.transactionId,
};

/** The zero-valued transaction of a cart, as Assiny's panel shows it. */
function cartTransaction(facts: EventFacts, form: Exclude<CartForm, 'no_transaction'>) {
  return {
    id: CART_IDS[form](facts),
    status: '',
    amount: facts.amount,
    currency: facts.currency,
    updated_at: nullTime(facts.occurredAt),
    smart_installment: { total_installments: 8 },
  };
}

/** The request that brings a payload, which means these facts. */
export function deliveryOf(facts: EventFacts, payload: object): PlannedDelivery {
  return {
    label: `${facts.rawEvent} of ${facts.purchase}`,
    method: 'POST',
    headers: ASSINY_HEADERS,
    body: new TextEncoder().encode(JSON.stringify(payload)),
    wrongToken: false,
    withPrevious: false,
    expected: { answer: 'kept', meaning: facts },
  };
}

/** The same event told again: byte by byte the same, or with another visitor's address around it. */
export function redeliveryOf(delivery: PlannedDelivery, random: Random): PlannedDelivery {
  if (delivery.body === null || chance(random, 0.5)) return delivery;
  const body = new TextDecoder()
    .decode(delivery.body)
    .replace('"ip":"192.0.2.10"', `"ip":"192.0.2.${integerBetween(random, 11, 250)}"`);
  return { ...delivery, body: new TextEncoder().encode(body) };
}
