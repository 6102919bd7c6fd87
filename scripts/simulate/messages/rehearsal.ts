import { setTimeout as pause } from 'node:timers/promises';
import type { AdminApi, SeenInstance, SeenNotification, SeenStore } from '../admin-api.ts';
import type { PlannedDelivery } from '../planned-delivery.ts';
import type { AcceptedMessage } from '../providers/accepted-message.ts';
import { startEvolutionServer } from '../providers/evolution-server.ts';
import { rateLimitHit, startWhatsAppCloudServer } from '../providers/whatsapp-cloud-server.ts';
import { seededRandom } from '../seeded-random.ts';
import { SimulatorError } from '../simulator-error.ts';
import { untilAnswered } from '../until-answered.ts';
import { type Buyers, createBuyers, type ProviderVoice, type ToldStatus } from './buyers.ts';
import { providerFaults } from './provider-faults.ts';
import { makeDelaysQuick } from './quick-delays.ts';

const META = {
  phoneNumberId: '100000000000001',
  accessToken: 'simulated',
  appSecret: 'simulated',
  verifyToken: 'a-word',
};
const EVOLUTION = { apiKey: 'simulated', instanceName: 'simulacao', webhookSecret: 'simulated' };
const NAMES = { cloud: 'Simulação Cloud API', evolution: 'Simulação Evolution' } as const;
/** The least that the server allows for a person's number. */
const EVOLUTION_INTERVAL_MILLISECONDS = 1_000;
/** Evolution loses its phone once, after so many messages, for so long. */
const DISCONNECTED_AFTER = 8;
const DISCONNECTED_MILLISECONDS = 3_000;
/** How many buyers write at a time before the run. */
const WRITING_TOGETHER = 10;

/** An instance of the run, and what its provider knows of it. */
export interface RehearsedInstance {
  id: string;
  name: string;
  provider: 'whatsapp-cloud' | 'evolution';
  /** The provider's own log. */
  accepted: readonly AcceptedMessage[];
}

/** Two loopback providers with their instances, and the buyers behind them. */
export interface Rehearsal {
  instances: readonly RehearsedInstance[];
  buyers: Buyers;
  /** As they were before the run, which changes their delays alone. */
  notifications: readonly SeenNotification[];
  /** Takes the instances away, puts the delays back and ends the providers. */
  end(): Promise<void>;
}

/**
 * Sets the store up to send through two providers that run here.
 * @param options.url of the server
 * @param options.deliveries of the run, whose buyers write before it begins
 * @throws SimulatorError when the store could send to somebody else, or has messages waiting
 */
