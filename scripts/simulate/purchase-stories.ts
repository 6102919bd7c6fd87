import type { FactBuyer, FactItem, FactKind, FactMethod, FactSubscription } from './event-facts.ts';
import { chance, integerBetween, pickOne } from './seeded-random.ts';
import type { Shop } from './shop.ts';

/** How Assiny may write a cart: without a transaction, or with one whose id is blank, Go's zero value, or real. */
export type CartForm = 'no_transaction' | 'blank_id' | 'zero_id' | 'real_id';

export interface Purchase {
  id: string;
  /** Null for a cart that never became a transaction. */
  transactionId: string | null;
  /** Minutes from the beginning of the story; a purchase of last week began at a negative minute. */
  beganMinute: number;
  buyer: FactBuyer;
  items: readonly FactItem[];
  currency: string;
  tracking: Readonly<Record<string, string>>;
  subscription: FactSubscription | null;
}

/** One event of a story. */
export interface Telling {
  /** Minutes from the beginning of the story. */
  minute: number;
  kind: FactKind;
  rawEvent: string;
  purchase: Purchase;
  method: FactMethod;
  installments: number | null;
  /** Only for carts. */
  cartForm?: CartForm;
  /** What this event is about, when that is less than the purchase. */
  items?: readonly FactItem[];
  /** Centavos, when it is not the sum of the items. */
  amount?: number;
}

/** What one buyer does, event by event, in the order of time. */
export type Story = (shop: Shop) => Telling[];

const MINUTES_A_DAY = 24 * 60;
const GUARANTEE_DAYS = 7;

const USUAL_NAMES: Record<FactKind, readonly string[]> = {
  cart_abandoned: ['abandoned_checkout', 'abandoned_purchase'],
  pix_generated: ['pix_generated'],
  pix_expired: ['pix_expired'],
  boleto_generated: ['bank_slip_generated'],
  boleto_expired: ['bank_slip_expired'],
  payment_refused: ['refused', 'refused', 'refused_purchase'],
  purchase_approved: ['approved_purchase'],
  subscription_renewed: ['approved_purchase', 'approved_purchase', 'subscription_renewed', 'renewed_subscription'],
  purchase_completed: ['completed_purchase'],
  refund_requested: ['request_refund'],
  purchase_refunded: ['refunded_purchase'],
  chargeback: ['charged_back', 'charged_back', 'chargeback', 'chargedback_purchase'],
  subscription_overdue: ['pix_expired'],
  subscription_cancelled: [
    'subscription_cancelled',
    'subscription_canceled',
    'cancelled_subscription',
    'canceled_subscription',
  ],
  unknown: ['purchase_protest', 'subscription_trial_ended', 'pre_chargeback', 'access_granted', 'Novo Evento 2027'],
};

function newPurchase(shop: Shop, given: Partial<Purchase> = {}): Purchase {
  const transactionId = shop.newId();
  return {
    id: transactionId,
    transactionId,
    beganMinute: 0,
    buyer: shop.newBuyer(),
    items: shop.newItems(),
    currency: shop.newCurrency(),
    tracking: shop.newTracking(),
    subscription: null,
    ...given,
  };
}

function tell(
  shop: Shop,
  purchase: Purchase,
  minute: number,
  kind: FactKind,
  rest: Partial<Pick<Telling, 'method' | 'installments' | 'items' | 'amount'>> = {},
): Telling {
  return {
    minute,
    kind,
    rawEvent: pickOne(shop.random, USUAL_NAMES[kind]),
    purchase,
    method: 'pix',
    installments: 1,
    ...rest,
  };
}

function card(shop: Shop) {
  return { method: 'card' as const, installments: pickOne(shop.random, [1, 1, 1, 2, 3, 6, 10, 12]) };
}

const boleto = { method: 'boleto' as const, installments: 1 };

/** A cart, its minute at the end of `purchase`'s beginning. */
function tellCart(shop: Shop, purchase: Purchase, minute: number): Telling {
  const rawEvent = pickOne(shop.random, USUAL_NAMES.cart_abandoned);
  const form =
    rawEvent === 'abandoned_checkout' ? 'no_transaction' : pickOne(shop.random, ['blank_id', 'zero_id'] as const);
  const id = `cart ${shop.newId()}`;
  // A currency is written with a transaction; without one, Assiny's reais are meant.
  const currency = form === 'no_transaction' ? 'BRL' : purchase.currency;
  return {
    minute,
    kind: 'cart_abandoned',
    rawEvent,
    // A cart shows the product alone.
    purchase: {
      ...purchase,
      id,
      transactionId: null,
      beganMinute: minute,
      currency,
      items: purchase.items.slice(0, 1),
    },
    method: 'unknown',
    installments: null,
    cartForm: form,
  };
}

