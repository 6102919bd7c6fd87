import { z } from 'zod';
import { findChannel } from '../chat/find-channel.ts';
import { homeChannel } from '../chat/home-channel.ts';
import type { Channel } from '../chat/surface.ts';
import { DEFAULT_PAGE_SIZE, type Page, type PageRequest } from '../database/page.ts';
import { defineRoute, type Route } from '../feature/route.ts';
import { idParams, listOf, momentSchema, noBody, noFields, pageFields } from '../feature/route-schemas.ts';
import { EVENT_KINDS } from '../platforms/platform.ts';
import { ProductError } from '../text/product-error.ts';
import { type Store, type StoreService, storeChangesSchema } from './store-service.ts';

/** Which events are posted, where, and from which amount. */
export const alertRulesSchema = z
  .strictObject({
    channelId: z.string().nullable().describe('Null: no channel is chosen, so nothing is posted.'),
    kinds: z.array(z.enum(EVENT_KINDS)),
    minimumAmount: z.int().min(0).describe('Centavos; approved purchases below it are not posted.'),
  })
  .meta({ id: 'AlertRules' });

export const storeSchema = z
  .strictObject({
    id: z.string(),
    workspaceId: z.string(),
    name: z.string(),
    platform: z.string(),
    webhookUrl: z.string().describe('Secret: whoever knows it can send events.'),
    timezone: z.string(),
    currency: z.string().describe('ISO 4217.'),
    happyPath: z.boolean(),
    stopOnReply: z.boolean().describe('A buyer’s reply takes back the reminders about that purchase.'),
    queueLimitDays: z.int(),
    paused: z.boolean(),
    alerts: alertRulesSchema,
    secretHeader: z.string().nullable().describe('Name of the secret header; its value is never shown.'),
    createdAt: momentSchema,
  })
  .meta({ id: 'Store' });

const newStoreSchema = z.strictObject({
  name: z.string(),
  platform: z.string(),
  channelId: z.string().nullable().describe('Where its alerts go.').optional(),
});

/** The admin API's routes about stores. */
export function storeRoutes(dependencies: {
  stores: StoreService;
  channels(workspaceId: string): Promise<Channel[]>;
}): Route[] {
  const { stores, channels } = dependencies;

  return [
    defineRoute({
      method: 'get',
      path: '/stores',
      summary: 'List the stores of the workspace, oldest first',
      params: noFields,
      query: z.strictObject(pageFields),
      body: noBody,
      status: 200,
      response: listOf(storeSchema),
      async handle({ caller, query }) {
        const { items, nextCursor } = pageOfStores(await stores.list(caller.workspaceId), query);
        return { json: { items: items.map(presentStore), nextCursor } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/stores',
      summary: 'Create a store',
      description: 'Without `channelId`, the alerts of a store of the local console go to its first channel.',
      params: noFields,
      query: noFields,
      body: newStoreSchema,
      status: 201,
      response: storeSchema,
      async handle({ caller: { workspaceId }, body }) {
        const { channelId, ...named } = await withKnownChannel(channels, workspaceId, body);
        const home = channelId === undefined ? await homeChannel(workspaceId, channels) : null;
        const store = await stores.create(workspaceId, { ...named, channelId: channelId ?? home?.id ?? null });
        return { json: presentStore(store), location: `/stores/${store.id}` };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/stores/:id',
      summary: 'Get a store',
      params: idParams,
      query: noFields,
      body: noBody,
      status: 200,
      response: storeSchema,
      async handle({ caller, params }) {
        return { json: presentStore(await stores.get(caller.workspaceId, params.id)) };
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/stores/:id',
      summary: 'Change a store; what is absent stays',
      params: idParams,
      query: noFields,
      body: storeChangesSchema,
      status: 200,
      response: storeSchema,
      async handle({ caller, params, body }) {
        const { workspaceId } = caller;
        const store = await stores.get(workspaceId, params.id);
        const alerts = body.alerts ? await withKnownChannel(channels, workspaceId, body.alerts) : undefined;
        return { json: presentStore(await stores.update(workspaceId, store.id, { ...body, alerts })) };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/stores/:id',
      summary: 'Remove a store; its webhook URL stops working at once and its name is free again',
      params: idParams,
      query: noFields,
      body: noBody,
      status: 204,
      response: null,
      async handle({ caller, params }) {
        await stores.remove(caller.workspaceId, params.id);
        return null;
      },
    }),
    defineRoute({
      method: 'post',
      path: '/stores/:id/rotate-url',
      summary: 'Give a store a new webhook URL; the old one stops working at once',
      params: idParams,
      query: noFields,
      body: noBody,
      status: 200,
      response: storeSchema,
      async handle({ caller, params }) {
        return { json: presentStore(await stores.rotateUrl(caller.workspaceId, params.id)) };
      },
    }),
  ];
}

/**
 * Rules with the id of the channel that they name by id or name; null and undefined stay.
 * @throws ProductError `channel_unknown`
 */
export async function withKnownChannel<Rules extends { channelId?: string | null | undefined }>(
  channels: (workspaceId: string) => Promise<Channel[]>,
  workspaceId: string,
  rules: Rules,
): Promise<Rules> {
  if (typeof rules.channelId !== 'string') return rules;
  return { ...rules, channelId: findChannel(await channels(workspaceId), rules.channelId).id };
}

function presentStore(store: Store): z.input<typeof storeSchema> {
  return { ...store, createdAt: store.createdAt.toISOString() };
}

/** Ids grow with the time of creation, so a store that is removed while somebody pages does not lose the place. */
function pageOfStores(all: readonly Store[], { cursor = '', limit = DEFAULT_PAGE_SIZE }: PageRequest): Page<Store> {
  if (cursor !== '' && !/^[0-9a-f]{24}$/.test(cursor)) throw new ProductError('cursor_unknown');
  const following = all.filter(({ id }) => id > cursor).sort((left, right) => (left.id < right.id ? -1 : 1));
  const items = following.slice(0, limit);
  return { items, nextCursor: following.length > limit ? (items.at(-1)?.id ?? null) : null };
}
