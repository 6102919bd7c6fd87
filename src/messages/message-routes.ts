import { z } from 'zod';
import { defineRoute, type Route } from '../feature/route.ts';
import { idParams, listOf, momentSchema, noBody, noFields, pageFields } from '../feature/route-schemas.ts';
import type { InstanceService } from '../instances/instance-service.ts';
import type { StoreService } from '../stores/store-service.ts';
import { ProductError } from '../text/product-error.ts';
import { MESSAGE_STATUSES, type MessageDocument } from './message-model.ts';
import { type MessageQueue, type QueueState, saidByPerson } from './message-queue.ts';
import { checkTemplate, type NotificationTemplate } from './message-template.ts';
import { checkText } from './message-text.ts';
import { catalogueNotification, NOTIFICATION_TYPES, recognisedBy } from './notification-catalogue.ts';
import type { NotificationSettings, NotificationSettingsService } from './notification-settings.ts';
import type { TemplateApproval } from './template-approval.ts';

const MAXIMUM_DELAY_MILLISECONDS = 30 * 24 * 60 * 60 * 1_000;
const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/;
const timeOfDay = z
  .templateLiteral([z.number(), ':', z.number()])
  .refine((at) => TIME_OF_DAY.test(at))
  .meta({ pattern: TIME_OF_DAY.source });
const delaySchema = z
  .union([
    z.strictObject({ after: z.int().min(0).max(MAXIMUM_DELAY_MILLISECONDS).describe('Milliseconds.') }),
    z.strictObject({ days: z.int().min(0).max(30), at: timeOfDay }),
  ])
  .describe('So long after the event, or at a time of day so many days after it, in the store’s time zone.');

const templateSchema = z
  .strictObject({
    name: z.string().describe('As it is called at Meta.'),
    language: z.string().describe('As Meta writes it: `pt_BR`.'),
    parameters: z
      .array(z.string().min(1))
      .max(50)
      .describe('The variables whose values `{{1}}`, `{{2}}`, … get, such as `customer.first_name`.'),
    imageUrl: z
      .url({ protocol: /^https$/ })
      .nullable()
      .default(null)
      .describe('The picture of its header; null where it has none.'),
  })
  .meta({ id: 'NotificationTemplate' });

const stepSchema = z.strictObject({
  delay: delaySchema,
  texts: z.array(z.string()).min(1).max(10).describe('Mustache; they take turns.'),
  imageUrl: z.url({ protocol: /^https$/ }).nullable(),
  template: templateSchema
    .nullable()
    .default(null)
    .describe('The approved template that is sent by Meta’s Cloud API to a buyer who has not written for 24 hours.'),
});
const productSchema = z.strictObject({
  productId: z.string(),
  enabled: z.boolean(),
  text: z.string().nullable().describe('Of the first step; null: as for the other products.'),
  template: templateSchema.nullable().default(null).describe('Of the first step; null: as for the other products.'),
});

const changesSchema = z
  .strictObject({
    enabled: z.boolean(),
    steps: z.array(stepSchema).min(1).max(10),
    products: z.array(productSchema).max(1_000),
  })
  .partial();

const notificationSchema = z
  .strictObject({
    type: z.enum(NOTIFICATION_TYPES),
    rank: z.int().nullable().describe('Its priority in the happy path; null: it has none, and it ends the path.'),
    recognisedBy: z.array(z.string()).describe('The names of the platform’s events.'),
    enabled: z.boolean(),
    steps: z.array(stepSchema),
    products: z.array(productSchema),
  })
  .meta({ id: 'Notification' });

const messageSchema = z
  .strictObject({
    id: z.string(),
    type: z.enum(NOTIFICATION_TYPES),
    step: z.int().describe('From 1.'),
    eventId: z.string(),
    phone: z.string().nullable(),
    status: z.enum(MESSAGE_STATUSES),
    reason: z
      .string()
      .nullable()
      .describe(
        'Why the status is what it is, such as `no_phone` (the event came without one) or `phone_invalid` (what came is no phone number).',
      ),
    supersededBy: z.string().nullable().describe('The event that made it out of place.'),
    instanceId: z.string().nullable(),
    attempts: z.int(),
    dueAt: momentSchema,
    sentAt: momentSchema.nullable(),
    createdAt: momentSchema,
    history: z.array(
      z.strictObject({ status: z.enum(MESSAGE_STATUSES), at: momentSchema, reason: z.string().nullable() }),
    ),
  })
  .meta({ id: 'Message' });

const reasonCountSchema = z.strictObject({ reason: z.string(), count: z.int() });
const queueSchema = z
  .strictObject({
    activity: z
      .enum(['empty', 'disconnected', 'sending', 'paused'])
      .describe('`paused`: outside the working hours, or the day’s limit is reached.'),
    pausedUntil: momentSchema.nullable(),
    waiting: z.int(),
    sending: z.int(),
    sentRecently: z.int().describe('In the last 5 minutes.'),
    enteredRecently: z.int().describe('In the last 5 minutes.'),
    endsAt: momentSchema
      .nullable()
      .describe('When the last one leaves, if nothing else comes; null: nothing waits, or that is over a year away.'),
    days: z.array(z.strictObject({ day: z.iso.date(), sent: z.int() })).describe('The last seven, oldest first.'),
    failures: z.array(reasonCountSchema).describe('Of the last seven days.'),
    uncertain: z.array(reasonCountSchema).describe('Whatever their age: each waits for a decision.'),
  })
  .meta({ id: 'Queue' });