const pixPaid: Story = (shop) => {
  const purchase = newPurchase(shop);
  return [
    tell(shop, purchase, 0, 'pix_generated'),
    tell(shop, purchase, integerBetween(shop.random, 1, 12), 'purchase_approved'),
  ];
};

const pixForgotten: Story = (shop) => [tell(shop, newPurchase(shop), 0, 'pix_generated')];

const pixExpired: Story = (shop) => {
  const purchase = newPurchase(shop);
  return [tell(shop, purchase, 0, 'pix_generated'), tell(shop, purchase, 30, 'pix_expired')];
};

export const cardPaid: Story = (shop) => [tell(shop, newPurchase(shop), 0, 'purchase_approved', card(shop))];

const boletoForgotten: Story = (shop) => [tell(shop, newPurchase(shop), 0, 'boleto_generated', boleto)];

const boletoPaid: Story = (shop) => {
  const purchase = newPurchase(shop);
  return [
    tell(shop, purchase, 0, 'boleto_generated', boleto),
    tell(shop, purchase, integerBetween(shop.random, 20, 90), 'purchase_approved', boleto),
  ];
};

const boletoExpired: Story = (shop) => {
  const purchase = newPurchase(shop, { beganMinute: -3 * MINUTES_A_DAY });
  return [tell(shop, purchase, 0, 'boleto_expired', boleto)];
};

/** One to three tries with the card; each try is a transaction of its own, or all of them are one. */
function refusals(shop: Shop): { told: Telling[]; last: Purchase; minute: number } {
  const purchase = newPurchase(shop);
  const oneTransaction = chance(shop.random, 0.5);
  const told: Telling[] = [];
  let last = purchase;
  let minute = 0;
  for (let tries = integerBetween(shop.random, 1, 3); tries > 0; tries -= 1) {
    told.push(tell(shop, last, minute, 'payment_refused', card(shop)));
    minute += integerBetween(shop.random, 1, 3);
    if (!oneTransaction) {
      const transactionId = shop.newId();
      last = { ...purchase, id: transactionId, transactionId, beganMinute: minute };
    }
  }
  return { told, last, minute };
}

const cardRefused: Story = (shop) => refusals(shop).told;

const cardRefusedThenPaid: Story = (shop) => {
  const { told, last, minute } = refusals(shop);
  return [...told, tell(shop, last, minute, 'purchase_approved', card(shop))];
};

const cardRefusedThenPix: Story = (shop) => {
  const { told, last, minute } = refusals(shop);
  const generated = tell(shop, last, minute, 'pix_generated');
  return chance(shop.random, 0.7)
    ? [...told, generated, tell(shop, last, minute + integerBetween(shop.random, 1, 5), 'purchase_approved')]
    : [...told, generated];
};

const cart: Story = (shop) => [tellCart(shop, newPurchase(shop), 0)];

/** The cart has the id of the transaction that it later became. */
const cartThatBecameItsPurchase: Story = (shop) => {
  const purchase = newPurchase(shop);
  const abandoned: Telling = {
    ...tellCart(shop, purchase, 2),
    rawEvent: 'abandoned_purchase',
    purchase,
    items: purchase.items.slice(0, 1),
    cartForm: 'real_id',
  };
  return [abandoned, tell(shop, purchase, 15, 'purchase_approved', card(shop))];
};

const cartRecovered: Story = (shop) => {
  const purchase = newPurchase(shop, { beganMinute: 20 });
  return [
    tellCart(shop, purchase, 0),
    tell(shop, purchase, 20, 'pix_generated'),
    tell(shop, purchase, 24, 'purchase_approved'),
  ];
};

/** An upsell with one click after the purchase: a transaction of its own. */
const upsell: Story = (shop) => {
  const purchase = newPurchase(shop);
  const paid = card(shop);
  const offered = newPurchase(shop, {
    buyer: purchase.buyer,
    tracking: purchase.tracking,
    currency: purchase.currency,
    beganMinute: 3,
    items: [shop.newUpsell()],
  });
  return [
    tell(shop, purchase, 0, 'purchase_approved', paid),
    tell(shop, offered, 3, 'purchase_approved', { ...paid, installments: 1 }),
  ];
};

