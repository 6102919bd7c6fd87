import type { Logger } from 'pino';
import { z } from 'zod';
import { createEvolutionSender, evolutionCredentials } from './evolution.ts';
import { readEvolutionWebhook } from './evolution-webhook.ts';
import { createHttpSender, httpCredentials } from './http.ts';
import { createLogSender } from './log.ts';
import type { OutgoingMessage, Provider, Sender, WebhookContent } from './sender.ts';
import type { WebhookHeaders } from './webhook-content.ts';
import { createWhatsAppCloudSender, isWindowOpen, whatsappCloudCredentials } from './whatsapp-cloud.ts';
import { answerWhatsAppCloudHandshake, readWhatsAppCloudWebhook } from './whatsapp-cloud-webhook.ts';

/** What each provider has to be told, as people type it. */
export const CREDENTIALS = {
  log: z.strictObject({}),
  'whatsapp-cloud': whatsappCloudCredentials,
  evolution: evolutionCredentials,
  http: httpCredentials,
} as const satisfies Record<Provider, z.ZodType>;

/** A provider with what it has been told. */
export type ProviderCredentials = {
  [Name in Provider]: { provider: Name; credentials: z.output<(typeof CREDENTIALS)[Name]> };
}[Provider];

/** @throws ZodError, which quotes no value, when the credentials are not what the provider has to be told */
export function readCredentials(provider: Provider, credentials: unknown): ProviderCredentials {
  return { provider, credentials: CREDENTIALS[provider].parse(credentials) } as ProviderCredentials;
}

export interface SenderDependencies {
  log: Logger;
  /** Is given what the provider `log` would have sent. */
  onMessage(message: OutgoingMessage): void;
  /** What the provider `http` may post to, see `createAddressGuard`. */
  allowedHosts: readonly string[];
  now?: () => Date;
}

export function createSender(instance: ProviderCredentials, dependencies: SenderDependencies): Sender {
  const { log, onMessage, allowedHosts, now } = dependencies;
  switch (instance.provider) {
    case 'log':
      return createLogSender(log, onMessage);
    case 'whatsapp-cloud':
      return createWhatsAppCloudSender(instance.credentials, now);
    case 'evolution':
      return createEvolutionSender(instance.credentials, now);
    case 'http':
      return createHttpSender(instance.credentials, allowedHosts, now);
  }
}

/** True when a provider takes nothing but an approved template for a buyer who last wrote to the instance then. */
export function takesOnlyTemplates(provider: Provider, lastReplyAt: Date | null, now: Date): boolean {
  return provider === 'whatsapp-cloud' && !isWindowOpen(lastReplyAt, now);
}

/**
 * What a provider's webhook tells. Never throws, whatever comes.
 * @param headers names in lower case
 * @param rawBody as it came: signatures are made over it
 * @returns `refused` when it does not come from the provider, or the provider sends no webhooks
 */
export function readWebhook(
  instance: ProviderCredentials,
  headers: WebhookHeaders,
  rawBody: Buffer,
  now = new Date(),
): WebhookContent | 'refused' {
  switch (instance.provider) {
    case 'whatsapp-cloud':
      return readWhatsAppCloudWebhook(headers, rawBody, instance.credentials, now);
    case 'evolution':
      return readEvolutionWebhook(headers, rawBody, instance.credentials, now);
    default:
      return 'refused';
  }
}

/**
 * What to answer, as plain text, to the GET with which a provider checks a webhook's address.
 * @returns null when it is to be refused
 */
export function answerHandshake(
  instance: ProviderCredentials,
  query: Readonly<Record<string, unknown>>,
): string | null {
  return instance.provider === 'whatsapp-cloud' ? answerWhatsAppCloudHandshake(query, instance.credentials) : null;
}
