import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import { type EvolutionServer, startEvolutionServer } from '../../scripts/simulate/providers/evolution-server.ts';
import {
  startWhatsAppCloudServer,
  type WhatsAppCloudServer,
} from '../../scripts/simulate/providers/whatsapp-cloud-server.ts';
import { type HttpServer, startHttpServer } from '../../src/api/http-server.ts';
import type { Intake } from '../../src/ingest/intake.ts';
import { createReceiptRouter } from '../../src/ingest/receipt-router.ts';
import type { Spool } from '../../src/ingest/spool.ts';
import { createWebhookRouter } from '../../src/ingest/webhook-router.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import { messageModel } from '../../src/messages/message-model.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { useTestDatabase } from '../support/database.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';

const SECRET = 'the-webhook-secret';
const PHONE = '+5511900001234';
const CLOUD = {
  phoneNumberId: '106540352242922',
  accessToken: 'the-token',
  appSecret: 'the-app-secret',
  verifyToken: 'a-word',
};

describe('a provider’s webhook', () => {
  const database = useTestDatabase();
  let services: Services;
  let server: HttpServer;
  let evolution: EvolutionServer;
  let cloud: WhatsAppCloudServer;
  let intake: Intake;
  let spool: Spool;
  let store: Store;
  let instance: Instance;
  /** Called for each message that the provider takes, before it answers. */
  let overtake: (id: string) => unknown = () => undefined;
  let workspace = 0;

  beforeAll(async () => {
    ({ services } = productOn(database.connection));
    await database.prepare();
    ({ intake, spool } = await intakeOn(database.connection, services, {}));
    evolution = await startEvolutionServer({
      instanceName: 'atendimento',
      apiKey: 'the-key',
      webhookSecret: SECRET,
      onAccepted: ({ id }) => overtake(id),
    });
    cloud = await startWhatsAppCloudServer({
      ...CLOUD,
      isWindowOpen: () => true,
      millisecondsBetweenMessagesToOne: 0,
    });
    const log = pino({ level: 'silent' });
    server = await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      routers: [createReceiptRouter({ ...services, log }), createWebhookRouter({ intake })],
      log,
    });
  });

  afterAll(async () => {
    await services.sending.stop();
    await services.dispatch.settled();
    await server.close();
    await spool.close();
    await evolution.close();
    await cloud.close();
  });

  beforeEach(async () => {
    overtake = () => undefined;
    workspace += 1;
    const workspaceId = `workspace ${workspace}`;
    store = await services.stores.create(workspaceId, { name: 'Loja', platform: 'assiny' });
    const credentials = {
      baseUrl: evolution.url,
      apiKey: 'the-key',
      instanceName: 'atendimento',
      webhookSecret: SECRET,
    };
    instance = await newInstance('evolution', credentials);
  });

  async function newInstance(provider: Instance['provider'], credentials: object): Promise<Instance> {
    const { workspaceId, id } = store;
    const input = { name: provider, provider, credentials, timezone: 'America/Sao_Paulo' };
    const made = await services.instances.create(workspaceId, input);
    await services.instances.update(workspaceId, made.id, { intervalMilliseconds: 1_000 });
    return await services.instances.link(workspaceId, made.id, id, true);
  }

  const urlOf = ({ webhookUrl }: Instance) => `http://127.0.0.1:${server.port}${new URL(webhookUrl).pathname}`;

  async function sell(transactionId = 'a', event = 'approved_purchase'): Promise<void> {
    const client = { full_name: 'Joana Compradora', phone: PHONE };
    const createdAt = new Date();
    const payload = assinyPayload({ event, transactionId, client, createdAt, updatedAt: createdAt }, () => 0.5);
    await deliver(intake, store.webhookUrl, payload);
    await services.pipeline.drain();
    await services.sending.run();
    await services.dispatch.settled();
  }

  async function messages() {
    return await messageModel(database.connection).find({ storeId: store.id }).sort({ _id: 1 }).lean();
  }

  async function states() {
    return (await messages()).map(({ status, reason }) => [status, reason].filter(Boolean).join(' '));
  }

  const lastId = () => evolution.accepted.at(-1)?.id ?? '';

  it('moves a message forward, and never back, however often and in whatever order receipts come', async () => {
    await sell();
    expect(await states()).toEqual(['sent']);
    const seen: string[] = [];
    for (const status of ['DELIVERY_ACK', 'SERVER_ACK', 'READ', 'DELIVERY_ACK', 'ERROR', 'READ'] as const) {
      expect(await evolution.sendStatus(urlOf(instance), lastId(), status)).toBe(200);
      seen.push(...(await states()));
    }
    expect(seen).toEqual(['delivered', 'delivered', 'read', 'read', 'read', 'read']);
    expect((await messages())[0]?.history.map(({ status }) => status).slice(-3)).toEqual(['sent', 'delivered', 'read']);
  });

  it('is also taken where Evolution adds the event to the address', async () => {
    await sell();
    expect(await evolution.sendStatus(`${urlOf(instance)}/messages-update`, lastId(), 'READ')).toBe(200);
    expect(await states()).toEqual(['read']);
  });

  it('says that a message failed, with the reason', async () => {
    await sell();
    await evolution.sendStatus(urlOf(instance), lastId(), 'ERROR');
    expect(await states()).toEqual(['failed provider_refused']);
  });

  it('may overtake our own note that the message was sent', async () => {
    const early: Promise<number>[] = [];
    overtake = (id) => {
      early.push(evolution.sendStatus(urlOf(instance), id, 'READ'));
      early.push(evolution.sendStatus(urlOf(instance), id, 'DELIVERY_ACK'));
    };
    await sell();
    expect(await Promise.all(early)).toEqual([200, 200]);
    expect(await states()).toEqual(['read']);
    expect(await database.connection.collection('pendingreceipts').countDocuments({ instanceId: instance.id })).toBe(0);
  });

  it('finds a message that nobody knows was sent by our own id, also one that waits to be sent again', async () => {
    await services.instances.remove(store.workspaceId, instance.id);
    const official = await newInstance('whatsapp-cloud', { ...CLOUD, baseUrl: cloud.url });
    await services.contacts.noteReply(store.workspaceId, official.id, PHONE, new Date());
    for (const [transactionId, status] of [
      ['a', 'uncertain'],
      ['b', 'scheduled'],
    ] as const) {
      cloud.fail({ kind: 'cut', processed: true, midAnswer: false });
      await sell(transactionId);
      const message = (await messages()).at(-1);
      expect(message?.status).toBe('uncertain');
      if (status === 'scheduled') {
        await services.messageQueue.resolve(store.workspaceId, message?._id.toHexString() ?? '', false);
      }
      expect(await cloud.sendStatus(urlOf(official), cloud.accepted.at(-1)?.id ?? '', 'delivered')).toBe(200);
      const after = (await messages()).at(-1);
      expect(after).toMatchObject({ status: 'delivered', providerMessageId: cloud.accepted.at(-1)?.id });
      expect(after?.sentAt).toBeInstanceOf(Date);
    }
  });

  it.each(['SAIR', 'sair', ' Parar! ', 'CANCELAR.', 'stop'])(
    'takes “%s” as the wish for no more messages',
    async (word) => {
      await sell('a', 'pix_generated');
      expect(await states()).toEqual(['scheduled', 'scheduled']);
      expect(await evolution.sendReply(urlOf(instance), PHONE, word)).toBe(200);
      expect(await states()).toEqual(['cancelled opted_out', 'cancelled opted_out']);
      await sell('b');
      expect((await states()).at(-1)).toBe('skipped opted_out');
    },
  );

  it('takes words within a sentence as a reply, and nothing of another workspace', async () => {
    await sell('a', 'pix_generated');
    await evolution.sendReply(urlOf(instance), PHONE, 'não quero sair do curso');
    expect(await states()).toEqual(['scheduled', 'scheduled']);
    expect((await services.contacts.lastReplies(store.workspaceId, [PHONE])).size).toBe(1);
    expect((await services.contacts.lastReplies('another', [PHONE])).size).toBe(0);
  });

  it('tells whether the number is connected', async () => {
    evolution.setState('close');
    await evolution.sendConnection(urlOf(instance));
    const seen = await services.instances.get(store.workspaceId, instance.id);
    expect(seen).toMatchObject({ connection: 'disconnected', connectionReason: 'instance_disconnected' });
    evolution.setState('open');
    await evolution.sendConnection(urlOf(instance));
    expect((await services.instances.get(store.workspaceId, instance.id)).connection).toBe('connected');
    expect(await evolution.sendQrCode(urlOf(instance))).toBe(200);
    expect((await services.instances.get(store.workspaceId, instance.id)).connection).toBe('disconnected');
  });

  it('is refused and counted when it does not come from the provider', async () => {
    const post = (url: string, secret: string) =>
      fetch(url, { method: 'POST', body: '{}', headers: { 'x-webhook-secret': secret } });
    expect((await post(urlOf(instance), 'wrong')).status).toBe(401);
    expect((await post(urlOf(instance), SECRET)).status).toBe(200);
    expect(await services.refusals.listSince(store.id, new Date(Date.now() - 60_000))).toMatchObject([
      { reason: 'receipt', count: 1 },
    ]);
    expect((await post(`http://127.0.0.1:${server.port}/webhooks/whatsapp/nobody`, SECRET)).status).toBe(404);
  });

  it('answers Meta’s check of the address, and nobody else’s', async () => {
    const official = await newInstance('whatsapp-cloud', { ...CLOUD, baseUrl: cloud.url });
    const check = (token: string) =>
      fetch(`${urlOf(official)}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`);
    const right = await check('a-word');
    expect([right.status, await right.text()]).toEqual([200, '1158201444']);
    expect((await check('another')).status).toBe(401);
    expect((await fetch(urlOf(instance))).status).toBe(401);
  });
});
