import type { OrderItem } from '../platform.ts';
import { totalOf } from './items.ts';
import type { Transaction } from './schema.ts';

/** Centavos. */
export interface OrderMoney {
  amount: number | null;
  fee: number | null;
  net: number | null;
}

/** A cart, a blank status, or a bare zero with nothing around it: there a zero is a zero value and not a price. */
function zeroSaysNothing(transaction: Transaction | null, cart: boolean): boolean {
  if (cart || transaction === null || transaction.status === '') {
    return true;
  }
  return transaction.status === null && transaction.fee_amount === null && transaction.net_amount === null;
}

/**
 * The money of one purchase. `transaction.amount` is the total with order bumps; only where it is missing the items are added up.
 *
 * A free purchase (a coupon of 100 %) keeps its zero.
 */
export function readMoney(transaction: Transaction | null, items: readonly OrderItem[], cart: boolean): OrderMoney {
  const doubtZero = zeroSaysNothing(transaction, cart);
  const believed = (amount: number | null | undefined) => (doubtZero && amount === 0 ? null : (amount ?? null));
  const amount = believed(transaction?.amount) ?? believed(totalOf(items));
  const fee = believed(transaction?.fee_amount);
  const net = believed(transaction?.net_amount);
  // Fee and net add up to the amount, so both cannot be nothing when the amount is something.
  const unsaid = amount !== 0 && !fee && !net;
  return unsaid ? { amount, fee: null, net: null } : { amount, fee, net };
}
