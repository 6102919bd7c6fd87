import type { ItemRole, OrderItem } from '../platform.ts';
import type { Offer, OrderBump } from './schema.ts';

const ROLES = new Map<string, ItemRole>([
  ['ENTRY', 'main'],
  ['ORDERBUMP', 'bump'],
  ['UPSELL', 'upsell'],
  ['DOWNSELL', 'downsell'],
]);

function roleNamed(name: string | null): ItemRole | undefined {
  return ROLES.get((name ?? '').toUpperCase().replaceAll(/[^A-Z]/g, ''));
}

function roleOf(item: Offer | OrderBump, otherwise: ItemRole): ItemRole {
  return roleNamed(item.checkout_type) ?? roleNamed(item.type) ?? otherwise;
}

/** True when the offer was sold after the purchase, possibly under the same transaction id. */
export function isSoldAfterwards(offer: Offer | null): boolean {
  return offer !== null && ['upsell', 'downsell'].includes(roleOf(offer, 'main'));
}

/** The first amount that says something: a zero beside a price is only a zero value, a zero alone is a price of nothing. */
function firstPrice(amounts: readonly (number | null)[]): number | null {
  return amounts.find((amount) => amount !== null && amount > 0) ?? amounts.find((amount) => amount === 0) ?? null;
}

function item(source: Offer | OrderBump, role: ItemRole, amount: number | null): OrderItem {
  return {
    role,
    productId: source.product?.id ?? source.id,
    productName: source.product?.name ?? source.name,
    offerId: source.id,
    amount,
  };
}

function mainItem(offer: Offer, cart: boolean): OrderItem | null {
  const { amount, amount_with_tax: charged } = offer;
  const read = item(offer, roleOf(offer, 'main'), firstPrice(cart ? [amount, charged] : [charged, amount]));
  const empty = read.productId === null && read.productName === null && read.amount === null;
  return empty ? null : read;
}

/**
 * The main offer, if there is one, then the order bumps. Amounts are what the buyer is charged, with the interest of instalments.
 *
 * @param cart nothing was charged yet, so the main offer counts with its list price
 */
export function readItems(offer: Offer | null, bumps: readonly OrderBump[], cart: boolean): OrderItem[] {
  const main = offer === null ? null : mainItem(offer, cart);
  const extras = bumps.map((bump) =>
    item(bump, roleOf(bump, 'bump'), firstPrice([bump.amount_with_tax, bump.product_price, bump.amount])),
  );
  return main === null ? extras : [main, ...extras];
}

/** The sum of the items in centavos, or null when there are none, one has no amount, or the sum cannot be counted exactly. */
export function totalOf(items: readonly OrderItem[]): number | null {
  let total = 0;
  for (const { amount } of items) {
    if (amount === null) {
      return null;
    }
    total += amount;
  }
  return items.length > 0 && Number.isSafeInteger(total) ? total : null;
}
