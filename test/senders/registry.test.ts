import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { startEvolutionServer } from '../../scripts/simulate/providers/evolution-server.ts';
import { startWhatsAppCloudServer } from '../../scripts/simulate/providers/whatsapp-cloud-server.ts';
import { createSender, type ProviderCredentials, readCredentials } from '../../src/senders/registry.ts';
import { sendFailureText } from '../../src/senders/send-failure-text.ts';
import { type OutgoingMessage, PROVIDERS, SEND_FAILURES } from '../../src/senders/sender.ts';
import { LOCALES, translator } from '../../src/text/text.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { outgoing, PHONE, patience } from './messages.ts';

const META = {
  phoneNumberId: '106540352242922',
  accessToken: 'token-1',
  appSecret: 'secret-1',
  verifyToken: 'verify-1',
};
const EVOLUTION = { apiKey: 'api-key-1', instanceName: 'loja' };
const HTTP_SECRET = `whsec_${Buffer.from('a secret of twenty-four bytes').toString('base64')}`;

interface Sent {
  log: string[];
  shown: OutgoingMessage[];
}

/** Sends a message through an instance, as it is made from what people typed. */
async function sendThrough(instance: ProviderCredentials, expected: object): Promise<Sent> {
  const log: string[] = [];
  const shown: OutgoingMessage[] = [];
  const sender = createSender(instance, {
    log: pino({ level: 'trace' }, { write: (line) => log.push(line) }),
    onMessage: (message) => shown.push(message),
    allowedHosts: ['127.0.0.1'],
  });
  expect(await sender.send(outgoing({ lastReplyAt: new Date() }), patience())).toMatchObject(expected);
  expect(await sender.connection(patience())).toEqual({ state: 'connected' });
  return { log, shown };
}

describe('the sender of each provider', () => {
  it('whatsapp-cloud: sends to Meta and logs nothing', async () => {
    const server = await startWhatsAppCloudServer({ ...META, isWindowOpen: () => true });
    const instance = readCredentials('whatsapp-cloud', { ...META, baseUrl: server.url, version: 'v99.0' });
    expect(await sendThrough(instance, { outcome: 'accepted' })).toEqual({ log: [], shown: [] });
    expect(server.accepted).toMatchObject([{ phone: PHONE }]);
    await server.close();
  });

  it('evolution: sends to Evolution and logs nothing', async () => {
    const server = await startEvolutionServer(EVOLUTION);
    const instance = readCredentials('evolution', { ...EVOLUTION, baseUrl: server.url });
    expect(await sendThrough(instance, { outcome: 'accepted' })).toEqual({ log: [], shown: [] });
    expect(server.accepted).toMatchObject([{ phone: PHONE }]);
    await server.close();
  });

  it('http: sends to the program of the seller and logs nothing', async () => {
    const receiver = await startHttpReceiver(HTTP_SECRET);
    const instance = readCredentials('http', { url: receiver.url, secret: HTTP_SECRET });
    expect(await sendThrough(instance, { outcome: 'accepted' })).toEqual({ log: [], shown: [] });
    expect([...receiver.accepted.keys()]).toEqual(['message-1']);
    await receiver.close();
  });

  it('log: shows the message, and logs neither its text nor whom it is for', async () => {
    const { log, shown } = await sendThrough(readCredentials('log', {}), {
      outcome: 'accepted',
      providerMessageId: null,
    });
    expect(shown).toMatchObject([{ id: 'message-1', phone: PHONE, text: outgoing().text }]);
    expect(log).toHaveLength(1);
    expect(log[0]).toContain('"phone":"+55…4321"');
    expect(log[0]).not.toContain(outgoing().text.slice(0, 8));
    expect(log[0]).not.toContain(PHONE.slice(3, 9));
  });
});

describe('the credentials of each provider', () => {
  it.each(PROVIDERS)('%s: are refused when they are another’s', (provider) => {
    expect(() => readCredentials(provider, { token: 'secret-1' })).toThrow();
    expect(() => readCredentials(provider, null)).toThrow();
  });
});

describe('why a message was not sent', () => {
  it.each(SEND_FAILURES.flatMap((reason) => LOCALES.map((locale) => ({ reason, locale }))))(
    '$reason is said in $locale in two short sentences, the last with a remedy',
    ({ reason, locale }) => {
      const sentence = sendFailureText(reason, translator(locale));
      expect(sentence).toMatch(/^[^.]+\. [^.]+\.$/);
      expect(sentence.length).toBeLessThan(160);
    },
  );
});
