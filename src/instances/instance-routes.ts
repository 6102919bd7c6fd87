import { z } from 'zod';
import { defineRoute, type Route } from '../feature/route.ts';
import { idParams, listOf, momentSchema, noBody, noFields } from '../feature/route-schemas.ts';
import { PROVIDERS } from '../senders/sender.ts';
import type { StoreService } from '../stores/store-service.ts';
import type { ConnectionCheck } from './connection-check.ts';
import { type Instance, type InstanceService, instanceChangesSchema, workingHoursSchema } from './instance-service.ts';

const DEFAULT_TIMEZONE = 'America/Sao_Paulo';

const instanceSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    provider: z.enum(PROVIDERS),
    webhookUrl: z.string().describe('Where the provider reports what was delivered, read and answered.'),
    storeIds: z.array(z.string()).describe('The stores whose messages may go through it.'),
    connection: z.enum(['unknown', 'connected', 'disconnected']),
    connectionReason: z.string().nullable(),
    intervalMilliseconds: z.int(),
    dailyLimit: z.int().nullable(),
    hours: workingHoursSchema.nullable(),
    warmUp: z.boolean(),
    timezone: z.string(),
    sentToday: z.int(),
    createdAt: momentSchema,
  })
  .meta({ id: 'Instance' });

const credentialsSchema = z
  .record(z.string(), z.unknown())
  .describe('What the provider has to be told, by the names that an error lists. It is never shown again.');

/** The admin API's routes about WhatsApp senders. Credentials go in and never come out. */
export function instanceRoutes(dependencies: {
  stores: StoreService;
  instances: InstanceService;
  checkConnection: ConnectionCheck;
}): Route[] {
  const { stores, instances, checkConnection } = dependencies;

  /** Makes the linked stores those that were named, each of the same workspace. */
  async function linkExactly(workspaceId: string, instance: Instance, storeIds: readonly string[]): Promise<void> {
    for (const storeId of storeIds) await stores.get(workspaceId, storeId);
    for (const storeId of storeIds) await instances.link(workspaceId, instance.id, storeId, true);
    for (const storeId of instance.storeIds) {
      if (!storeIds.includes(storeId)) await instances.link(workspaceId, instance.id, storeId, false);
    }
  }

  return [
    defineRoute({
      method: 'get',
      path: '/instances',
      summary: 'List the WhatsApp instances',
      params: noFields,
      query: noFields,
      body: noBody,
      status: 200,
      response: listOf(instanceSchema),
      async handle({ caller }) {
        return { json: { items: (await instances.list(caller.workspaceId)).map(presentInstance), nextCursor: null } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/instances',
      summary: 'Create a WhatsApp instance',
      params: noFields,
      query: noFields,
      body: z.strictObject({
        name: z.string(),
        provider: z.enum(PROVIDERS),
        credentials: credentialsSchema.default({}),
        timezone: instanceChangesSchema.shape.timezone,
        storeIds: z.array(z.string()).default([]),
      }),
      status: 201,
      response: instanceSchema,
      async handle({ caller: { workspaceId }, body: { storeIds, timezone = DEFAULT_TIMEZONE, ...input } }) {
        for (const storeId of storeIds) await stores.get(workspaceId, storeId);
        const made = await instances.create(workspaceId, { ...input, timezone });
        await linkExactly(workspaceId, made, storeIds);
        await checkConnection(made);
        const instance = await instances.get(workspaceId, made.id);
        return { json: presentInstance(instance), location: `/instances/${instance.id}` };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/instances/:id',
      summary: 'Get a WhatsApp instance',
      params: idParams,
      query: noFields,
      body: noBody,
      status: 200,
      response: instanceSchema,
      async handle({ caller, params }) {
        return { json: presentInstance(await instances.get(caller.workspaceId, params.id)) };
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/instances/:id',
      summary: 'Change a WhatsApp instance; what is absent stays',
      params: idParams,
      query: noFields,
      body: instanceChangesSchema.extend({
        credentials: credentialsSchema.optional(),
        storeIds: z.array(z.string()).optional(),
      }),
      status: 200,
      response: instanceSchema,
      async handle({ caller: { workspaceId }, params, body: { credentials, storeIds, ...changes } }) {
        const before = await instances.get(workspaceId, params.id);
        if (storeIds) await linkExactly(workspaceId, before, storeIds);
        if (credentials) {
          await checkConnection(await instances.changeCredentials(workspaceId, before.id, credentials));
        }
        return { json: presentInstance(await instances.update(workspaceId, before.id, changes)) };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/instances/:id',
      summary: 'Remove a WhatsApp instance; its queue goes to the stores’ other instances',
      params: idParams,
      query: noFields,
      body: noBody,
      status: 204,
      response: null,
      async handle({ caller, params }) {
        await instances.remove(caller.workspaceId, params.id);
        return null;
      },
    }),
  ];
}

function presentInstance(instance: Instance): z.input<typeof instanceSchema> {
  const { id, name, provider, webhookUrl, storeIds, connection, connectionReason, timezone } = instance;
  const { intervalMilliseconds, dailyLimit, hours, warmUp, today, createdAt } = instance;
  return {
    id,
    name,
    provider,
    webhookUrl,
    storeIds,
    connection,
    connectionReason,
    intervalMilliseconds,
    dailyLimit,
    hours,
    warmUp: warmUp !== null,
    timezone,
    sentToday: today.count,
    createdAt: createdAt.toISOString(),
  };
}
