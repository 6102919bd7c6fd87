import { z } from 'zod';
import { baseUrlField, secretField } from './credentials.ts';
import { temporary, unansweredReason, unreadable, unreadableReason, withoutAnswer } from './failed-attempt.ts';
import { type ProviderRequest, type ReadAnswer, requestProvider } from './provider-request.ts';
import type { ConnectionState, MessageTemplate, OutgoingMessage, Sender, SendResult } from './sender.ts';
import { metaErrorSchema, metaFailure } from './whatsapp-cloud-errors.ts';
import { findTemplates } from './whatsapp-cloud-templates.ts';

export const whatsappCloudCredentials = z.strictObject({
  phoneNumberId: z
    .string()
    .trim()
    .regex(/^\d{5,25}$/),
  accessToken: secretField,
  /** Meta signs its webhooks with it. */
  appSecret: secretField,
  /** Made up by whoever sets the webhook up; Meta repeats it once. */
  verifyToken: secretField,
  baseUrl: baseUrlField.default('https://graph.facebook.com'),
  version: z
    .string()
    .trim()
    .regex(/^v\d{1,3}\.\d{1,2}$/)
    .default('v24.0'),
});
export type WhatsAppCloudCredentials = z.output<typeof whatsappCloudCredentials>;

/** For so long after a buyer's last message Meta lets a business write freely (developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages). */
const CONVERSATION_WINDOW_MILLISECONDS = 24 * 60 * 60 * 1000;
/** Of a picture's caption; a text may have 4096. */
const LONGEST_CAPTION = 1024;

const sentSchema = z.object({ messages: z.tuple([z.object({ id: z.string().min(1) })], z.unknown()) });
const errorSchema = z.object({ error: metaErrorSchema });
const phoneNumberSchema = z.object({ id: z.string() });

/** WhatsApp by Meta's Cloud API (developers.facebook.com/docs/whatsapp/cloud-api/reference/messages). */
export function createWhatsAppCloudSender(credentials: WhatsAppCloudCredentials, now = () => new Date()): Sender {
  const address = `${credentials.baseUrl}/${credentials.version}/${credentials.phoneNumberId}`;
  const headers = { authorization: `Bearer ${credentials.accessToken}` };

  return {
    async send(message, signal) {
      const content = contentFor(message, now());
      if (!content) return { outcome: 'final', reason: 'window_closed' };
      const answer = await requestProvider(messageRequest(address, headers, message, content), signal);
      return answer.kind === 'answer' ? readSendAnswer(answer, now()) : withoutAnswer(answer);
    },

    async connection(signal): Promise<ConnectionState> {
      const answer = await requestProvider({ method: 'GET', url: new URL(address), headers }, signal);
      if (answer.kind !== 'answer') return disconnected(unansweredReason(answer));
      if (answer.status === 200 && phoneNumberSchema.safeParse(answer.json).success) return { state: 'connected' };
      const error = errorSchema.safeParse(answer.json);
      return disconnected(
        error.success ? metaFailure(error.data.error, answer.status).reason : unreadableReason(answer),
      );
    },

    templates: (name, signal) => findTemplates(credentials, name, signal),
  };
}

type Disconnected = Extract<ConnectionState, { state: 'disconnected' }>;

function disconnected(reason: Disconnected['reason']): Disconnected {
  return { state: 'disconnected', reason, qrCode: null };
}

function messageRequest(
  address: string,
  headers: Record<string, string>,
  message: OutgoingMessage,
  content: object,
): ProviderRequest {
  const body = {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: message.phone,
    // Comes back in each status of the message.
    biz_opaque_callback_data: message.id,
    ...content,
  };
  return {
    method: 'POST',
    url: new URL(`${address}/messages`),
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** Null when the window is closed and there is no template to open it with. */
function contentFor(message: OutgoingMessage, now: Date): object | null {
  if (isWindowOpen(message.lastReplyAt, now)) return freeContent(message);
  return message.template && templateContent(message.template);
}

/** Whether a number may still write freely to a buyer who last wrote to it then. */
export function isWindowOpen(lastReplyAt: Date | null, now: Date): boolean {
  return lastReplyAt !== null && now.getTime() - lastReplyAt.getTime() < CONVERSATION_WINDOW_MILLISECONDS;
}

/** A caption has room for less than a text: a longer one goes without its picture. */
function freeContent({ text, imageUrl }: OutgoingMessage): object {
  if (imageUrl && text.length <= LONGEST_CAPTION) return { type: 'image', image: { link: imageUrl, caption: text } };
  return { type: 'text', text: { body: text, preview_url: true } };
}

/** developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates */
function templateContent({ name, language, parameters, imageUrl }: MessageTemplate): object {
  const header = { type: 'header', parameters: [{ type: 'image', image: { link: imageUrl } }] };
  const body = { type: 'body', parameters: parameters.map((value) => ({ type: 'text', text: onOneLine(value) })) };
  const components = [...(imageUrl ? [header] : []), ...(parameters.length > 0 ? [body] : [])];
  return { type: 'template', template: { name, language: { code: language }, components } };
}

/** Meta refuses parameters with line breaks, tabs or more than four spaces in a row. */
function onOneLine(value: string): string {
  return value.replace(/\s+/g, ' ').trim();
}

/** An answer that names the message has taken it, whatever its status. */
function readSendAnswer(answer: ReadAnswer, now: Date): SendResult {
  const error = errorSchema.safeParse(answer.json);
  if (error.success) {
    const { outcome, reason } = metaFailure(error.data.error, answer.status);
    return outcome === 'final' ? { outcome, reason } : temporary(reason, answer, now);
  }
  const sent = sentSchema.safeParse(answer.json);
  if (sent.success) return { outcome: 'accepted', providerMessageId: sent.data.messages[0].id };
  return unreadable(answer, now);
}
