import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SimulatorOptions } from '../../../scripts/simulate/options.ts';
import { runSimulation } from '../../../scripts/simulate/run-simulation.ts';
import { planDeliveries, SCENARIOS } from '../../../scripts/simulate/scenarios.ts';
import { readConfig } from '../../../src/config.ts';
import { type Product, startProduct } from '../../../src/start.ts';
import { newServerDatabase } from '../../support/database.ts';
import { type ProxiedAnswer, startTamperingProxy, type Tamper, withJson } from './tampering-proxy.ts';

const KEY = 'an-admin-key-for-tests';
/** A run of this seed brings two events that the usual rules post about. */
const FEW_ALERTS = { scenario: 'launch', count: 4, seed: 12 } as const;

let directory = '';
let database: string | null = null;
let product: Product;
let stores = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sininho-simulate-'));
  database = newServerDatabase();
  const environment = {
    PORT: '0',
    DATA_DIR: directory,
    ADMIN_API_KEY: KEY,
    ...(database ? { MONGODB_URI: database } : {}),
  };
  product = await startProduct(readConfig(environment), pino({ level: 'silent' }));
  await product.ready;
});

afterAll(async () => {
  await product.stop();
  if (database) {
    const connection = await mongoose.createConnection(database).asPromise();
    await connection.dropDatabase();
    await connection.close();
  }
  await rm(directory, { recursive: true, force: true });
});