/** The admin API's routes about a store's notifications and what became of its messages. */
export function messageRoutes(dependencies: {
  stores: StoreService;
  instances: Pick<InstanceService, 'get'>;
  notifications: NotificationSettingsService;
  messageQueue: MessageQueue;
  templateApproval: TemplateApproval;
}): Route[] {
  const { stores, instances, notifications, messageQueue, templateApproval } = dependencies;

  /** Asks the provider about the templates that are new. */
  async function checkApproval(storeId: string, before: NotificationSettings, changed: NotificationSettings) {
    const known = new Set(templatesOf(before).map((template) => JSON.stringify(template)));
    for (const template of templatesOf(changed).filter((one) => !known.has(JSON.stringify(one)))) {
      const problem = await templateApproval(storeId, template);
      if (problem) throw problem;
    }
  }

  return [
    defineRoute({
      method: 'get',
      path: '/stores/:id/notifications',
      summary: 'List a store’s notifications, from the lowest to the highest priority in the happy path',
      params: idParams,
      query: noFields,
      body: noBody,
      status: 200,
      response: listOf(notificationSchema),
      async handle({ caller, params }) {
        const store = await stores.get(caller.workspaceId, params.id);
        const settings = await notifications.all(store.id);
        return {
          json: { items: settings.map((one) => presentNotification(one, store.platform)), nextCursor: null },
        };
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/stores/:id/notifications/:type',
      summary: 'Change a store’s notification; what is absent stays',
      params: idParams.extend({ type: z.enum(NOTIFICATION_TYPES) }),
      query: noFields,
      body: changesSchema,
      status: 200,
      response: notificationSchema,
      async handle({ caller, params: { id, type }, body }) {
        const store = await stores.get(caller.workspaceId, id);
        const before = await notifications.get(store.id, type);
        const { enabled = before.enabled, steps = before.steps, products = before.products } = body;
        const changed = { type, enabled, steps, products };
        for (const text of textsOf(changed)) checkText(text, type);
        for (const template of templatesOf(changed)) checkTemplate(template, type);
        await checkApproval(store.id, before, changed);
        await notifications.save(store.id, changed);
        return { json: presentNotification(changed, store.platform) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/stores/:id/messages',
      summary: 'List a store’s messages to buyers, newest first',
      params: idParams,
      query: z.strictObject({ ...pageFields, status: z.enum(MESSAGE_STATUSES).optional() }),
      body: noBody,
      status: 200,
      response: listOf(messageSchema),
      async handle({ caller, params, query: { status, ...page } }) {
        const store = await stores.get(caller.workspaceId, params.id);
        const { items, nextCursor } = await messageQueue.list(store, { status }, page);
        return { json: { items: items.map(presentMessage), nextCursor } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/messages/:id',
      summary: 'Get a message to a buyer',
      params: idParams,
      query: noFields,
      body: noBody,
      status: 200,
      response: messageSchema,
      async handle({ caller, params }) {
        return { json: presentMessage(await messageQueue.get(caller.workspaceId, params.id)) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/messages/:id/resolve',
      summary: 'Decide what became of an uncertain message',
      description:
        'A message that is no longer uncertain stays as it is; the answer shows how it stands. Where somebody has decided otherwise before, it is a problem (409) that says how.',
      params: idParams,
      query: noFields,
      body: z.strictObject({ sent: z.boolean().describe('False: it is sent once more.') }),
      status: 200,
      response: messageSchema,
      async handle({ caller: { workspaceId }, params: { id }, body: { sent } }) {
        const isSettledNow = await messageQueue.resolve(workspaceId, id, sent);
        const message = await messageQueue.get(workspaceId, id);
        if (!isSettledNow && saidByPerson(message) === !sent) {
          throw new ProductError('message_settled', { decision: sent ? 'again' : 'sent' });
        }
        return { json: presentMessage(message) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/instances/:id/queue',
      summary: 'Say what waits in an instance’s queue, when it will be empty, and what went wrong',
      params: idParams,
      query: noFields,
      body: noBody,
      status: 200,
      response: queueSchema,
      async handle({ caller, params }) {
        const instance = await instances.get(caller.workspaceId, params.id);
        return { json: presentQueue(await messageQueue.state(instance)) };
      },
    }),
  ];
}

function textsOf({ steps, products }: NotificationSettings): string[] {
  return [...steps.flatMap(({ texts }) => texts), ...products.flatMap(({ text }) => text ?? [])];
}

function templatesOf({ steps, products }: NotificationSettings): NotificationTemplate[] {
  return [...steps, ...products].flatMap(({ template }) => template ?? []);
}

function presentNotification(settings: NotificationSettings, platform: string): z.input<typeof notificationSchema> {
  const { type, enabled, steps, products } = settings;
  const { rank } = catalogueNotification(type);
  return { type, rank, recognisedBy: [...recognisedBy(type, platform)], enabled, steps, products };
}

function presentMessage(message: MessageDocument): z.input<typeof messageSchema> {
  const { _id, type, step, eventId, phone, status, reason, supersededBy, instanceId, attempts } = message;
  return {
    id: _id.toHexString(),
    type,
    step: step + 1,
    eventId,
    phone,
    status,
    reason,
    supersededBy,
    instanceId,
    attempts,
    dueAt: message.dueAt.toISOString(),
    sentAt: message.sentAt?.toISOString() ?? null,
    createdAt: message.createdAt.toISOString(),
    history: message.history.map((change) => ({ ...change, at: change.at.toISOString() })),
  };
}

function presentQueue({ activity, endsAt, ...counts }: QueueState): z.input<typeof queueSchema> {
  return {
    ...counts,
    activity: activity.kind,
    pausedUntil: activity.kind === 'paused' ? activity.until.toISOString() : null,
    endsAt: endsAt?.toISOString() ?? null,
  };
}
