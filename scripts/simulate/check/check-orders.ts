import { groupBy, uniq } from 'es-toolkit';
import type { SeenOrder } from '../admin-api.ts';
import type { ExpectedOrder } from '../expected-orders.ts';
import type { KeptEvent } from './check-events.ts';
import type { Differences } from './differences.ts';

/**
 * Is each purchase there as one order, with what its events say together, and nothing else.
 * @param seen the store's orders since the run began
 */
export function checkOrders(
  expected: readonly ExpectedOrder[],
  events: readonly KeptEvent[],
  seen: readonly SeenOrder[],
  differences: Differences,
): void {
  const byId = groupBy([...seen], ({ id }) => id);
  const byPurchase = groupBy(
    events.filter(({ facts }) => !facts.test && facts.kind !== 'unknown'),
    ({ facts }) => facts.purchase,
  );
  const known = new Set<string>();
  for (const order of expected) {
    const ids = uniq((byPurchase[order.purchase] ?? []).map((event) => event.seen?.orderId ?? null));
    differences.compare(`orders of purchase ${order.purchase}`, 1, ids.filter((id) => id !== null).length);
    const [id] = ids;
    if (!id) continue;
    known.add(id);
    const [found, ...others] = byId[id] ?? [];
    differences.compare(`order ${id} in the list`, 1, others.length + (found ? 1 : 0));
    if (found) differences.compare(`order of purchase ${order.purchase}`, presentExpected(order), presentSeen(found));
  }
  for (const { id, status } of seen) {
    if (!known.has(id)) differences.note(`order ${id}`, 'not there, for no purchase of this run made it', status);
  }
}

function byOffer(left: { offerId: string | null }, right: { offerId: string | null }): number {
  return (left.offerId ?? '') < (right.offerId ?? '') ? -1 : 1;
}

function presentExpected(order: ExpectedOrder) {
  const { transactionId, status, currency, amount, fee, net, paymentMethod, installments } = order;
  const { items, buyer, tracking, subscription, createdAt, paidAt, refundedAt } = order;
  return {
    transactionId,
    status,
    currency,
    amount,
    fee,
    net,
    paymentMethod,
    installments,
    items: items
      .map((item) => ({
        role: item.role,
        productId: item.productId,
        productName: item.productName,
        offerId: item.offerId,
        amount: item.amount,
      }))
      .sort(byOffer),
    buyer: buyer && { name: buyer.name, email: buyer.email, phone: buyer.phone, document: buyer.document },
    tracking: { ...tracking },
    subscription: subscription && { id: subscription.id, cycle: subscription.cycle },
    createdAt: createdAt.toISOString(),
    paidAt: paidAt?.toISOString() ?? null,
    refundedAt: refundedAt?.toISOString() ?? null,
  };
}

function presentSeen({ id: _id, items, ...order }: SeenOrder) {
  return { ...order, items: [...items].sort(byOffer) };
}
