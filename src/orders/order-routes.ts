import { z } from 'zod';
import { defineRoute, type Route } from '../feature/route.ts';
import { amountSchema, idParams, listOf, momentSchema, noBody, pageFields } from '../feature/route-schemas.ts';
import { ITEM_ROLES, PAYMENT_METHODS } from '../platforms/platform.ts';
import type { StoreService } from '../stores/store-service.ts';
import type { Order, OrderService } from './order-service.ts';
import { ORDER_STATUSES } from './order-status.ts';

const orderItemSchema = z.strictObject({
  role: z.enum(ITEM_ROLES),
  productId: z.string().nullable(),
  productName: z.string().nullable(),
  offerId: z.string().nullable(),
  amount: amountSchema.nullable(),
});

const buyerSchema = z.strictObject({
  name: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable().describe('E.164.'),
  document: z.string().nullable().describe('CPF or CNPJ, digits only.'),
});

const orderSchema = z
  .strictObject({
    id: z.string(),
    transactionId: z.string().nullable(),
    status: z.enum(ORDER_STATUSES),
    currency: z.string().describe('ISO 4217.'),
    amount: amountSchema,
    fee: amountSchema.nullable(),
    net: amountSchema.nullable(),
    paymentMethod: z.enum(PAYMENT_METHODS),
    installments: z.int().nullable(),
    items: z.array(orderItemSchema),
    buyer: buyerSchema,
    tracking: z.record(z.string(), z.string()).describe('utm_*, src, sck and the checkout link’s other parameters.'),
    subscription: z.strictObject({ id: z.string().nullable(), cycle: z.int().nullable() }).nullable(),
    createdAt: momentSchema,
    paidAt: momentSchema.nullable(),
    refundedAt: momentSchema.nullable(),
  })
  .meta({ id: 'Order' });

/** The admin API's routes about orders. */
export function orderRoutes(dependencies: { stores: StoreService; orders: OrderService }): Route[] {
  const { stores, orders } = dependencies;
  return [
    defineRoute({
      method: 'get',
      path: '/stores/:id/orders',
      summary: 'List a store’s orders, the one that was seen last first',
      params: idParams,
      query: z.strictObject({ ...pageFields, status: z.enum(ORDER_STATUSES).optional() }),
      body: noBody,
      status: 200,
      response: listOf(orderSchema),
      async handle({ caller, params, query: { status, ...page } }) {
        const store = await stores.get(caller.workspaceId, params.id);
        const { items, nextCursor } = await orders.list(store, { status }, page);
        return { json: { items: items.map(presentOrder), nextCursor } };
      },
    }),
  ];
}

function presentOrder(order: Order): z.input<typeof orderSchema> {
  const { id, transactionId, status, currency, amount, fee, net, paymentMethod, installments, tracking } = order;
  const { name, email, phone, document } = order.buyer;
  const { subscription } = order;
  return {
    id,
    transactionId,
    status,
    currency,
    amount,
    fee,
    net,
    paymentMethod,
    installments,
    items: order.items.map(({ role, productId, productName, offerId, amount: itemAmount }) => ({
      role,
      productId,
      productName,
      offerId,
      amount: itemAmount,
    })),
    buyer: { name, email, phone, document },
    tracking,
    subscription: subscription ? { id: subscription.id, cycle: subscription.cycle } : null,
    createdAt: order.createdAt.toISOString(),
    paidAt: order.paidAt?.toISOString() ?? null,
    refundedAt: order.refundedAt?.toISOString() ?? null,
  };
}
