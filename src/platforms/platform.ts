/** The kinds of business event that the product knows, whatever the checkout platform calls them. */
export const EVENT_KINDS = [
  'cart_abandoned',
  'pix_generated',
  'pix_expired',
  'boleto_generated',
  'boleto_expired',
  'payment_refused',
  'purchase_approved',
  'subscription_renewed',
  'purchase_completed',
  'refund_requested',
  'purchase_refunded',
  'chargeback',
  'subscription_overdue',
  'subscription_cancelled',
  'unknown',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export const PAYMENT_METHODS = ['pix', 'boleto', 'card', 'unknown'] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

export const ITEM_ROLES = ['main', 'bump', 'upsell', 'downsell'] as const;
export type ItemRole = (typeof ITEM_ROLES)[number];

export interface OrderItem {
  role: ItemRole;
  productId: string | null;
  productName: string | null;
  offerId: string | null;
  /** Centavos, or null when the platform did not say. */
  amount: number | null;
}

export interface Buyer {
  name: string | null;
  firstName: string | null;
  email: string | null;
  /** E.164, or null when there is none or it is not a phone number. */
  phone: string | null;
  /** What came as the phone is no number that can be called. */
  hasInvalidPhone?: true;
  /** Digits only (CPF or CNPJ). */
  document: string | null;
}

export interface Subscription {
  id: string | null;
  /** 1 for the first charge, 2 for the first renewal, … */
  cycle: number | null;
  recurrence: string | null;
}

/** What one delivery means, in the product's own vocabulary. Every field is plain data that the database can hold. */
export interface PlatformEvent {
  kind: EventKind;
  /** The event name as the platform sent it. */
  rawEvent: string;
  /** Equal for two deliveries exactly when they tell of the same business event. Unique within one store. */
  dedupeKey: string;
  /** Names the purchase within one store: the transaction id or, for a cart without one, offer + buyer + time. Null: belongs to no purchase. */
  orderKey: string | null;
  transactionId: string | null;
  occurredAt: Date;
  /** When the transaction (or cart) was created, if the platform said so. */
  createdAt: Date | null;
  /** A test sent from the platform's panel: recorded, but it is no sale. */
  test: boolean;
  /** ISO 4217, upper case. */
  currency: string;
  /** Centavos: the total with order bumps. */
  amount: number | null;
  fee: number | null;
  net: number | null;
  paymentMethod: PaymentMethod;
  installments: number | null;
  items: OrderItem[];
  buyer: Buyer;
  /** utm_*, src, sck and the other parameters of the checkout link; values are never empty. */
  tracking: Record<string, string>;
  subscription: Subscription | null;
  checkoutUrl: string | null;
  /** The copy-and-paste text of a Pix charge. */
  pixCode: string | null;
  boletoLine: string | null;
  boletoUrl: string | null;
  refusalReason: string | null;
}

/** What the platform's reader needs of one delivery. */
export interface DeliveryContent {
  /** The parsed JSON body. */
  body: unknown;
  /** SHA-256 of the raw body, hex: the dedupe key of last resort. */
  bodyHash: string;
  receivedAt: Date;
}

export type ReadResult =
  | { ok: true; event: PlatformEvent }
  /** `path` is a JSON path such as `data.transaction.amount`; `reason` says in English what is wrong there (`must be …`) and quotes no value. */
  | { ok: false; path: string; reason: string };

/** An event that a platform sends, as the catalogue lists it. */
export interface CatalogueEntry {
  kind: EventKind;
  /** Names under which the platform sends it, lower case; the first is the usual one. */
  rawEvents: readonly string[];
  /** False when no public evidence shows the name in a real delivery. */
  proven: boolean;
}

/** An adapter for one checkout platform. */
export interface Platform {
  slug: string;
  name: string;
  category: string;
  catalogue: readonly CatalogueEntry[];
  /** Pure: the same content gives the same result. Never throws. */
  read(content: DeliveryContent): ReadResult;
}
