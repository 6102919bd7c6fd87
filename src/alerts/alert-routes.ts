import { z } from 'zod';
import { POST_STATUSES } from '../chat/outbox.ts';
import type { Channel } from '../chat/surface.ts';
import { defineRoute, type Route } from '../feature/route.ts';
import {
  amountSchema,
  idParams,
  listOf,
  momentSchema,
  noBody,
  noFields,
  pageFields,
} from '../feature/route-schemas.ts';
import { EVENT_KINDS } from '../platforms/platform.ts';
import { alertRulesSchema, withKnownChannel } from '../stores/store-routes.ts';
import type { StoreService } from '../stores/store-service.ts';
import type { Alert, AlertService } from './alert-service.ts';

const alertSchema = z
  .strictObject({
    id: z.string(),
    eventId: z.string(),
    kind: z.enum(EVENT_KINDS),
    amount: amountSchema.nullable(),
    currency: z.string(),
    channelId: z.string(),
    createdAt: momentSchema,
    status: z.enum(POST_STATUSES),
    postKey: z.string().nullable().describe('The post that tells of it; several alerts may share one.'),
  })
  .meta({ id: 'Alert' });

/** The admin API's routes about alerts: the rules of a store, and what was posted by them. */
export function alertRoutes(dependencies: {
  stores: StoreService;
  alerts: AlertService;
  channels(workspaceId: string): Promise<Channel[]>;
}): Route[] {
  const { stores, alerts, channels } = dependencies;
  return [
    defineRoute({
      method: 'get',
      path: '/stores/:id/alerts',
      summary: 'Get a store’s alert rules',
      params: idParams,
      query: noFields,
      body: noBody,
      status: 200,
      response: alertRulesSchema,
      async handle({ caller, params }) {
        return { json: (await stores.get(caller.workspaceId, params.id)).alerts };
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/stores/:id/alerts',
      summary: 'Change a store’s alert rules; what is absent stays',
      params: idParams,
      query: noFields,
      body: alertRulesSchema.partial(),
      status: 200,
      response: alertRulesSchema,
      async handle({ caller: { workspaceId }, params, body }) {
        const store = await stores.get(workspaceId, params.id);
        const alerts = await withKnownChannel(channels, workspaceId, body);
        return { json: (await stores.update(workspaceId, store.id, { alerts })).alerts };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/stores/:id/alerts/posts',
      summary: 'List a store’s alerts and how far their posts have come, newest first',
      params: idParams,
      query: z.strictObject(pageFields),
      body: noBody,
      status: 200,
      response: listOf(alertSchema),
      async handle({ caller, params, query }) {
        const store = await stores.get(caller.workspaceId, params.id);
        const { items, nextCursor } = await alerts.list(store, query);
        return { json: { items: items.map(presentAlert), nextCursor } };
      },
    }),
  ];
}

function presentAlert(alert: Alert): z.input<typeof alertSchema> {
  return { ...alert, createdAt: alert.createdAt.toISOString() };
}
