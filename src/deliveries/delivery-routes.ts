import { z } from 'zod';
import { defineRoute, type Route } from '../feature/route.ts';
import { idParams, listOf, momentSchema, noBody, noFields, pageFields } from '../feature/route-schemas.ts';
import { EVENT_KINDS } from '../platforms/platform.ts';
import type { StoreService } from '../stores/store-service.ts';
import { DELIVERY_OUTCOMES } from './delivery-model.ts';
import type { Delivery, DeliveryService } from './delivery-service.ts';

const deliverySchema = z
  .strictObject({
    id: z.string(),
    receivedAt: momentSchema,
    outcome: z.enum(DELIVERY_OUTCOMES).describe('`received` until a worker has finished it.'),
    reason: z.string().nullable().describe('Why the outcome is what it is.'),
    attempts: z.int(),
    kind: z.enum(EVENT_KINDS).nullable(),
    eventId: z.string().nullable(),
  })
  .meta({ id: 'Delivery' });

const deliveryContentSchema = deliverySchema
  .extend({
    storeId: z.string(),
    headers: z.array(z.tuple([z.string(), z.string()])).describe('Name and value as they came; secrets are masked.'),
    body: z.string().describe('The body as it came.'),
  })
  .meta({ id: 'DeliveryContent' });

/** The admin API's routes about deliveries. */
export function deliveryRoutes(dependencies: { stores: StoreService; deliveries: DeliveryService }): Route[] {
  const { stores, deliveries } = dependencies;
  return [
    defineRoute({
      method: 'get',
      path: '/stores/:id/deliveries',
      summary: 'List the requests to a store’s webhook URL, newest first',
      params: idParams,
      query: z.strictObject({ ...pageFields, outcome: z.enum(DELIVERY_OUTCOMES).optional() }),
      body: noBody,
      status: 200,
      response: listOf(deliverySchema),
      async handle({ caller, params, query: { outcome, ...page } }) {
        const store = await stores.get(caller.workspaceId, params.id);
        const { items, nextCursor } = await deliveries.list(store, { outcome }, page);
        return { json: { items: items.map(presentDelivery), nextCursor } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/deliveries/:id',
      summary: 'Get a delivery with its headers and body',
      params: idParams,
      query: noFields,
      body: noBody,
      status: 200,
      response: deliveryContentSchema,
      async handle({ caller, params }) {
        const delivery = await deliveries.get(caller.workspaceId, params.id);
        const { storeId, headers, body } = delivery;
        return { json: { ...presentDelivery(delivery), storeId, headers, body } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/deliveries/:id/replay',
      summary: 'Process a delivery again by today’s rules; its event has its effects once all the same',
      params: idParams,
      query: noFields,
      body: noBody,
      status: 202,
      response: deliverySchema,
      async handle({ caller, params }) {
        return { json: presentDelivery(await deliveries.replay(caller.workspaceId, params.id)) };
      },
    }),
  ];
}

function presentDelivery(delivery: Delivery): z.input<typeof deliverySchema> {
  const { id, receivedAt, outcome, reason, attempts, kind, eventId } = delivery;
  return { id, receivedAt: receivedAt.toISOString(), outcome, reason, attempts, kind, eventId };
}
