import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { secretsEqual } from '../database/secret-box.ts';
import { phoneToE164 } from '../text/phone.ts';
import { parseJson } from './provider-request.ts';
import type { BuyerReply, Receipt, SendFailure, WebhookContent } from './sender.ts';
import { eachOf, header, momentOf, noContent, type WebhookHeaders } from './webhook-content.ts';
import type { WhatsAppCloudCredentials } from './whatsapp-cloud.ts';
import { metaErrorSchema, metaFailure } from './whatsapp-cloud-errors.ts';

/** Meta's names of a status (developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components); `played` is a voice message that was listened to. */
const STATUSES = { sent: 'sent', delivered: 'delivered', read: 'read', played: 'read', failed: 'failed' } as const;

const statusSchema = z.object({
  id: z.string().min(1),
  status: z.enum(['sent', 'delivered', 'read', 'played', 'failed']),
  timestamp: z.unknown(),
  errors: eachOf(metaErrorSchema),
  biz_opaque_callback_data: z.string().min(1).optional().catch(undefined),
});

const words = z.string().optional().catch(undefined);
const withCaption = z.object({ caption: words }).optional().catch(undefined);
const withTitle = z.object({ title: words }).optional().catch(undefined);

const messageSchema = z.object({
  id: z.string().min(1),
  from: z.string(),
  timestamp: z.unknown(),
  type: z.enum([
    'text',
    'button',
    'interactive',
    'image',
    'video',
    'document',
    'audio',
    'sticker',
    'location',
    'contacts',
    'order',
  ]),
  text: z.object({ body: words }).optional().catch(undefined),
  button: z.object({ text: words }).optional().catch(undefined),
  interactive: z.object({ button_reply: withTitle, list_reply: withTitle }).optional().catch(undefined),
  image: withCaption,
  video: withCaption,
  document: withCaption,
});

const valueSchema = z.object({
  metadata: z.object({ phone_number_id: z.string() }),
  statuses: eachOf(statusSchema),
  messages: eachOf(messageSchema),
});

const bodySchema = z.object({ entry: eachOf(z.object({ changes: eachOf(z.object({ value: valueSchema })) })) });

/**
 * What Meta's webhook tells of this instance's number. Never throws.
 * @returns `refused` when the body was not signed with the app's secret
 *   (developers.facebook.com/docs/graph-api/webhooks/getting-started: `X-Hub-Signature-256`, HMAC-SHA256 of the raw body)
 */
export function readWhatsAppCloudWebhook(
  headers: WebhookHeaders,
  rawBody: Buffer,
  credentials: WhatsAppCloudCredentials,
  now: Date,
): WebhookContent | 'refused' {
  const expected = `sha256=${createHmac('sha256', credentials.appSecret).update(rawBody).digest('hex')}`;
  if (!secretsEqual(header(headers, 'x-hub-signature-256') ?? '', expected)) return 'refused';

  const body = bodySchema.safeParse(parseJson(rawBody.toString('utf8')));
  if (!body.success) return noContent();
  // One webhook tells of every number of the app.
  const values = body.data.entry
    .flatMap(({ changes }) => changes.map(({ value }) => value))
    .filter(({ metadata }) => metadata.phone_number_id === credentials.phoneNumberId);
  return {
    receipts: values.flatMap(({ statuses }) => statuses.map((status) => receipt(status, now))),
    replies: values.flatMap(({ messages }) => messages.flatMap((message) => reply(message, now))),
  };
}

function receipt(status: z.output<typeof statusSchema>, now: Date): Receipt {
  return {
    providerMessageId: status.id,
    messageId: status.biz_opaque_callback_data ?? null,
    status: STATUSES[status.status],
    at: momentOf(status.timestamp, now),
    reason: status.status === 'failed' ? failureReason(status.errors) : null,
  };
}

function failureReason([error]: z.output<typeof metaErrorSchema>[]): SendFailure {
  return error ? metaFailure(error).reason : 'provider_refused';
}

/** Empty when it does not come from a phone number. */
function reply(message: z.output<typeof messageSchema>, now: Date): BuyerReply[] {
  const phone = phoneToE164(`+${message.from}`);
  if (!phone) return [];
  return [{ providerMessageId: message.id, phone, text: wordsOf(message), at: momentOf(message.timestamp, now) }];
}

function wordsOf({ text, button, interactive, image, video, document }: z.output<typeof messageSchema>): string {
  const chosen = interactive?.button_reply?.title ?? interactive?.list_reply?.title;
  return text?.body ?? button?.text ?? chosen ?? (image ?? video ?? document)?.caption ?? '';
}

/** Meta sends digits. What we repeat must not be a page. */
const CHALLENGE = /^[\w-]{1,200}$/;

/**
 * Meta's question whether a webhook's address is ours (`hub.mode`, `hub.verify_token`, `hub.challenge`).
 * @returns what to answer with status 200, as plain text; null when the token is not this instance's
 */
export function answerWhatsAppCloudHandshake(
  query: Readonly<Record<string, unknown>>,
  credentials: WhatsAppCloudCredentials,
): string | null {
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = query;
  if (mode !== 'subscribe' || typeof token !== 'string' || typeof challenge !== 'string') return null;
  return CHALLENGE.test(challenge) && secretsEqual(token, credentials.verifyToken) ? challenge : null;
}
