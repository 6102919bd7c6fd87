import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { ZodType } from 'zod';
import { assinyPayload, type PayloadOptions } from '../../scripts/simulate/assiny-payload.ts';
import { apiRoutes } from '../../src/api/api-routes.ts';
import { problemSchema } from '../../src/api/problem.ts';
import type { Route } from '../../src/feature/route.ts';
import { type ApiAnswer, useRunningProduct } from '../support/running-product.ts';

/** Only looked at, never run: the routes that the running product has, with their schemas. */
const ROUTES: readonly Route[] = apiRoutes({} as never, {} as never, 'pt-BR');
const OTHER_WORKSPACE = 'slack:T0OTHER';
const NOBODYS_ID = '0123456789abcdef01234567';

const product = useRunningProduct();

/** What each route is asked in a test of all routes. */
const BODIES: Record<string, unknown> = {
  'post /stores': { name: 'Loja nova', platform: 'assiny' },
  'patch /stores/:id': { name: 'Nome trocado' },
  'patch /stores/:id/alerts': { minimumAmount: 1 },
  'post /instances': { name: 'Instância nova', provider: 'log' },
  'patch /instances/:id': { dailyLimit: 100 },
  'post /messages/:id/resolve': { sent: true },
  'patch /stores/:id/notifications/:type': { enabled: false },
  'post /chat/commands': { text: '/loja listar' },
};

const pathOf = ({ path }: Pick<Route, 'path'>, id: string) => path.replace(':id', id).replace(':type', 'pix_generated');

const nameOf = ({ method, path }: Route) => `${method} ${path}`;

async function call(route: Route, id: string, request: { key?: string | null; workspace?: string } = {}) {
  const body = BODIES[nameOf(route)];
  return await product.api(route.method.toUpperCase(), pathOf(route, id), {
    ...request,
    ...(body === undefined ? {} : { body }),
  });
}

function expectProblem(answer: ApiAnswer, status: number, code: string): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(answer.json);
  expect(problem).toMatchObject({ status, code, requestId: answer.headers.get('x-request-id') });
  expect(problem.detail.length).toBeGreaterThan(10);
}

let names = 0;
async function newStore(workspace?: string): Promise<{ id: string; name: string; webhookUrl: string }> {
  names += 1;
  const answer = await product.api('POST', '/stores', {
    body: { name: `Loja ${names}`, platform: 'assiny' },
    workspace: workspace ?? 'console',
  });
  expect(answer.status).toBe(201);
  return answer.json;
}

async function deliver(store: { webhookUrl: string }, options: PayloadOptions): Promise<string> {
  const response = await fetch(store.webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(assinyPayload(options, Math.random)),
  });
  return ((await response.json()) as { delivery: string }).delivery;
}

/** The id of a store's only message, once it was sent or is known not to be. */
async function firstMessage(store: { id: string }): Promise<string> {
  return await vi.waitFor(
    async () => {
      const [message] = (await product.api('GET', `/stores/${store.id}/messages`)).json.items;
      expect(message?.status).toMatch(/sent|uncertain|failed/);
      return message.id as string;
    },
    { timeout: 30_000, interval: 100 },
  );
}

async function processed(store: { id: string }): Promise<void> {
  await vi.waitFor(
    async () => {
      const waiting = await product.api('GET', `/stores/${store.id}/deliveries?outcome=received`);
      expect(waiting.json.items).toEqual([]);
    },
    { timeout: 20_000, interval: 50 },
  );
}