async function api(method: string, path: string, body: object): Promise<{ id: string }> {
  const response = await fetch(`${product.localUrl}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
  return (await response.json()) as { id: string };
}

async function read(path: string): Promise<unknown> {
  const response = await fetch(`${product.localUrl}/api/v1${path}`, { headers: { authorization: `Bearer ${KEY}` } });
  return await response.json();
}

/** A store of its own. Without a channel nothing waits for the minute in which a busy channel's alerts are gathered. */
async function newStore(channelId: string | null = null): Promise<string> {
  stores += 1;
  const { id } = await api('POST', '/stores', { name: `Loja ${stores}`, platform: 'assiny', channelId });
  return id;
}

async function simulate(options: Partial<SimulatorOptions>, lines: string[] = [], startedAt = new Date()) {
  return await runSimulation(
    {
      store: '',
      scenario: 'launch',
      count: 20,
      rate: 1_000,
      seed: 1,
      url: product.localUrl,
      key: KEY,
      keepGoing: false,
      messages: false,
      ...options,
    },
    { say: (line) => lines.push(line), begin: () => ({ advance: () => undefined, end: () => undefined }) },
    startedAt,
  );
}

/** One run through a proxy. */
async function simulateThrough(tamper: Tamper, options: Partial<SimulatorOptions>, lines: string[] = []) {
  const proxy = await startTamperingProxy(product.localUrl, tamper);
  onTestFinished(() => proxy.stop());
  return await simulate({ ...options, url: proxy.url }, lines);
}

describe('a run against the product', () => {
  it.each(SCENARIOS)('finds no difference in %s', async (scenario) => {
    expect(await simulate({ store: await newStore(), scenario, count: 60 })).toEqual([]);
  });

  it('finds none in what is odd but right, nor in all that is refused', async () => {
    const options = { scenario: 'garbage', count: 150, seed: 4 } as const;
    const plan = planDeliveries({ ...options, rate: 1_000, startedAt: new Date() });
    const labels = plan.map(({ label }) => label).join();
    for (const label of ['byteOrderMark', 'nearlyTooLarge', 'hostileNames', 'more than 1 MB']) {
      expect(labels).toContain(label);
    }
    expect(await simulate({ ...options, store: await newStore() })).toEqual([]);
  });

  it('can be repeated on a store that holds earlier runs', async () => {
    const store = await newStore();
    for (let run = 0; run < 3; run += 1) expect(await simulate({ store, scenario: 'all', count: 48 })).toEqual([]);
  });

  it('is right on both sides of midnight', async () => {
    const startedAt = new Date('2026-11-20T03:01:00Z');
    const options = { scenario: 'day', count: 60, seed: 5 } as const;
    const lines: string[] = [];
    expect(await simulate({ ...options, store: await newStore() }, lines, startedAt)).toEqual([]);
    const told = planDeliveries({ ...options, rate: 1_000, startedAt }).flatMap(({ expected }) =>
      expected.answer === 'kept' && expected.meaning !== 'invalid' ? [expected.meaning.occurredAt.toISOString()] : [],
    );
    const midnight = '2026-11-20T03:00:00.000Z';
    expect(told.filter((at) => at < midnight).length).toBeGreaterThan(5);
    expect(told.filter((at) => at >= midnight).length).toBeGreaterThan(5);
  });

  it('says what the server should show and looks at the alerts where people see them', async () => {
    const lines: string[] = [];
    expect(await simulate({ ...FEW_ALERTS, store: await newStore('vendas') }, lines)).toEqual([]);
    expect(lines.join('\n')).toMatch(/alerts +2\n/);
    expect(lines.at(-1)).toBe('0 differences');
  });

  it('sends again what was not answered, whether or not it was kept', async () => {
    let requests = 0;
    const lines: string[] = [];
    const hangUpNowAndThen: Tamper = async ({ path, isRunning }, forward) => {
      if (!isRunning || !/webhooks|checklist/.test(path)) return await forward();
      requests += 1;
      if (requests % 3 === 0) return null;
      const answer = await forward();
      return requests % 4 === 0 ? null : answer;
    };
    const options = { store: await newStore(), scenario: 'all', count: 60, keepGoing: true } as const;
    expect(await simulateThrough(hangUpNowAndThen, options, lines)).toEqual([]);
    expect(lines.join()).toMatch(/[1-9]\d* answers lost and sent again/);
  });
});

describe('a run with the messages to the buyers', () => {
  it('finds no difference, and leaves the store as it was', async () => {
    const store = await newStore();
    const before = await read(`/stores/${store}/notifications`);
    const lines: string[] = [];
    expect(await simulate({ store, count: 30, rate: 30, messages: true }, lines)).toEqual([]);
    expect(lines.join('\n')).toMatch(/Simulação Cloud API took [1-9]/);
    expect(await read(`/stores/${store}/notifications`)).toEqual(before);
    expect(await read('/instances')).toMatchObject({ items: [] });
  });

  it('writes through nobody else’s instance', async () => {
    const store = await newStore();
    const instance = await api('POST', '/instances', { name: 'Atendimento', provider: 'log', storeIds: [store] });
    await expect(simulate({ store, messages: true })).rejects.toThrow('Atendimento');
    await api('PATCH', `/instances/${instance.id}`, { storeIds: [] });
  });
});

describe('a run that cannot be made says why and what to do', () => {
  it('for a store that is not there, a wrong key and a server that is away', async () => {
    const store = await newStore();
    await expect(simulate({ store: 'Loja que não há' })).rejects.toThrow('use one of these: Loja 1 (');
    await expect(simulate({ store, key: 'a-wrong-admin-key-here' })).rejects.toThrow('give the right one with --key');
    await expect(simulate({ store, url: 'http://127.0.0.1:9', keepGoing: true })).rejects.toThrow('npm start');
  });

  it('for a store with a secret header', async () => {
    const store = await newStore();
    await api('PATCH', `/stores/${store}`, { secretHeader: { name: 'x-assiny-token', value: 'secret' } });
    await expect(simulate({ store })).rejects.toThrow('x-assiny-token');
  });

  it('for a server that stops answering', async () => {
    const silent: Tamper = async ({ isRunning }, forward) => (isRunning ? null : await forward());
    await expect(simulateThrough(silent, { store: await newStore() })).rejects.toThrow('--keep-going');
  });
});

interface List {
  items: Record<string, unknown>[];
}

/** Changes the answers to one address once the run has begun. */
function altering<Json>(address: RegExp, change: (json: Json) => Json): Tamper {
  return async ({ path, isRunning }, forward) => {
    const answer = await forward();
    return isRunning && address.test(path) ? withJson(answer, change) : answer;
  };
}

const withoutFirst = (list: List): List => ({ ...list, items: list.items.slice(1) });
const withFirstTwice = (list: List): List => {
  const [first] = list.items;
  return first ? { ...list, items: [{ ...first, id: 'f'.repeat(24) }, ...list.items] } : list;
};
const withFirst =
  (change: Record<string, unknown>) =>
  (list: List): List => ({
    ...list,
    items: list.items.map((item, index) => (index === 0 ? { ...item, ...change } : item)),
  });

/** Does something else with the second delivery of a run. */
function withOneDelivery(tamper: (forward: () => Promise<ProxiedAnswer>) => Promise<ProxiedAnswer>): Tamper {
  let deliveries = 0;
  return async ({ path }, forward) => {
    if (path.startsWith('/webhooks/')) deliveries += 1;
    return path.startsWith('/webhooks/') && deliveries === 2 ? await tamper(forward) : await forward();
  };
}

const LISTS = { deliveries: /deliveries\?limit=200/, events: /events\?/, orders: /orders\?/, alerts: /alerts\/posts/ };

interface Report {
  currencies: { gross: number; products: { orders: number }[] }[];
}

interface Reply {
  blocks: { fields?: { label: string; value: string }[]; rows?: string[][] }[];
}

const withField = (label: string, value: string) => (reply: Reply) => ({
  ...reply,
  blocks: reply.blocks.map(({ fields, ...block }) => ({
    ...block,
    ...(fields ? { fields: fields.map((field) => (field.label === label ? { label, value } : field)) } : {}),
  })),
});

const withReport = (change: (report: Report['currencies'][number]) => object) => (report: Report) => ({
  ...report,
  currencies: report.currencies.map((currency) => ({ ...currency, ...change(currency) })),
});

describe('a server that is wrong is found out', () => {
  it.each<{ fault: string; tamper: Tamper; found: RegExp }>([
    {
      fault: 'loses a delivery that it acknowledged',
      tamper: withOneDelivery(async () => ({ status: 200, body: `{"ok":true,"delivery":"${'a'.repeat(24)}"}` })),
      found: /delivery a{24}/,
    },
    {
      fault: 'keeps a delivery twice',
      tamper: withOneDelivery(async (forward) => {
        await forward();
        return await forward();
      }),
      found: /^delivery [0-9a-f]{24}$/,
    },
    {
      fault: 'refuses a delivery that it has to keep',
      tamper: withOneDelivery(async () => ({ status: 400, body: '{"ok":false,"error":"body_not_json"}' })),
      found: /answer to/,
    },
    {
      fault: 'says the wrong outcome',
      tamper: altering(LISTS.deliveries, withFirst({ outcome: 'failed' })),
      found: /outcomes of the deliveries/,
    },
    { fault: 'loses an event', tamper: altering(LISTS.events, withoutFirst), found: /^events of/ },
    { fault: 'keeps an event twice', tamper: altering(LISTS.events, withFirstTwice), found: /^events of/ },
    {
      fault: 'mistakes an event for another',
      tamper: altering(LISTS.events, withFirst({ kind: 'unknown' })),
      found: /^event /,
    },
    { fault: 'loses an order', tamper: altering(LISTS.orders, withoutFirst), found: /^order .* in the list/ },
    { fault: 'makes an order twice', tamper: altering(LISTS.orders, withFirstTwice), found: /^order f{24}/ },
    {
      fault: 'gets the money of an order wrong',
      tamper: altering(LISTS.orders, withFirst({ amount: 1 })),
      found: /^order of purchase/,
    },
    {
      fault: 'reports one centavo too much',
      tamper: altering(
        /\/reports/,
        withReport(({ gross }) => ({ gross: gross + 1 })),
      ),
      found: /^report of .* gross/,
    },
    {
      fault: 'reports a product too often',
      tamper: altering(
        /\/reports/,
        withReport(({ products }) => ({ products: products.map((one) => ({ ...one, orders: one.orders + 1 })) })),
      ),
      found: /^report of .* product/,
    },
    {
      fault: 'tells people another sum',
      tamper: altering(/\/chat\/commands/, withField('Faturamento', 'R$ 1,00 (= igual)')),
      found: /^\/relatorio: BRL Faturamento/,
    },
    {
      fault: 'tells people another count',
      tamper: altering(/\/chat\/commands/, withField('Pix', '0 gerados · 0 pagos')),
      found: /^\/relatorio: BRL Pix/,
    },
  ])('when it $fault', async ({ tamper, found }) => {
    const differences = await simulateThrough(tamper, { store: await newStore() });
    expect(differences.map(({ what }) => what)).toContainEqual(expect.stringMatching(found));
  });

  it('when it does not count what it refused', async () => {
    const forgetful = altering<{ items: { id: string; seen: string }[] }>(/checklist/, ({ items }) => ({
      items: items.map((item) =>
        item.id === 'requests_refused' ? { ...item, seen: 'Nenhuma chamada recusada.' } : item,
      ),
    }));
    const differences = await simulateThrough(forgetful, { store: await newStore(), scenario: 'garbage' });
    expect(differences.map(({ what }) => what)).toContainEqual(expect.stringMatching(/^checklist: refused/));
  });

  it.each<{ fault: string; tamper: Tamper; found: RegExp }>([
    { fault: 'forgets an alert', tamper: altering(LISTS.alerts, withoutFirst), found: /^alerts of/ },
    { fault: 'makes an alert twice', tamper: altering(LISTS.alerts, withFirstTwice), found: /^alerts of/ },
    {
      fault: 'posts an alert twice',
      tamper: altering<{ messages: object[] }>(/console\/messages/, ({ messages, ...page }) => ({
        ...page,
        messages: [...messages, ...messages.slice(-1)],
      })),
      found: /^posts of/,
    },
    {
      fault: 'says that an alert was posted which nobody sees',
      tamper: altering<{ messages: object[] }>(/console\/messages/, (page) => ({ ...page, messages: [] })),
      found: /^posts of/,
    },
  ])('when it $fault', async ({ tamper, found }) => {
    const differences = await simulateThrough(tamper, { ...FEW_ALERTS, store: await newStore('equipe') });
    expect(differences.map(({ what }) => what)).toContainEqual(expect.stringMatching(found));
  });
});
