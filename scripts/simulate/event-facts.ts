/**
 * What the simulator means a delivery to say, in its own words. The payload is made from these facts and the product is judged by them, so
 * nothing here may come from the code that is judged.
 */

export type FactKind =
  | 'cart_abandoned'
  | 'pix_generated'
  | 'pix_expired'
  | 'boleto_generated'
  | 'boleto_expired'
  | 'payment_refused'
  | 'purchase_approved'
  | 'subscription_renewed'
  | 'purchase_completed'
  | 'refund_requested'
  | 'purchase_refunded'
  | 'chargeback'
  | 'subscription_overdue'
  | 'subscription_cancelled'
  | 'unknown';

export type FactMethod = 'pix' | 'boleto' | 'card' | 'unknown';

export interface FactItem {
  role: 'main' | 'bump' | 'upsell';
  productId: string;
  productName: string;
  offerId: string;
  /** Centavos. */
  amount: number;
}

export interface FactBuyer {
  name: string;
  email: string;
  /** As the buyer typed it. */
  writtenPhone: string;
  /** E.164. */
  phone: string;
  /** As the buyer typed it. */
  writtenDocument: string;
  /** Digits. */
  document: string;
}

export interface FactSubscription {
  id: string;
  recurrence: string;
  cycle: number;
}

export interface EventFacts {
  kind: FactKind;
  /** The event name in the payload. */
  rawEvent: string;
  /** Equal for two deliveries exactly when they tell of the same business event. */
  identity: string;
  /** Names the purchase. */
  purchase: string;
  transactionId: string | null;
  /** Sent from the platform's panel to try the webhook out. */
  test: boolean;
  occurredAt: Date;
  /** When the purchase began. */
  createdAt: Date;
  currency: string;
  /** Centavos, as the payload states it. */
  amount: number;
  /** Centavos; null where the payload does not say it. */
  fee: number | null;
  method: FactMethod;
  installments: number | null;
  /** The items of this payload. */
  items: readonly FactItem[];
  /** Null when the payload names nobody. */
  buyer: FactBuyer | null;
  tracking: Readonly<Record<string, string>>;
  subscription: FactSubscription | null;
}
