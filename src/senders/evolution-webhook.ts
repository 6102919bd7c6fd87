import { z } from 'zod';
import { secretsEqual } from '../database/secret-box.ts';
import { phoneToE164 } from '../text/phone.ts';
import type { EvolutionCredentials } from './evolution.ts';
import { parseJson } from './provider-request.ts';
import type { BuyerReply, Receipt, WebhookContent } from './sender.ts';
import { eachOf, header, momentOf, noContent, type WebhookHeaders } from './webhook-content.ts';

/** The statuses of Baileys that Evolution passes on; `PENDING` says nothing that the answer to sending did not. */
const STATUSES = {
  SERVER_ACK: 'sent',
  DELIVERY_ACK: 'delivered',
  READ: 'read',
  PLAYED: 'read',
  ERROR: 'failed',
} as const;

const updateSchema = z.object({
  keyId: z.string().min(1),
  fromMe: z.literal(true),
  status: z.enum(['SERVER_ACK', 'DELIVERY_ACK', 'READ', 'PLAYED', 'ERROR']),
});

const words = z.string().optional().catch(undefined);
function part<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).optional().catch(undefined);
}

/** What a message may be made of (WhatsApp's own names); each is there or not. */
const contentFields = {
  conversation: words,
  extendedTextMessage: part({ text: words }),
  buttonsResponseMessage: part({ selectedDisplayText: words }),
  templateButtonReplyMessage: part({ selectedDisplayText: words }),
  listResponseMessage: part({ title: words }),
  imageMessage: part({ caption: words }),
  videoMessage: part({ caption: words }),
  documentMessage: part({ caption: words }),
  audioMessage: part({}),
  stickerMessage: part({}),
  locationMessage: part({}),
  contactMessage: part({}),
};
const contentSchema = z.object({
  ...contentFields,
  // Of a chat whose messages vanish.
  ephemeralMessage: part({ message: part(contentFields) }),
});
type Content = Omit<z.output<typeof contentSchema>, 'ephemeralMessage'>;

const messageSchema = z.object({
  // A chat may be named by a hidden id (`…@lid`); the number then stands beside it.
  key: z.object({
    id: z.string().min(1),
    fromMe: z.literal(false),
    remoteJid: words,
    remoteJidAlt: words,
    senderPn: words,
  }),
  message: contentSchema,
  messageTimestamp: z.unknown(),
});

const bodySchema = z.object({ event: z.string(), instance: z.string(), data: z.unknown() });
const connectionSchema = z.object({ state: z.string() });

/**
 * What Evolution's webhook tells of this instance. Never throws. Its shape: EvolutionAPI/evolution-api,
 * src/api/integrations/event/webhook/webhook.controller.ts, and `sendDataWebhook` in whatsapp.baileys.service.ts.
 * @param now of statuses, to which Evolution gives no time that can be trusted: its `date_time` is local time written as UTC
 * @returns `refused` when the instance has a secret and the header `X-Webhook-Secret` is another
 */
export function readEvolutionWebhook(
  headers: WebhookHeaders,
  rawBody: Buffer,
  credentials: EvolutionCredentials,
  now: Date,
): WebhookContent | 'refused' {
  const { webhookSecret, instanceName } = credentials;
  if (webhookSecret && !secretsEqual(header(headers, 'x-webhook-secret') ?? '', webhookSecret)) return 'refused';

  const body = bodySchema.safeParse(parseJson(rawBody.toString('utf8')));
  // A global webhook tells of every instance of the server.
  if (!body.success || body.data.instance !== instanceName) return noContent();
  return contentOf(body.data.event, body.data.data, now);
}

function contentOf(event: string, data: unknown, now: Date): WebhookContent {
  const elements = [data].flat();
  // `messages.update` when it is sent, `MESSAGES_UPDATE` where it is chosen.
  switch (event.toLowerCase().replaceAll('_', '.')) {
    case 'messages.update':
      return {
        receipts: eachOf(updateSchema)
          .parse(elements)
          .map((update) => receipt(update, now)),
        replies: [],
      };
    case 'messages.upsert':
      return {
        receipts: [],
        replies: eachOf(messageSchema)
          .parse(elements)
          .flatMap((message) => reply(message, now)),
      };
    case 'connection.update':
      return { ...noContent(), ...connectionOf(data) };
    // It asks for a phone to scan it, so none is connected; the code itself is asked for when somebody looks.
    case 'qrcode.updated':
      return { ...noContent(), connection: 'disconnected' };
    default:
      return noContent();
  }
}

function receipt({ keyId, status }: z.output<typeof updateSchema>, now: Date): Receipt {
  return {
    providerMessageId: keyId,
    messageId: null,
    status: STATUSES[status],
    at: now,
    reason: status === 'ERROR' ? 'provider_refused' : null,
  };
}

/** Empty when it is of a group, or nothing that a person says: a reaction, a deletion, an edit. */
function reply({ key, message, messageTimestamp }: z.output<typeof messageSchema>, now: Date): BuyerReply[] {
  const phone = phoneOf([key.remoteJid, key.remoteJidAlt, key.senderPn]);
  const text = wordsOf(message.ephemeralMessage?.message ?? message);
  if (!phone || text === null) return [];
  return [{ providerMessageId: key.id, phone, text, at: momentOf(messageTimestamp, now) }];
}

const PERSON = /^(\d{6,15})(?::\d+)?@s\.whatsapp\.net$/;

function phoneOf(names: (string | undefined)[]): string | null {
  const [digits] = names.flatMap((name) => PERSON.exec(name ?? '')?.[1] ?? []);
  return digits ? phoneToE164(`+${digits}`) : null;
}

/** Null when there is nothing of what a person says. */
function wordsOf(content: Content): string | null {
  const { conversation, extendedTextMessage, buttonsResponseMessage, templateButtonReplyMessage } = content;
  const { listResponseMessage, imageMessage, videoMessage, documentMessage } = content;
  const said = conversation ?? extendedTextMessage?.text ?? listResponseMessage?.title;
  const chosen = (buttonsResponseMessage ?? templateButtonReplyMessage)?.selectedDisplayText;
  const caption = (imageMessage ?? videoMessage ?? documentMessage)?.caption;
  return said ?? chosen ?? caption ?? (Object.values(content).some(Boolean) ? '' : null);
}

function connectionOf(data: unknown): Pick<WebhookContent, 'connection'> {
  const read = connectionSchema.safeParse(data);
  if (!read.success || read.data.state === 'connecting') return {};
  return { connection: read.data.state === 'open' ? 'connected' : 'disconnected' };
}
