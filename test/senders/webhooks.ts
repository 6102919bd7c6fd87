import { createHmac } from 'node:crypto';
import { type ProviderCredentials, readCredentials, readWebhook } from '../../src/senders/registry.ts';
import type { WebhookContent } from '../../src/senders/sender.ts';
import { NOW } from './messages.ts';

export const META = readCredentials('whatsapp-cloud', {
  phoneNumberId: '106540352242922',
  accessToken: 'the-access-token',
  appSecret: 'the-app-secret',
  verifyToken: 'the-verify-token',
});
export const EVOLUTION = readCredentials('evolution', {
  baseUrl: 'https://evolution.example.com',
  apiKey: 'the-api-key',
  instanceName: 'loja',
});

/** What Meta's webhook tells with such a body, signed as Meta does. */
export function fromMeta(body: string): WebhookContent | 'refused' {
  const signature = createHmac('sha256', 'the-app-secret').update(body).digest('hex');
  return read(META, { 'x-hub-signature-256': `sha256=${signature}` }, body);
}

export function read(instance: ProviderCredentials, headers: Record<string, string>, body: string) {
  return readWebhook(instance, headers, Buffer.from(body), NOW);
}
