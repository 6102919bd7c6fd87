import { z } from 'zod';
import { parsedJson } from './parsed-json.ts';
import { isRefusedConnection, SimulatorError } from './simulator-error.ts';
import { untilAnswered } from './until-answered.ts';

const PAGE_SIZE = 200;
const ANSWER_MILLISECONDS = 60_000;

const amount = z.int();
const moment = z.iso.datetime();

const storeSchema = z.object({
  id: z.string(),
  workspaceId: z.string(),
  name: z.string(),
  webhookUrl: z.url(),
  timezone: z.string(),
  currency: z.string(),
  paused: z.boolean(),
  secretHeader: z.string().nullable(),
  happyPath: z.boolean(),
  alerts: z.object({ channelId: z.string().nullable(), kinds: z.array(z.string()), minimumAmount: amount }),
});
export type SeenStore = z.output<typeof storeSchema>;

const deliverySchema = z.object({
  id: z.string(),
  outcome: z.string(),
  reason: z.string().nullable(),
  kind: z.string().nullable(),
  eventId: z.string().nullable(),
});
export type SeenDelivery = z.output<typeof deliverySchema>;

const eventSchema = z.object({
  id: z.string(),
  kind: z.string(),
  rawEvent: z.string(),
  occurredAt: moment,
  deliveryId: z.string(),
  orderId: z.string().nullable(),
});
export type SeenEvent = z.output<typeof eventSchema>;

const orderSchema = z.object({
  id: z.string(),
  transactionId: z.string().nullable(),
  status: z.string(),
  currency: z.string(),
  amount,
  fee: amount.nullable(),
  net: amount.nullable(),
  paymentMethod: z.string(),
  installments: z.int().nullable(),
  items: z.array(
    z.object({
      role: z.string(),
      productId: z.string().nullable(),
      productName: z.string().nullable(),
      offerId: z.string().nullable(),
      amount: amount.nullable(),
    }),
  ),
  buyer: z.object({
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    document: z.string().nullable(),
  }),
  tracking: z.record(z.string(), z.string()),
  subscription: z.object({ id: z.string().nullable(), cycle: z.int().nullable() }).nullable(),
  createdAt: moment,
  paidAt: moment.nullable(),
  refundedAt: moment.nullable(),
});
export type SeenOrder = z.output<typeof orderSchema>;

const alertSchema = z.object({
  id: z.string(),
  eventId: z.string(),
  kind: z.string(),
  amount: amount.nullable(),
  currency: z.string(),
  channelId: z.string(),
  status: z.string(),
  postKey: z.string().nullable(),
});
export type SeenAlert = z.output<typeof alertSchema>;

const countAndAmount = z.object({ count: z.int(), amount });
const currencyReportSchema = z.object({
  currency: z.string(),
  orders: z.int(),
  gross: amount,
  fees: amount,
  net: amount,
  averageTicket: amount,
  refunds: countAndAmount,
  chargebacks: countAndAmount,
  refundRequests: z.int(),
  refused: z.int(),
  carts: z.int(),
  pix: z.object({ generated: z.int(), paid: z.int() }),
  boleto: z.object({ generated: z.int(), paid: z.int() }),
  card: z.object({ paid: z.int() }),
  products: z.array(z.object({ productId: z.string(), name: z.string(), orders: z.int(), gross: amount })),
});
export type SeenCurrencyReport = z.output<typeof currencyReportSchema>;

const reportSchema = z.object({ currencies: z.array(currencyReportSchema) });

const checklistSchema = z.object({ items: z.array(z.object({ id: z.string(), seen: z.string() })) });

const replySchema = z.object({
  title: z.string().optional(),
  blocks: z.array(
    z.looseObject({
      type: z.string(),
      text: z.string().optional(),
      fields: z.array(z.object({ label: z.string(), value: z.string() })).optional(),
      rows: z.array(z.array(z.string())).optional(),
    }),
  ),
});
export type SeenReply = z.output<typeof replySchema>;

const messageSchema = z.object({
  id: z.string(),
  type: z.string(),
  step: z.int(),
  eventId: z.string(),
  phone: z.string().nullable(),
  status: z.string(),
  reason: z.string().nullable(),
  supersededBy: z.string().nullable(),
  instanceId: z.string().nullable(),
  attempts: z.int(),
  history: z.array(z.object({ status: z.string(), at: moment })),
});
export type SeenMessage = z.output<typeof messageSchema>;