describe('every route', () => {
  let store: Awaited<ReturnType<typeof newStore>>;
  let deliveryId = '';
  let instanceId = '';
  let messageId = '';

  beforeAll(async () => {
    store = await newStore();
    const instance = { name: 'Atendimento', provider: 'log', storeIds: [store.id] };
    instanceId = (await product.api('POST', '/instances', { body: instance })).json.id;
    deliveryId = await deliver(store, { event: 'approved_purchase', transactionId: 'the one sale', amount: 10_000 });
    await processed(store);
    messageId = await firstMessage(store);
  });

  const SUBJECTS = {
    stores: () => store.id,
    deliveries: () => deliveryId,
    instances: () => instanceId,
    messages: () => messageId,
  };
  const subjectOf = ({ path }: Route) => path.split('/')[1] as keyof typeof SUBJECTS;
  const idFor = (route: Route) => (route.path.includes(':id') ? SUBJECTS[subjectOf(route)]() : '');

  it.each(ROUTES.map((route) => [nameOf(route), route] as const))('%s: wants a key', async (_name, route) => {
    const without = await call(route, idFor(route), { key: null });
    expectProblem(without, 401, 'key_missing');
    expect(without.headers.get('www-authenticate')).toBe('Bearer realm="Sininho"');
    const wrong = await call(route, idFor(route), { key: 'another-key-of-that-length' });
    expectProblem(wrong, 401, 'key_wrong');
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it.each(ROUTES.filter(({ path }) => path.includes(':id')).map((route) => [nameOf(route), route] as const))(
    '%s: is not to be had from another workspace, and changes nothing there',
    async (_name, route) => {
      const before = await snapshot();
      const stranger = await call(route, idFor(route), { workspace: OTHER_WORKSPACE });
      const code = {
        stores: 'store_unknown',
        deliveries: 'delivery_unknown',
        instances: 'instance_unknown',
        messages: 'message_unknown',
      };
      expectProblem(stranger, 404, code[subjectOf(route)]);
      expect(stranger.text).not.toContain(store.name);
      expect(await snapshot()).toEqual(before);
    },
  );

  async function snapshot() {
    const paths = [
      `/stores/${store.id}`,
      `/stores/${store.id}/alerts`,
      `/stores/${store.id}/orders`,
      `/stores/${store.id}/events`,
      `/stores/${store.id}/notifications`,
      `/stores/${store.id}/messages`,
      `/deliveries/${deliveryId}`,
      `/instances/${instanceId}`,
      `/messages/${messageId}`,
    ];
    return await Promise.all(paths.map(async (path) => (await product.api('GET', path)).json));
  }

  it.each(ROUTES.filter(({ path }) => path.includes(':id')).map((route) => [nameOf(route), route] as const))(
    '%s: says so when there is no such thing, or the id is none',
    async (_name, route) => {
      for (const id of [
        NOBODYS_ID,
        'x',
        '%00',
        'a'.repeat(3_000),
        '%F0%9F%94%94',
        '[object Object]',
        '$gt',
        '..%2F..',
      ]) {
        const answer = await call(route, id);
        expect(answer.status, id).toBe(404);
        expect(answer.json.code).toMatch(/_unknown$/);
      }
    },
  );

  it.each(ROUTES.map((route) => [nameOf(route), route] as const))(
    '%s: refuses what its schemas do not know',
    async (_name, route) => {
      const path = pathOf(route, idFor(route));
      const withQuery = await product.api(route.method.toUpperCase(), `${path}?nonsense=1`, {
        body: BODIES[nameOf(route)],
      });
      expectProblem(withQuery, 400, 'query_invalid');
      expect(withQuery.json.errors).toContainEqual({ path: 'nonsense', message: expect.any(String) });
      if (route.method === 'get') return;
      const withField = await product.api(route.method.toUpperCase(), path, { body: { nonsense: 1 } });
      expectProblem(withField, 400, 'body_invalid');
      expect(withField.json.errors).toContainEqual({ path: 'nonsense', message: expect.any(String) });
    },
  );

  it.each(ROUTES.filter(({ method }) => method !== 'delete').map((route) => [nameOf(route), route] as const))(
    '%s: answers as it is described',
    async (_name, route) => {
      const answer = await call(route, idFor(route));
      expect(answer.status, answer.text).toBe(route.status);
      expect(() => (route.response as ZodType).parse(answer.json)).not.toThrow();
      expect(answer.headers.get('cache-control')).toBe('no-store');
    },
  );

  it.each([...new Set(ROUTES.map(({ path }) => path))])('%s: names the methods that it has', async (path) => {
    const answer = await product.api('PUT', pathOf({ path }, NOBODYS_ID), { body: {} });
    expectProblem(answer, 405, 'method_not_allowed');
    const methods = ROUTES.filter((route) => route.path === path).map(({ method }) => method.toUpperCase());
    expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(methods.sort());
  });
});

describe('the description', () => {
  it('is OpenAPI 3.1, needs no key, and holds every route', async () => {
    const { status, json } = await product.api('GET', '/openapi.json', { key: null });
    expect(status).toBe(200);
    expect(json.openapi).toBe('3.1.0');
    // Other times than those of a day would be refused.
    expect(JSON.stringify(json)).toMatch(/"at":\{[^}]*"pattern":"\^\(\[01\]/);
    const described = Object.entries<object>(json.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(described.sort()).toEqual(ROUTES.map(nameOf).sort());
    const references = [...JSON.stringify(json).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(references.length).toBeGreaterThan(5);
    for (const name of references) expect(json.components.schemas).toHaveProperty(name as string);
    const operationIds = [...JSON.stringify(json).matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(new Set(operationIds).size).toBe(ROUTES.length);
  });

  it('can be read as a page that runs nothing and loads nothing', async () => {
    const response = await fetch(`${product.address}/api/docs`);
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(page).not.toMatch(/<script|src=|url\(|\[object Object\]|undefined/);
    for (const { path, summary } of ROUTES) {
      expect(page).toContain(path.replaceAll(/:(\w+)/g, '{$1}'));
      expect(page).toContain(summary.replaceAll('"', '&quot;'));
    }
  });
});

describe('the workspace of a request', () => {
  it('is the named one, and each sees its own stores alone', async () => {
    const mine = await newStore('slack:T0MINE');
    const theirs = await newStore('discord:123');
    const list = async (workspace: string) =>
      (await product.api('GET', '/stores', { workspace })).json.items.map(({ id }: { id: string }) => id);
    expect(await list('slack:T0MINE')).toEqual([mine.id]);
    expect(await list('discord:123')).toEqual([theirs.id]);
    const said = await product.api('POST', '/chat/commands', {
      body: { text: '/loja listar' },
      workspace: 'discord:123',
    });
    expect(said.text).toContain(theirs.name);
    expect(said.text).not.toContain(mine.name);
    expect((await product.api('GET', `/stores/${mine.id}`)).status).toBe(404);
  });

  it.each(['', 'a b', 'ç', '../..', 'x'.repeat(101)])('cannot be “%s”', async (workspace) => {
    const answer = await product.api('GET', '/stores', { headers: { 'sininho-workspace': encodeURI(workspace) } });
    expectProblem(answer, 400, 'workspace_invalid');
  });
});

describe('bad input', () => {
  it('outside the routes is a problem document too', async () => {
    expectProblem(await product.api('GET', '/nowhere'), 404, 'route_unknown');
    expectProblem(await product.api('GET', '/stores/%'), 404, 'route_unknown');
  });

  it.each([
    ['{', 400, 'body_not_json'],
    ['"text"', 400, 'body_not_json'],
    ['[]', 400, 'body_invalid'],
    ['null', 400, 'body_not_json'],
    [JSON.stringify({ name: 'x'.repeat(70_000), platform: 'assiny' }), 413, 'body_too_large'],
    ['{"__proto__":{"name":"x"},"platform":"assiny"}', 400, 'body_invalid'],
    ['{"constructor":{"prototype":{}},"name":"x","platform":"assiny"}', 400, 'body_invalid'],
    ['{"name":{"$gt":""},"platform":"assiny"}', 400, 'body_invalid'],
    ['{"name":"x","platform":"assiny","channelId":7}', 400, 'body_invalid'],
    ['{"name":"","platform":"assiny"}', 400, 'store_name_empty'],
    ['{"name":"x","platform":"hotmart"}', 400, 'platform_unknown'],
    ['{"name":"x","platform":"assiny","channelId":"não há"}', 400, 'channel_unknown'],
  ])('POST /stores %s → %i %s', async (body, status, code) => {
    expectProblem(await product.api('POST', '/stores', { body, workspace: 'console' }), status, code);
  });

  it('in another format is refused by name', async () => {
    const answer = await product.api('POST', '/stores', { body: 'name=x', headers: { 'content-type': 'text/plain' } });
    expectProblem(answer, 415, 'content_type');
  });

  it('names the field of each fault', async () => {
    const store = await newStore();
    const answer = await product.api('PATCH', `/stores/${store.id}`, {
      body: { queueLimitDays: 0, alerts: { minimumAmount: -1, kinds: ['sale'] } },
    });
    expectProblem(answer, 400, 'body_invalid');
    expect(answer.json.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'alerts.kinds.0',
      'alerts.minimumAmount',
      'queueLimitDays',
    ]);
  });

  it('of numbers, dates and cursors in a query', async () => {
    const store = await newStore();
    for (const query of ['limit=0', 'limit=201', 'limit=-1', 'limit=NaN', 'limit=1e3', 'limit=', 'limit=1&limit=2']) {
      expectProblem(await product.api('GET', `/stores/${store.id}/events?${query}`), 400, 'query_invalid');
    }
    for (const query of ['from=2026-02-30', 'from=yesterday', 'to=24/11/2026', 'from=2026-11-01&from=2026-11-02']) {
      expectProblem(await product.api('GET', `/stores/${store.id}/reports?${query}`), 400, 'query_invalid');
    }
    expectProblem(
      await product.api('GET', `/stores/${store.id}/reports?from=2026-11-02&to=2026-11-01`),
      400,
      'period_reversed',
    );
    expectProblem(
      await product.api('GET', `/stores/${store.id}/reports?from=2020-01-01&to=2026-11-01`),
      400,
      'period_long',
    );
    for (const cursor of ['x', '$gt', NOBODYS_ID.toUpperCase()]) {
      expectProblem(await product.api('GET', `/stores/${store.id}/orders?cursor=${cursor}`), 400, 'cursor_unknown');
    }
  });

  it('of any shape never makes the server fail', async () => {
    const store = await newStore();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ROUTES.filter(({ method }) => method !== 'delete')),
        fc.oneof(fc.constant(store.id), fc.string({ maxLength: 40 })),
        fc.dictionary(
          fc.constantFrom('limit', 'cursor', 'from', 'to', 'kind', 'outcome', 'status', 'locale', 'format'),
          fc.string(),
        ),
        fc.oneof(
          fc.jsonValue(),
          fc.record(
            { name: fc.jsonValue(), platform: fc.jsonValue(), text: fc.string(), alerts: fc.jsonValue() },
            { requiredKeys: [] },
          ),
        ),
        async (route, id, query, body) => {
          const path = pathOf(route, encodeURIComponent(id));
          const answer = await product.api(route.method.toUpperCase(), `${path}?${new URLSearchParams(query)}`, {
            ...(route.method === 'get' ? {} : { body }),
            workspace: 'slack:T0FUZZ',
          });
          expect(answer.status, answer.text).toBeLessThan(500);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('instances', () => {
  it('are made, changed, linked and removed, and show no credential', async () => {
    const store = await newStore();
    const secret = 'whsec_c2VjcmV0IG9mIHRoaXMgdGVzdCBhbG9uZQ==';
    const body = {
      name: 'Programa',
      provider: 'http',
      credentials: { url: 'https://shop.example.invalid/send', secret },
    };
    const made = await product.api('POST', '/instances', { body });
    expect(made.status, made.text).toBe(201);
    expect(made.text).not.toContain(secret);
    expect(made.json).toMatchObject({ connection: 'disconnected', connectionReason: 'address_not_allowed' });
    const path = `/instances/${made.json.id}`;
    expect(made.headers.get('location')).toBe(`/api/v1${path}`);
    const hours = { from: '08:00', to: '18:00', days: [1, 2, 3] };
    const changed = await product.api('PATCH', path, {
      body: { storeIds: [store.id], hours, warmUp: true, credentials: { url: 'https://other.example.invalid/' } },
    });
    expect(changed.json).toMatchObject({ storeIds: [store.id], hours, warmUp: true });
    expect((await product.api('PATCH', path, { body: { storeIds: [] } })).json.storeIds).toEqual([]);
    expectProblem(await product.api('PATCH', path, { body: { storeIds: [NOBODYS_ID] } }), 404, 'store_unknown');
    const wrong = await product.api('PATCH', path, { body: { credentials: { secret: 'short' } } });
    expectProblem(wrong, 400, 'instance_credentials');
    expect((await product.api('DELETE', path)).status).toBe(204);
    expectProblem(await product.api('GET', path), 404, 'instance_unknown');
  });
});

describe('every provider', () => {
  const CREDENTIALS = {
    log: {},
    'whatsapp-cloud': {
      phoneNumberId: '106540352242922',
      accessToken: 'secret-access-token',
      appSecret: 'secret-app-secret',
      verifyToken: 'secret-verify-token',
      baseUrl: 'http://127.0.0.1:9',
    },
    evolution: { baseUrl: 'http://127.0.0.1:9', apiKey: 'secret-api-key', instanceName: 'atendimento' },
    http: { url: 'https://shop.example.invalid/send', secret: 'whsec_c2VjcmV0IG9mIHRoaXMgdGVzdCBhbG9uZQ==' },
  } as const;
  const providers = Object.keys(CREDENTIALS) as (keyof typeof CREDENTIALS)[];

  it.each(providers)('%s: is made with its credentials, which nothing shows again', async (provider) => {
    const workspace = 'slack:T0PROVIDERS';
    const credentials = CREDENTIALS[provider];
    const body = { name: provider, provider, credentials };
    const made = await product.api('POST', '/instances', { body, workspace });
    expect(made.status, made.text).toBe(201);
    const path = `/instances/${made.json.id}`;
    const changed = await product.api('PATCH', path, { body: { dailyLimit: 10, credentials }, workspace });
    expect(changed.status, changed.text).toBe(200);
    const answers = [
      made,
      changed,
      await product.api('GET', path, { workspace }),
      await product.api('GET', '/instances', { workspace }),
      await product.api('GET', `${path}/queue`, { workspace }),
    ];
    const secrets = Object.values(credentials).filter((value) => /secret|whsec/.test(value));
    for (const { text } of answers) for (const secret of secrets) expect(text).not.toContain(secret);
    for (const secret of secrets) expect(product.log.join('')).not.toContain(secret);
    expectProblem(await product.api('GET', path, { workspace: OTHER_WORKSPACE }), 404, 'instance_unknown');
    const again = await product.api('POST', '/instances', { body, workspace });
    expectProblem(again, 409, 'instance_name_taken');
  });

  it.each(providers.filter((provider) => provider !== 'log'))('%s: is not made without them', async (provider) => {
    const body = { name: `Sem dados ${provider}`, provider };
    expectProblem(await product.api('POST', '/instances', { body }), 400, 'instance_credentials');
    const misspelt = { ...body, credentials: { ...CREDENTIALS[provider], nonsense: 'x' } };
    expectProblem(await product.api('POST', '/instances', { body: misspelt }), 400, 'instance_credentials');
  });

  it.each([
    [{ intervalMilliseconds: -1 }, 'body_invalid'],
    [{ intervalMilliseconds: 500 }, 'instance_interval'],
    [{ dailyLimit: 0 }, 'body_invalid'],
    [{ dailyLimit: 1.5 }, 'body_invalid'],
    [{ hours: { from: '18:00', to: '18:00', days: [1] } }, 'body_invalid'],
    [{ hours: { from: '08:00', to: '18:00', days: [] } }, 'body_invalid'],
    [{ hours: { from: '8', to: '18:00', days: [8] } }, 'body_invalid'],
    [{ timezone: 'Mars/Olympus' }, 'body_invalid'],
    [{ name: '  ' }, 'instance_name_empty'],
    [{ name: 'x'.repeat(61) }, 'instance_name_long'],
    [{ provider: 'log' }, 'body_invalid'],
    [{ storeIds: 'all' }, 'body_invalid'],
  ])('is not changed to %j', async (body, code) => {
    const workspace = 'slack:T0VALUES';
    const { items } = (await product.api('GET', '/instances', { workspace })).json;
    const input = { name: 'Atendimento', provider: 'evolution', credentials: CREDENTIALS.evolution };
    const instance = items[0] ?? (await product.api('POST', '/instances', { body: input, workspace })).json;
    expectProblem(await product.api('PATCH', `/instances/${instance.id}`, { body, workspace }), 400, code);
    expect((await product.api('GET', `/instances/${instance.id}`, { workspace })).json).toEqual(instance);
  });
});

describe('messages to buyers', () => {
  /** An Evolution that takes a message and says nothing. */
  async function silentProvider(): Promise<Server> {
    const server = createServer((request, response) => {
      if (request.method === 'POST') request.socket.destroy();
      else response.setHeader('content-type', 'application/json').end('{"instance":{"state":"open"}}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  it('that are uncertain are listed page by page, decided about, and not decided about twice', async () => {
    const store = await newStore();
    const server = await silentProvider();
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { baseUrl, apiKey: 'secret-api-key', instanceName: 'atendimento' };
    const body = { name: 'Calada', provider: 'evolution', credentials, storeIds: [store.id] };
    const instance = (await product.api('POST', '/instances', { body })).json;
    await product.api('PATCH', `/instances/${instance.id}`, { body: { intervalMilliseconds: 1_000 } });
    for (const transactionId of ['uncertain 1', 'uncertain 2']) {
      await deliver(store, { event: 'approved_purchase', transactionId, amount: 10_000 });
    }
    const path = `/stores/${store.id}/messages?status=uncertain&limit=1`;
    const [first, second] = await vi.waitFor(
      async () => {
        const newest = (await product.api('GET', path)).json;
        const next = (await product.api('GET', `${path}&cursor=${newest.nextCursor}`)).json;
        expect([newest.items.length, next.items?.length, next.nextCursor]).toEqual([1, 1, null]);
        return [newest.items[0], next.items[0]];
      },
      { timeout: 40_000, interval: 200 },
    );
    server.close();
    expect(first.id).not.toBe(second.id);
    expect(first).toMatchObject({ status: 'uncertain', reason: 'no_answer', instanceId: instance.id });
    const queue = (await product.api('GET', `/instances/${instance.id}/queue`)).json;
    expect(queue).toMatchObject({ activity: 'empty', waiting: 0, uncertain: [{ reason: 'no_answer', count: 2 }] });
    const resolve = `/messages/${first.id}/resolve`;
    expectProblem(await product.api('POST', resolve, { body: {} }), 400, 'body_invalid');
    const decided = await product.api('POST', resolve, { body: { sent: true } });
    expect(decided.json).toMatchObject({ id: first.id, status: 'sent', reason: 'said_by_person' });
    expect((await product.api('POST', resolve, { body: { sent: true } })).json).toEqual(decided.json);
    const otherwise = await product.api('POST', resolve, { body: { sent: false } });
    expectProblem(otherwise, 409, 'message_settled');
    expect(otherwise.json.detail).toContain('was sent');
    const sentAgain = await product.api('POST', `/messages/${second.id}/resolve`, { body: { sent: false } });
    expect(sentAgain.json.history.at(-1)).toMatchObject({ status: 'scheduled', reason: 'said_by_person' });
    const tooLate = await product.api('POST', `/messages/${second.id}/resolve`, { body: { sent: true } });
    expectProblem(tooLate, 409, 'message_settled');
    expect(tooLate.json.detail).toContain('to be sent again');
    expect((await product.api('DELETE', `/instances/${instance.id}`)).status).toBe(204);
  });
});

describe('a store’s notifications', () => {
  it('are changed as a whole or in part, never to a text that cannot be sent', async () => {
    const path = `/stores/${(await newStore()).id}/notifications`;
    const steps = [
      { delay: { after: 60_000 }, texts: ['Oi {{customer.first_name}}', 'Olá'], imageUrl: null, template: null },
      { delay: { days: 1, at: '09:00' }, texts: ['Bom dia'], imageUrl: 'https://shop.example.invalid/a.png' },
    ];
    const changed = await product.api('PATCH', `${path}/pix_generated`, { body: { steps } });
    expect(changed.json, changed.text).toMatchObject({ enabled: true, steps });
    for (const text of ['{{nobody}}', '{{#order.id}}', ' ']) {
      const bad = await product.api('PATCH', `${path}/pix_generated`, {
        body: { steps: [{ ...steps[0], texts: [text] }] },
      });
      expect(bad.status, text).toBe(400);
      expect(bad.json.code).toMatch(/^text_/);
    }
    const template = { name: 'pix_gerado', language: 'pt_BR', parameters: ['customer.first_name', 'order.total'] };
    const products = [{ productId: 'p1', enabled: true, text: null, template }];
    const withTemplate = await product.api('PATCH', `${path}/boleto_generated`, {
      body: { steps: [{ ...steps[0], template }], products },
    });
    expect(withTemplate.json, withTemplate.text).toMatchObject({ steps: [{ template }], products });
    for (const [wrong, code] of [
      [{ ...template, parameters: ['nobody'] }, 'text_variable_unknown'],
      [{ ...template, parameters: ['order.pix.bacen_code'] }, 'text_variable_unknown'],
      [{ ...template, parameters: ['}} {{order.id'] }, 'text_variable_unknown'],
      [{ ...template, name: 'Pix gerado' }, 'template_name'],
      [{ ...template, language: 'Português' }, 'template_language'],
    ] as const) {
      const bad = await product.api('PATCH', `${path}/boleto_generated`, {
        body: { steps: [{ ...steps[0], template: wrong }] },
      });
      expectProblem(bad, 400, code);
    }
    const { items } = (await product.api('GET', path)).json;
    expect(items).toHaveLength(16);
    expect(items[2]).toMatchObject({ type: 'pix_generated', rank: 3, steps });
    expect((await product.api('PATCH', `${path}/nothing`, { body: {} })).status).toBe(404);
  });
});

describe('stores', () => {
  it('are made, read, changed, given another URL, and removed', async () => {
    const made = await product.api('POST', '/stores', {
      body: { name: '  Curso de Violão & “Flauta” <b>🎸</b> ', platform: 'Assiny' },
      workspace: 'console',
    });
    expect(made.json).toMatchObject({
      name: 'Curso de Violão & “Flauta” <b>🎸</b>',
      platform: 'assiny',
      timezone: 'America/Sao_Paulo',
      currency: 'BRL',
      happyPath: true,
      stopOnReply: false,
      queueLimitDays: 2,
      paused: false,
      alerts: { channelId: 'vendas', minimumAmount: 0 },
      secretHeader: null,
    });
    expect(made.json.webhookUrl).toMatch(new RegExp(`^${product.address}/webhooks/assiny/[\\w-]{32}$`));
    const path = `/stores/${made.json.id}`;
    expect(made.headers.get('location')).toBe(`/api/v1${path}`);
    expect((await product.api('GET', path)).json).toEqual(made.json);

    const changed = await product.api('PATCH', path, {
      body: {
        name: 'Violão',
        timezone: 'America/Manaus',
        paused: true,
        stopOnReply: true,
        alerts: { channelId: '#equipe' },
        secretHeader: { name: 'X-Loja', value: 's3gr3do!' },
      },
    });
    expect(changed.json).toEqual({
      ...made.json,
      name: 'Violão',
      timezone: 'America/Manaus',
      paused: true,
      stopOnReply: true,
      alerts: { ...made.json.alerts, channelId: 'equipe' },
      secretHeader: 'x-loja',
    });
    const rotated = await product.api('POST', `${path}/rotate-url`);
    expect(rotated.json.webhookUrl).not.toBe(made.json.webhookUrl);
    expect((await fetch(made.json.webhookUrl, { method: 'POST', body: '{}' })).status).toBe(404);

    const removed = await product.api('DELETE', path);
    expect(removed.status).toBe(204);
    expect(removed.text).toBe('');
    expectProblem(await product.api('GET', path), 404, 'store_unknown');
    expect((await fetch(rotated.json.webhookUrl, { method: 'POST', body: '{}' })).status).toBe(404);
  });

  it('cannot share a name within a workspace, however it is written', async () => {
    const { name } = await newStore();
    const again = { body: { name: ` ${name.toUpperCase()} `, platform: 'assiny' }, workspace: 'console' };
    expectProblem(await product.api('POST', '/stores', again), 409, 'store_name_taken');
    expect((await product.api('POST', '/stores', { ...again, workspace: 'slack:T0NAMES' })).status).toBe(201);
  });
});

describe('what came in', () => {
  it('is told in whole centavos, in UTC, with E.164 phones, by the field names that are promised', async () => {
    const store = await newStore();
    const deliveryId = await deliver(store, {
      event: 'approved_purchase',
      transactionId: 'tx 1',
      amount: 22_400,
      fee: 1_000,
      bumps: [{ productName: 'Caderno', productId: 'bump', amount: 2_700 }],
      client: {
        full_name: 'Joana Exemplo',
        email: 'Joana@Example.invalid',
        phone: '(11) 99000-0001',
        document: '123.456.789-09',
      },
      tracking: { utm_source: 'FB', src: 'bio' },
      createdAt: new Date('2026-11-10T02:30:00Z'),
      updatedAt: new Date('2026-11-10T02:31:00Z'),
    });
    await processed(store);
    const order = (await product.api('GET', `/stores/${store.id}/orders`)).json.items[0];
    expect(order).toMatchObject({
      transactionId: 'tx 1',
      status: 'paid',
      currency: 'BRL',
      amount: 22_400,
      fee: 1_000,
      net: 21_400,
      paymentMethod: 'pix',
      buyer: {
        name: 'Joana Exemplo',
        email: 'joana@example.invalid',
        phone: '+5511990000001',
        document: '12345678909',
      },
      tracking: { utm_source: 'FB', src: 'bio' },
      subscription: null,
      createdAt: '2026-11-10T02:30:00.000Z',
      refundedAt: null,
    });
    expect(order.items).toMatchObject([
      { role: 'main', amount: 19_700 },
      { role: 'bump', productId: 'bump', amount: 2_700 },
    ]);
    const event = (await product.api('GET', `/stores/${store.id}/events`)).json.items[0];
    expect(event).toMatchObject({
      kind: 'purchase_approved',
      rawEvent: 'approved_purchase',
      deliveryId,
      orderId: order.id,
    });
    const delivery = (await product.api('GET', `/deliveries/${deliveryId}`)).json;
    expect(delivery).toMatchObject({
      outcome: 'processed',
      reason: null,
      attempts: 1,
      kind: 'purchase_approved',
      eventId: event.id,
      storeId: store.id,
    });

    const day = order.paidAt.slice(0, 10);
    const report = (await product.api('GET', `/stores/${store.id}/reports?from=2026-11-01&to=${day}`)).json;
    expect(report).toMatchObject({
      from: '2026-11-01',
      timezone: 'America/Sao_Paulo',
      currencies: [{ currency: 'BRL', orders: 1, gross: 22_400, fees: 1_000, net: 21_400, averageTicket: 22_400 }],
    });
    const csv = await product.api('GET', `/stores/${store.id}/reports?from=2026-11-01&to=${day}`, {
      headers: { accept: 'text/csv' },
    });
    expect(csv.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(csv.text).toContain('22400');
    expect(csv.headers.get('vary')).toContain('Accept');
  });

  it('can be processed again without a second effect', async () => {
    const store = await newStore();
    const deliveryId = await deliver(store, { event: 'approved_purchase', transactionId: 'again', amount: 5_000 });
    await processed(store);
    const replayed = await product.api('POST', `/deliveries/${deliveryId}/replay`);
    expect(replayed.status).toBe(202);
    await processed(store);
    expect((await product.api('GET', `/deliveries/${deliveryId}`)).json).toMatchObject({ outcome: 'processed' });
    expect((await product.api('GET', `/stores/${store.id}/events`)).json.items).toHaveLength(1);
    const report = (await product.api('GET', `/stores/${store.id}/reports?from=2026-01-01`)).json;
    expect(report.currencies).toMatchObject([{ orders: 1, gross: 5_000 }]);
  });

  it('is paged without a gap or a repetition, whatever arrives meanwhile', async () => {
    const store = await newStore();
    const sent: string[] = [];
    const send = async () => {
      sent.push(`page ${sent.length}`);
      await deliver(store, { event: 'approved_purchase', transactionId: sent.at(-1) as string, amount: 1_000 });
    };
    for (let count = 0; count < 12; count += 1) await send();
    await processed(store);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom('events', 'orders', 'deliveries', 'alerts/posts'),
        async (limit, list) => {
          const whole = (await product.api('GET', `/stores/${store.id}/${list}?limit=200`)).json.items.map(
            ({ id }: { id: string }) => id,
          );
          const paged: string[] = [];
          let cursor: string | null = null;
          do {
            const page: ApiAnswer = await product.api(
              'GET',
              `/stores/${store.id}/${list}?limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`,
            );
            expect(page.json.items.length).toBeLessThanOrEqual(limit);
            paged.push(...page.json.items.map(({ id }: { id: string }) => id));
            cursor = page.json.nextCursor;
            if (paged.length === limit) await send();
          } while (cursor);
          await processed(store);
          expect(paged).toEqual(whole);
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('commands', () => {
  it('answer as in chat, in the language that is asked for', async () => {
    const portuguese = await product.api('POST', '/chat/commands', { body: { text: '/ajuda' } });
    const english = await product.api('POST', '/chat/commands', { body: { text: 'ajuda', locale: 'en' } });
    expect(portuguese.json.title).not.toBe(english.json.title);
    expectProblem(
      await product.api('POST', '/chat/commands', {
        body: { text: '/ajuda', channel: 'nenhum' },
        workspace: 'console',
      }),
      400,
      'channel_unknown',
    );
    const wrong = await product.api('POST', '/chat/commands', { body: { text: '/nada' } });
    expect(wrong.status).toBe(200);
    expect(wrong.json.tone).toBe('attention');
  });
});

describe('health', () => {
  it('tells whether it lives, whether it is ready, and what it counts', async () => {
    for (const [path, expected] of [
      ['/healthz', { ok: true }],
      ['/readyz', { ok: true, missing: [], standingBy: [] }],
    ] as const) {
      const response = await fetch(`${product.address}${path}`);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual(expected);
    }
    const metrics = await (await fetch(`${product.address}/metrics`)).text();
    expect(metrics).toMatch(/^# HELP /);
  });
});

/** Last in the file: all that was logged by then is looked through. */
describe('the log', () => {
  it('holds no key, no token, no secret and no buyer', async () => {
    const store = await newStore();
    const client = {
      full_name: 'Zuleica Segredíssima',
      email: 'zuleica@example.invalid',
      phone: '+5511990001234',
      document: '98765432100',
    };
    await product.api('PATCH', `/stores/${store.id}`, {
      body: { secretHeader: { name: 'x-loja', value: 'valor-do-segredo' } },
    });
    await fetch(store.webhookUrl, { method: 'POST', body: '{"broken": ', headers: { 'x-loja': 'valor-do-segredo' } });
    await fetch(store.webhookUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-loja': 'valor-do-segredo',
        authorization: 'Bearer outro-segredo',
      },
      body: JSON.stringify(assinyPayload({ event: 'approved_purchase', transactionId: 'logged', client }, Math.random)),
    });
    await product.api('POST', '/stores', { body: `{"zuleica@example.invalid": ` });
    await processed(store);
    const delivery = (await product.api('GET', `/stores/${store.id}/deliveries`)).json.items[0];
    const content = (await product.api('GET', `/deliveries/${delivery.id}`)).text;
    expect(content).toContain('zuleica@example.invalid');
    expect(content).not.toMatch(/valor-do-segredo|outro-segredo/);
    const token = store.webhookUrl.split('/').at(-1) as string;
    const logged = product.log.join('');
    for (const secret of [
      'an-admin-key-for-tests',
      token,
      'valor-do-segredo',
      'outro-segredo',
      'uleica',
      '990001234',
      '98765432100',
    ]) {
      expect(logged).not.toContain(secret);
    }
  });
});
