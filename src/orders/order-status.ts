import type { EventKind } from '../platforms/platform.ts';

/**
 * The statuses of an order from lowest to highest rank. An order has the highest that any of its events gives it,
 * so events that arrive out of order lead to the same status.
 */
export const ORDER_STATUSES = [
  'abandoned',
  'refused',
  'pending',
  'expired',
  'paid',
  'completed',
  'refund_requested',
  'refunded',
  'charged_back',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** The status that an event gives its order; null: it says nothing about the purchase itself. */
export const STATUS_OF_KIND = {
  cart_abandoned: 'abandoned',
  payment_refused: 'refused',
  pix_generated: 'pending',
  boleto_generated: 'pending',
  pix_expired: 'expired',
  boleto_expired: 'expired',
  subscription_overdue: 'expired',
  purchase_approved: 'paid',
  subscription_renewed: 'paid',
  purchase_completed: 'completed',
  refund_requested: 'refund_requested',
  purchase_refunded: 'refunded',
  chargeback: 'charged_back',
  subscription_cancelled: null,
  unknown: null,
} as const satisfies Record<EventKind, OrderStatus | null>;

/** Position of a status along the way; higher replaces lower. */
export function rankOf(status: OrderStatus): number {
  return ORDER_STATUSES.indexOf(status);
}