const stepSchema = z.looseObject({ delay: z.unknown(), texts: z.array(z.string()) });
const notificationSchema = z.object({ type: z.string(), enabled: z.boolean(), steps: z.array(stepSchema) });
export type SeenNotification = z.output<typeof notificationSchema>;

const instanceSchema = z.object({
  id: z.string(),
  name: z.string(),
  webhookUrl: z.url(),
  storeIds: z.array(z.string()),
});
export type SeenInstance = z.output<typeof instanceSchema>;

const instanceReportSchema = z.object({
  counts: z.array(z.object({ status: z.string(), reason: z.string().nullable(), count: z.int() })),
});
export type SeenCount = z.output<typeof instanceReportSchema>['counts'][number];

const problemSchema = z.object({ code: z.string(), detail: z.string() });

/** Local days, both included. */
export interface Period {
  from: string;
  to: string;
}

/** One page of one of a store's lists, newest first. */
export type ReadPage<Item> = (query: { cursor?: string; limit?: number }) => Promise<{
  items: Item[];
  nextCursor: string | null;
}>;

/** What a run reads of the server and changes in it, over its admin API alone. Every call throws a SimulatorError that says what to do. */
export interface AdminApi {
  /** @param named an id or a name */
  findStore(named: string): Promise<SeenStore>;
  stores(): Promise<SeenStore[]>;
  deliveries(storeId: string): ReadPage<SeenDelivery>;
  events(storeId: string): ReadPage<SeenEvent>;
  orders(storeId: string): ReadPage<SeenOrder>;
  alerts(storeId: string): ReadPage<SeenAlert>;
  messages(storeId: string): ReadPage<SeenMessage>;
  /** True while a message of the store waits, or is being sent. */
  isMessaging(storeId: string): Promise<boolean>;
  notifications(storeId: string): Promise<SeenNotification[]>;
  saveSteps(storeId: string, notification: Pick<SeenNotification, 'type' | 'steps'>): Promise<void>;
  instances(): Promise<SeenInstance[]>;
  createInstance(body: object): Promise<SeenInstance>;
  changeInstance(id: string, body: object): Promise<void>;
  removeInstance(id: string): Promise<void>;
  instanceReport(id: string, period: Period): Promise<SeenCount[]>;
  /** How far the server has come: true while a delivery of the store waits to be processed. */
  isProcessing(storeId: string): Promise<boolean>;
  deliveryBody(deliveryId: string): Promise<string>;
  report(storeId: string, period: Period): Promise<SeenCurrencyReport[]>;
  /** What the checklist says of the requests that were refused, in Portuguese. */
  refusedRequests(storeId: string): Promise<string>;
  runCommand(text: string): Promise<SeenReply>;
}