/** An upsell under the transaction of the purchase, whose amount is its own price or the new total: nobody knows which Assiny sends. */
const upsellOfOneTransaction: Story = (shop) => {
  const purchase = newPurchase(shop);
  const offered = shop.newUpsell();
  const paid = card(shop);
  const total = [...purchase.items, offered].reduce((sum, item) => sum + item.amount, 0);
  const approval = tell(shop, purchase, 0, 'purchase_approved', paid);
  const stated = chance(shop.random, 0.5) ? total : offered.amount;
  return [approval, { ...approval, minute: 3, items: [offered], amount: stated }];
};

const refundAfterPurchase: Story = (shop) => {
  const purchase = newPurchase(shop);
  return [
    tell(shop, purchase, 0, 'pix_generated'),
    tell(shop, purchase, 2, 'purchase_approved'),
    tell(shop, purchase, 60, 'refund_requested'),
    tell(shop, purchase, 90, 'purchase_refunded'),
  ];
};

/** The purchase was made before the webhook was set up. */
const refundOfEarlierPurchase: Story = (shop) => {
  const purchase = newPurchase(shop, { beganMinute: -integerBetween(shop.random, 1, 6) * MINUTES_A_DAY });
  const paid = card(shop);
  const requested = tell(shop, purchase, 0, 'refund_requested', paid);
  const refunded = tell(shop, purchase, 40, 'purchase_refunded', paid);
  return pickOne(shop.random, [[requested], [refunded], [requested, refunded]]);
};

const chargeback: Story = (shop) => {
  const paid = card(shop);
  if (chance(shop.random, 0.5)) {
    const earlier = newPurchase(shop, { beganMinute: -integerBetween(shop.random, 8, 20) * MINUTES_A_DAY });
    return [tell(shop, earlier, 0, 'chargeback', paid)];
  }
  const purchase = newPurchase(shop);
  return [tell(shop, purchase, 0, 'purchase_approved', paid), tell(shop, purchase, 120, 'chargeback', paid)];
};

const completed: Story = (shop) => {
  const purchase = newPurchase(shop, { beganMinute: -GUARANTEE_DAYS * MINUTES_A_DAY });
  return [tell(shop, purchase, 0, 'purchase_completed', chance(shop.random, 0.5) ? card(shop) : {})];
};

function membership(shop: Shop, cycle: number): Purchase {
  return newPurchase(shop, {
    items: shop.newSubscriptionItems(),
    subscription: { id: shop.newId(), recurrence: 'MONTHLY', cycle },
  });
}

const subscriptionStart: Story = (shop) => [tell(shop, membership(shop, 1), 0, 'purchase_approved', card(shop))];

const subscriptionRenewal: Story = (shop) => [
  tell(shop, membership(shop, integerBetween(shop.random, 2, 14)), 0, 'subscription_renewed', card(shop)),
];

const subscriptionOverdue: Story = (shop) => {
  const renewal = membership(shop, integerBetween(shop.random, 2, 14));
  return [tell(shop, renewal, 0, 'pix_generated'), tell(shop, renewal, 30, 'subscription_overdue')];
};

const subscriptionCancelled: Story = (shop) => {
  const first = membership(shop, 1);
  const paid = card(shop);
  const cancelled = tell(shop, first, 200, 'subscription_cancelled', paid);
  return chance(shop.random, 0.5) ? [cancelled] : [tell(shop, first, 0, 'purchase_approved', paid), cancelled];
};

const nameNobodyKnows: Story = (shop) => [tell(shop, newPurchase(shop), 0, 'unknown', card(shop))];

export type Mix = readonly (readonly [weight: number, story: Story])[];

/** Many people buy at once: carts, Pix, cards that fail first, bumps and upsells. */
export const LAUNCH: Mix = [
  [30, pixPaid],
  [20, cardPaid],
  [14, cart],
  [8, cardRefusedThenPaid],
  [7, upsell],
  [6, pixForgotten],
  [5, pixExpired],
  [5, cartRecovered],
  [4, cardRefusedThenPix],
  [4, boletoForgotten],
  [3, boletoPaid],
  [3, cardRefused],
  [3, upsellOfOneTransaction],
  [2, cartThatBecameItsPurchase],
];

/** A day of a shop that has been selling for a while. */
export const DAY: Mix = [
  ...LAUNCH,
  [8, completed],
  [6, subscriptionRenewal],
  [5, subscriptionStart],
  [4, refundAfterPurchase],
  [3, refundOfEarlierPurchase],
  [3, subscriptionOverdue],
  [3, subscriptionCancelled],
  [2, boletoExpired],
  [2, chargeback],
  [2, nameNobodyKnows],
];

/** The card processor refuses nearly everything. */
export const FAILING_CARDS: Mix = [
  [70, cardRefused],
  [15, cardRefusedThenPix],
  [8, pixPaid],
  [4, cardPaid],
  [3, cart],
];
