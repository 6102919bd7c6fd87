import { z } from 'zod';
import { defineRoute, type Route } from '../feature/route.ts';
import { idParams, listOf, momentSchema, noBody, pageFields } from '../feature/route-schemas.ts';
import { EVENT_KINDS } from '../platforms/platform.ts';
import type { StoreService } from '../stores/store-service.ts';
import type { EventService, StoreEvent } from './event-service.ts';

const eventSchema = z
  .strictObject({
    id: z.string(),
    kind: z.enum(EVENT_KINDS),
    rawEvent: z.string().describe('The event’s name as the platform sent it.'),
    occurredAt: momentSchema,
    deliveryId: z.string().describe('The delivery that brought it first.'),
    orderId: z.string().nullable(),
  })
  .meta({ id: 'Event' });

/** The admin API's routes about events. */
export function eventRoutes(dependencies: { stores: StoreService; events: EventService }): Route[] {
  const { stores, events } = dependencies;
  return [
    defineRoute({
      method: 'get',
      path: '/stores/:id/events',
      summary: 'List a store’s business events, newest first; each is there once, however often it was delivered',
      params: idParams,
      query: z.strictObject({ ...pageFields, kind: z.enum(EVENT_KINDS).optional() }),
      body: noBody,
      status: 200,
      response: listOf(eventSchema),
      async handle({ caller, params, query: { kind, ...page } }) {
        const store = await stores.get(caller.workspaceId, params.id);
        const { items, nextCursor } = await events.list(store, { kind }, page);
        return { json: { items: items.map(presentEvent), nextCursor } };
      },
    }),
  ];
}

function presentEvent(event: StoreEvent): z.input<typeof eventSchema> {
  const { id, kind, rawEvent, occurredAt, deliveryId, orderId } = event;
  return { id, kind, rawEvent, occurredAt: occurredAt.toISOString(), deliveryId, orderId };
}