/** @param options.keepGoing asks again while the server is away */
export function connectAdminApi(options: { url: string; key: string; keepGoing: boolean }): AdminApi {
  const { url, key, keepGoing } = options;

  async function call<T>(schema: z.ZodType<T>, path: string, body?: object, method?: string): Promise<T> {
    const ask = () => request(path, body, method ?? (body ? 'POST' : 'GET'));
    const { status, text } = keepGoing ? await untilAnswered(ask) : await ask();
    if (status < 200 || status > 299) throw refusal(status, text);
    const result = schema.safeParse(text === '' ? null : parsedJson(text));
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw new SimulatorError(
      `${path.split('?')[0]} of ${url} answered something else than its description says (${issue?.path.join('.')}: ${issue?.message}); check that --url is a Sininho of the same version.`,
    );
  }

  async function request(
    path: string,
    body: object | undefined,
    method: string,
  ): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        body: body ? JSON.stringify(body) : null,
        signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      const problem = isRefusedConnection(error) ? 'No server runs at' : 'No answer came from';
      throw new SimulatorError(`${problem} ${url}; start it with npm start, or name another one with --url.`, {
        cause: error,
      });
    }
  }

  function refusal(status: number, text: string): SimulatorError {
    const problem = problemSchema.safeParse(parsedJson(text));
    if (status === 401) {
      return new SimulatorError(
        `The server at ${url} does not accept this admin key; give the right one with --key or ADMIN_API_KEY, or its data directory with DATA_DIR.`,
      );
    }
    const detail = problem.success ? problem.data.detail : 'Check that --url is a Sininho.';
    return new SimulatorError(`The server at ${url} answered ${status}: ${detail}`);
  }

  function list<Item>(item: z.ZodType<Item>, path: string): ReadPage<Item> {
    const schema = z.object({ items: z.array(item), nextCursor: z.string().nullable() });
    return async ({ cursor, limit = PAGE_SIZE }) => {
      const query = new URLSearchParams({ limit: String(limit), ...(cursor === undefined ? {} : { cursor }) });
      return await call(schema, `${path}?${query}`);
    };
  }

  const allStores = () => readSince(list(storeSchema, '/stores'), null);

  return {
    stores: allStores,
    async findStore(named) {
      const stores = await allStores();
      const folded = foldCase(named);
      const found = stores.find(({ id, name }) => id === named || foldCase(name) === folded);
      if (found) return found;
      const known = stores.map(({ name, id }) => `${name} (${id})`).join(', ');
      const remedy = known === '' ? 'create one with /loja criar Curso de Violão' : `use one of these: ${known}`;
      throw new SimulatorError(`There is no store ${named}; ${remedy}.`);
    },
    deliveries: (storeId) => list(deliverySchema, `/stores/${storeId}/deliveries`),
    events: (storeId) => list(eventSchema, `/stores/${storeId}/events`),
    orders: (storeId) => list(orderSchema, `/stores/${storeId}/orders`),
    alerts: (storeId) => list(alertSchema, `/stores/${storeId}/alerts/posts`),
    messages: (storeId) => list(messageSchema, `/stores/${storeId}/messages`),
    async isMessaging(storeId) {
      // A message can go back from sending to scheduled, so that is looked at once more.
      for (const status of ['scheduled', 'waiting', 'sending', 'scheduled']) {
        const path = `/stores/${storeId}/messages?status=${status}&limit=1`;
        if ((await call(z.object({ items: z.array(z.unknown()) }), path)).items.length > 0) return true;
      }
      return false;
    },
    notifications: async (storeId) =>
      (await call(z.object({ items: z.array(notificationSchema) }), `/stores/${storeId}/notifications`)).items,
    async saveSteps(storeId, { type, steps }) {
      await call(z.unknown(), `/stores/${storeId}/notifications/${type}`, { steps }, 'PATCH');
    },
    instances: async () => (await call(z.object({ items: z.array(instanceSchema) }), '/instances')).items,
    createInstance: async (body) => await call(instanceSchema, '/instances', body),
    async changeInstance(id, body) {
      await call(z.unknown(), `/instances/${id}`, body, 'PATCH');
    },
    async removeInstance(id) {
      await call(z.unknown(), `/instances/${id}`, undefined, 'DELETE');
    },
    instanceReport: async (id, { from, to }) =>
      (await call(instanceReportSchema, `/instances/${id}/reports?from=${from}&to=${to}`)).counts,
    async isProcessing(storeId) {
      const path = `/stores/${storeId}/deliveries?outcome=received&limit=1`;
      const waiting = await call(z.object({ items: z.array(z.unknown()) }), path);
      return waiting.items.length > 0;
    },
    deliveryBody: async (deliveryId) => (await call(z.object({ body: z.string() }), `/deliveries/${deliveryId}`)).body,
    report: async (storeId, { from, to }) =>
      (await call(reportSchema, `/stores/${storeId}/reports?from=${from}&to=${to}`)).currencies,
    async refusedRequests(storeId) {
      const { items } = await call(checklistSchema, `/stores/${storeId}/checklist?locale=pt-BR`);
      return items.find(({ id }) => id === 'requests_refused')?.seen ?? '';
    },
    runCommand: async (text) => await call(replySchema, '/chat/commands', { text, locale: 'pt-BR' }),
  };
}

/** The newest item of a list, or null when it is empty. */
export async function newestOf<Item>(read: ReadPage<Item>): Promise<Item | null> {
  return (await read({ limit: 1 })).items[0] ?? null;
}

/**
 * The items of a list that came after `last`, newest first.
 * @param last the newest item of an earlier time; null: the list was empty
 */
export async function readSince<Item extends { id: string }>(
  read: ReadPage<Item>,
  last: { id: string } | null,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await read(cursor === undefined ? {} : { cursor });
    // Ids begin with the second in which they were made.
    const fresh = page.items.filter(({ id }) => last === null || id > last.id);
    items.push(...fresh);
    cursor = fresh.length < page.items.length ? null : page.nextCursor;
  }
  return items;
}

function foldCase(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .trim()
    .toLowerCase();
}
