import { setTimeout as pause } from 'node:timers/promises';
import mongoose from 'mongoose';
import { dayOfWeek, localDay } from '../../src/text/local-time.ts';
import { assinyPayload } from '../simulate/assiny-payload.ts';
import { startWhatsAppCloudServer, type WhatsAppCloudServer } from '../simulate/providers/whatsapp-cloud-server.ts';
import type { Bench, Figure } from './bench.ts';
import { type BenchProduct, newBenchStore, sendDelivery, withProduct } from './bench-product.ts';
import { bestOf, rateOf } from './concurrent-clients.ts';

const DATABASE = 'sininho_bench';
const CLIENTS = 32;
const MESSAGES = 3_000;
/** Sent before the clock starts. */
const WARM_UP = 500;
const INSTANCES = [1, 5];
/** Design §10. */
const LEAST_A_SECOND = 300;
const LOOK_AGAIN_MILLISECONDS = 20;
/** Nothing takes so long; a bench that waits longer has lost something. */
const PATIENCE_MILLISECONDS = 120_000;
const PAGE = 100;
const TIMEZONE = 'America/Sao_Paulo';

/** An instance with the loopback server of Meta's Cloud API that it sends to. */
interface BenchInstance {
  id: string;
  webhookUrl: string;
  server: WhatsAppCloudServer;
}

/** How fast due messages leave through instances without an interval, from the first that is claimed to the last that is answered. */
export const sendBench: Bench = async ({ runs, serverUri }, output) => {
  const figures = await measureOn({}, 'embedded', LEAST_A_SECOND, runs, output.say);
  if (serverUri === null) return figures;
  await dropDatabase(serverUri);
  try {
    const environment = { MONGODB_URI: databaseUri(serverUri) };
    return [...figures, ...(await measureOn(environment, 'server', LEAST_A_SECOND, runs, output.say))];
  } finally {
    await dropDatabase(serverUri);
  }
};

async function measureOn(
  environment: Record<string, string>,
  engine: string,
  atLeast: number,
  runs: number,
  say: (line: string) => void,
): Promise<Figure[]> {
  return await withProduct(environment, async (product) => {
    const figures: Figure[] = [];
    for (const count of INSTANCES) {
      const what = `${engine}: messages over ${count} ${count === 1 ? 'instance' : 'instances'}`;
      say(what);
      const value = await measureInstances(product, count, runs);
      figures.push({ what, value, unit: '/s', target: { atLeast } });
    }
    return figures;
  });
}

async function measureInstances(product: BenchProduct, count: number, runs: number): Promise<number> {
  const store = await newBenchStore(product, `Bench ${count}`);
  const instances: BenchInstance[] = [];
  try {
    for (let number = 0; number < count; number += 1) {
      instances.push(await newInstance(product, store.id, `${count}0000${number}`));
    }
    await openConversations(instances);
    return await bestOf(runs, async (run) => await measureRun(product, store, instances, run));
  } finally {
    await Promise.all(instances.map(({ server }) => server.close()));
  }
}

async function newInstance(product: BenchProduct, storeId: string, phoneNumberId: string): Promise<BenchInstance> {
  const credentials = { phoneNumberId, accessToken: 'the-access-token', appSecret: 'the-app-secret' };
  const server = await startWhatsAppCloudServer({
    ...credentials,
    messagesPerSecond: Number.POSITIVE_INFINITY,
    millisecondsBetweenMessagesToOne: 0,
    isWindowOpen: () => true,
  });
  const made = await product.call<{ id: string; webhookUrl: string }>('POST', '/instances', {
    name: phoneNumberId,
    provider: 'whatsapp-cloud',
    credentials: { ...credentials, verifyToken: 'the-verify-token', baseUrl: server.url },
    timezone: TIMEZONE,
    storeIds: [storeId],
  });
  return { ...made, server };
}

/** Every buyer writes to every number once, so that free text may be sent. */
async function openConversations(instances: readonly BenchInstance[]): Promise<void> {
  for (const { server, webhookUrl } of instances) {
    await rateOf(MESSAGES, CLIENTS, async (buyer) => {
      const status = await server.sendReply(webhookUrl, phoneOf(buyer), 'Oi!');
      if (status !== 200) throw new Error(`A reply was answered ${status}`);
    });
  }
}

/** @returns messages a second @throws Error when one was lost or sent twice */
async function measureRun(
  product: BenchProduct,
  store: { id: string; webhookUrl: string },
  instances: readonly BenchInstance[],
  run: number,
): Promise<number> {
  const before = new Map(instances.map(({ id, server }) => [id, server.accepted.length]));
  const accepted = () => instances.flatMap(({ id, server }) => server.accepted.slice(before.get(id)));
  const inTwoDays = (dayOfWeek(localDay(new Date(), TIMEZONE)) + 1) % 7;
  await changeAll(product, instances, { hours: { from: '00:00', to: '00:01', days: [inTwoDays + 1] } });
  await rateOf(MESSAGES, CLIENTS, (buyer) => sendSale(store.webhookUrl, buyer, run));
  await until(async () => (await countMessages(product, store.id, 'waiting')) === MESSAGES, 'wait in a queue');
  await changeAll(product, instances, { hours: null });
  await until(() => accepted().length >= MESSAGES, 'are sent');
  await until(
    async () => (await countMessages(product, store.id, 'sent')) === MESSAGES * (run + 1),
    'are noted as sent',
  );
  const messageIds = new Set(accepted().map(({ messageId }) => messageId));
  if (messageIds.size !== MESSAGES || accepted().length !== MESSAGES) {
    throw new Error(`${MESSAGES} messages were due, and ${accepted().length} of ${messageIds.size} were sent`);
  }
  return rateAfterWarmUp(accepted().map(({ at }) => at.getTime()));
}

function rateAfterWarmUp(moments: readonly number[]): number {
  const measured = moments.toSorted((one, other) => one - other).slice(WARM_UP);
  const [first = 0] = measured;
  return ((measured.length - 1) / ((measured.at(-1) ?? 0) - first)) * 1_000;
}

async function changeAll(product: BenchProduct, instances: readonly BenchInstance[], change: object): Promise<void> {
  await Promise.all(instances.map(({ id }) => product.call('PATCH', `/instances/${id}`, change)));
}

async function sendSale(webhookUrl: string, buyer: number, run: number): Promise<void> {
  const client = { phone: phoneOf(buyer), email: `buyer${buyer}@example.com` };
  await sendDelivery(
    webhookUrl,
    assinyPayload({ event: 'approved_purchase', transactionId: `${run}-${buyer}`, client }),
  );
}

function phoneOf(buyer: number): string {
  return `+551198${String(buyer).padStart(7, '0')}`;
}

async function countMessages(product: BenchProduct, storeId: string, status: string): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ status, limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
    const page: { items: unknown[]; nextCursor: string | null } = await product.call(
      'GET',
      `/stores/${storeId}/messages?${query}`,
    );
    count += page.items.length;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return count;
}

/** @throws Error when it does not come true */
async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MILLISECONDS;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt)
      throw new Error(`Some of the ${MESSAGES} messages do not come to be those that ${what}`);
    await pause(LOOK_AGAIN_MILLISECONDS);
  }
}

function databaseUri(serverUri: string): string {
  const uri = new URL(serverUri);
  uri.pathname = `/${DATABASE}`;
  return uri.toString();
}

async function dropDatabase(serverUri: string): Promise<void> {
  const client = new mongoose.mongo.MongoClient(serverUri);
  try {
    await client.db(DATABASE).dropDatabase();
  } finally {
    await client.close();
  }
}
