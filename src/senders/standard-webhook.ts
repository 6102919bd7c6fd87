import { createHmac } from 'node:crypto';
import { z } from 'zod';

const PREFIX = 'whsec_';

/** `whsec_` and 24 to 64 bytes in base64, as Standard Webhooks writes a signing secret. */
export const webhookSecretField = z
  .string()
  .trim()
  .regex(/^whsec_[A-Za-z0-9+/]+={0,2}$/)
  .refine((secret) => keyOf(secret).length >= 24 && keyOf(secret).length <= 64, {
    error: 'must hold 24 to 64 bytes in base64',
  });

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}

/**
 * The headers that prove where a webhook comes from (Standard Webhooks 1.0, spec/standard-webhooks.md of standard-webhooks/standard-webhooks).
 * @param id the same for every attempt with the same content: the receiver's idempotency key
 */
export function standardWebhookHeaders(
  secret: string,
  id: string,
  body: string,
  now: Date,
): Record<`webhook-${'id' | 'timestamp' | 'signature'}`, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
