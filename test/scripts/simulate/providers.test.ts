import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEvolutionServer } from '../../../scripts/simulate/providers/evolution-server.ts';
import {
  type LoopbackRequest,
  type LoopbackServer,
  startLoopbackServer,
} from '../../../scripts/simulate/providers/loopback-server.ts';
import { startWhatsAppCloudServer } from '../../../scripts/simulate/providers/whatsapp-cloud-server.ts';
import { createSender, type ProviderCredentials, readCredentials, readWebhook } from '../../../src/senders/registry.ts';
import { outgoing, PHONE, patience } from '../../senders/messages.ts';
import { silent } from '../../senders/silent.ts';

const META = {
  phoneNumberId: '106540352242922',
  accessToken: 'token-1',
  appSecret: 'secret-1',
  verifyToken: 'verify-1',
};
const EVOLUTION = { apiKey: 'api-key-1', instanceName: 'loja', webhookSecret: 'secret-2' };

/** Where the loopback providers call back, as the product would listen. */
let webhook: LoopbackServer;
let calls: LoopbackRequest[];

beforeEach(async () => {
  calls = [];
  webhook = await startLoopbackServer((request) => {
    calls.push(request);
    return { status: 200, body: '' };
  });
});
afterEach(() => webhook.close());

/** What the last call to the webhook tells. */
function told(instance: ProviderCredentials) {
  const call = calls.at(-1);
  return readWebhook(instance, call?.headers ?? {}, Buffer.from(call?.body ?? ''));
}

async function send(instance: ProviderCredentials): Promise<string> {
  const sender = createSender(instance, silent);
  const result = await sender.send(outgoing({ lastReplyAt: new Date() }), patience());
  return (result.outcome === 'accepted' && result.providerMessageId) || '';
}

describe('the loopback Cloud API', () => {
  it('tells a webhook of statuses and replies as Meta does', async () => {
    const server = await startWhatsAppCloudServer({ ...META, isWindowOpen: () => true });
    const instance = readCredentials('whatsapp-cloud', { ...META, baseUrl: server.url });
    const id = await send(instance);

    expect(await server.sendStatus(webhook.url, id, 'delivered')).toBe(200);
    const receipt = { providerMessageId: id, messageId: 'message-1', status: 'delivered', reason: null };
    expect(told(instance)).toMatchObject({ receipts: [receipt], replies: [] });

    await server.sendStatus(webhook.url, id, 'failed', 131026);
    expect(told(instance)).toMatchObject({ receipts: [{ status: 'failed', reason: 'not_on_whatsapp' }] });

    await server.sendReply(webhook.url, PHONE, 'SAIR');
    expect(told(instance)).toMatchObject({ receipts: [], replies: [{ phone: PHONE, text: 'SAIR' }] });
    await server.close();
  });

  it('says when it has taken a message', async () => {
    const taken: string[] = [];
    const server = await startWhatsAppCloudServer({
      ...META,
      isWindowOpen: () => true,
      onAccepted: ({ id }) => taken.push(id),
    });
    const instance = readCredentials('whatsapp-cloud', { ...META, baseUrl: server.url });
    expect(await send(instance)).toBe(taken[0]);
    await server.close();
  });

  it('opens the window for a buyer who writes', async () => {
    const server = await startWhatsAppCloudServer({ ...META, millisecondsBetweenMessagesToOne: 0 });
    const instance = readCredentials('whatsapp-cloud', { ...META, baseUrl: server.url });
    expect(await send(instance)).toBe('');
    await server.sendReply(webhook.url, PHONE, 'Oi');
    expect(await send(instance)).not.toBe('');
    await server.close();
  });

  it('takes nothing that is not of the form', async () => {
    const server = await startWhatsAppCloudServer(META);
    const address = `${server.url}/v24.0/${META.phoneNumberId}/messages`;
    const headers = { authorization: `Bearer ${META.accessToken}` };
    for (const body of ['', '{', '{}', '[]']) {
      expect((await fetch(address, { method: 'POST', headers, body })).status).toBe(400);
    }
    expect(server.accepted).toEqual([]);
    await server.close();
  });
});

describe('the loopback Evolution', () => {
  it('tells a webhook of statuses, replies and its connection as Evolution does', async () => {
    const taken: string[] = [];
    const server = await startEvolutionServer({ ...EVOLUTION, onAccepted: ({ id }) => taken.push(id) });
    const instance = readCredentials('evolution', { ...EVOLUTION, baseUrl: server.url });
    const id = await send(instance);
    expect(taken).toEqual([id]);

    expect(await server.sendStatus(webhook.url, id, 'DELIVERY_ACK')).toBe(200);
    expect(told(instance)).toMatchObject({ receipts: [{ providerMessageId: id, status: 'delivered' }], replies: [] });

    await server.sendReply(webhook.url, PHONE, 'PARAR');
    expect(told(instance)).toMatchObject({ replies: [{ phone: PHONE, text: 'PARAR' }] });

    server.setState('close');
    await server.sendConnection(webhook.url);
    expect(told(instance)).toMatchObject({ connection: 'disconnected' });
    await server.close();
  });

  it('takes nothing that is not of the form', async () => {
    const server = await startEvolutionServer(EVOLUTION);
    const address = `${server.url}/message/sendText/${EVOLUTION.instanceName}`;
    const headers = { apikey: EVOLUTION.apiKey };
    for (const body of ['', '{', '{}', '{"number":"+55","text":"Oi"}']) {
      expect((await fetch(address, { method: 'POST', headers, body })).status).toBe(400);
    }
    expect(server.accepted).toEqual([]);
    await server.close();
  });
});