export async function beginRehearsal(
  api: AdminApi,
  store: SeenStore,
  options: { url: string; seed: number; deliveries: readonly PlannedDelivery[] },
): Promise<Rehearsal> {
  const { url, seed, deliveries } = options;
  await removeLeftovers(api, store);
  await refuseUnfit(api, store);
  const random = seededRandom(seed);
  const buyers = createBuyers(random);
  const voices: { cloud?: ProviderVoice; evolution?: ProviderVoice } = {};
  const reach = (name: keyof typeof voices) => (message: AcceptedMessage) => {
    const voice = voices[name];
    if (voice) buyers.receive(message, voice);
  };
  const cloud = await startWhatsAppCloudServer({
    ...META,
    isOnWhatsApp: buyers.isOnWhatsApp,
    faultOf: providerFaults(random, rateLimitHit()),
    onAccepted: reach('cloud'),
  });
  const evolution = await startEvolutionServer({
    ...EVOLUTION,
    isOnWhatsApp: buyers.isOnWhatsApp,
    faultOf: providerFaults(random, { status: 503, body: '<html>Service Unavailable</html>' }),
    onAccepted(message) {
      reach('evolution')(message);
      if (evolution.accepted.length === DISCONNECTED_AFTER) void disconnectForAWhile();
    },
  });
  const undo: (() => Promise<void>)[] = [cloud.close, evolution.close];
  let evolutionWebhook = '';

  async function disconnectForAWhile(): Promise<void> {
    evolution.setState('close');
    await evolution.sendConnection(evolutionWebhook).catch(() => undefined);
    await pause(DISCONNECTED_MILLISECONDS);
    evolution.setState('open');
    await evolution.sendConnection(evolutionWebhook).catch(() => undefined);
  }

  async function end(): Promise<void> {
    for (const step of undo.reverse()) await step();
  }

  async function newInstance(name: string, provider: RehearsedInstance['provider'], credentials: object) {
    const { timezone, id: storeId } = store;
    const instance = await api.createInstance({ name, provider, credentials, timezone, storeIds: [storeId] });
    undo.push(() => api.removeInstance(instance.id));
    return instance;
  }

  try {
    const notifications = await api.notifications(store.id);
    undo.push(await makeDelaysQuick(api, store, notifications));
    const ofCloud = await newInstance(NAMES.cloud, 'whatsapp-cloud', { ...META, baseUrl: cloud.url });
    const ofEvolution = await newInstance(NAMES.evolution, 'evolution', { ...EVOLUTION, baseUrl: evolution.url });
    await api.changeInstance(ofEvolution.id, { intervalMilliseconds: EVOLUTION_INTERVAL_MILLISECONDS });
    const cloudWebhook = localUrl(ofCloud, url);
    evolutionWebhook = localUrl(ofEvolution, url);
    voices.cloud = {
      sendStatus: (id, status) => cloud.sendStatus(cloudWebhook, id, status, status === 'failed' ? 131026 : undefined),
      sendReply: (phone, text) => cloud.sendReply(cloudWebhook, phone, text),
    };
    voices.evolution = {
      sendStatus: (id, status) => evolution.sendStatus(evolutionWebhook, id, EVOLUTION_STATUSES[status]),
      sendReply: (phone, text) => evolution.sendReply(evolutionWebhook, phone, text),
    };
    await writeBefore(phonesOf(deliveries).filter(buyers.wroteBefore), voices.cloud);
    return {
      instances: [
        { id: ofCloud.id, name: ofCloud.name, provider: 'whatsapp-cloud', accepted: cloud.accepted },
        { id: ofEvolution.id, name: ofEvolution.name, provider: 'evolution', accepted: evolution.accepted },
      ],
      buyers,
      notifications,
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

const EVOLUTION_STATUSES = {
  sent: 'SERVER_ACK',
  delivered: 'DELIVERY_ACK',
  read: 'READ',
  failed: 'ERROR',
} as const satisfies Record<ToldStatus, string>;

/** A run that was stopped half-way leaves its instances. */
async function removeLeftovers(api: AdminApi, store: SeenStore): Promise<void> {
  const ours = Object.values<string>(NAMES);
  for (const { id, name, storeIds } of await api.instances()) {
    if (ours.includes(name) && storeIds.includes(store.id)) await api.removeInstance(id);
  }
}

async function refuseUnfit(api: AdminApi, { id, name, happyPath }: SeenStore): Promise<void> {
  const linked = (await api.instances()).filter(({ storeIds }) => storeIds.includes(id));
  if (linked.length > 0) {
    throw new SimulatorError(
      `${name} sends through ${linked.map((instance) => instance.name).join(', ')}, and a run may write to nobody; use another store, or unlink it with /instancia desvincular.`,
    );
  }
  if (!happyPath) {
    throw new SimulatorError(`${name} has its happy path switched off; use another store, or switch it on.`);
  }
  if (await api.isMessaging(id)) {
    throw new SimulatorError(`${name} has messages that still wait to be sent; wait for them, or use another store.`);
  }
}

/** Where the provider reports to, at the address that the server has here. */
function localUrl({ webhookUrl }: SeenInstance, url: string): string {
  return `${url}${webhookUrl.slice(webhookUrl.indexOf('/webhooks/'))}`;
}

function phonesOf(deliveries: readonly PlannedDelivery[]): string[] {
  const phones = deliveries.flatMap(({ expected }) =>
    expected.answer === 'kept' && expected.meaning !== 'invalid' ? (expected.meaning.buyer?.phone ?? []) : [],
  );
  return [...new Set(phones)];
}

async function writeBefore(phones: readonly string[], voice: ProviderVoice): Promise<void> {
  const waiting = [...phones];
  const write = async () => {
    for (let phone = waiting.pop(); phone !== undefined; phone = waiting.pop()) {
      const from = phone;
      await untilAnswered(async () => ({ status: await voice.sendReply(from, 'Oi! Quero saber do curso.') }));
    }
  };
  await Promise.all(Array.from({ length: WRITING_TOGETHER }, write));
}
