import { z } from 'zod';
import { baseUrlField, secretField } from './credentials.ts';
import { evolutionErrorSchema, evolutionFailure } from './evolution-errors.ts';
import { unansweredReason, unreadable, unreadableReason, withoutAnswer } from './failed-attempt.ts';
import { type ProviderAnswer, type ReadAnswer, requestProvider } from './provider-request.ts';
import type { ConnectionState, OutgoingMessage, Sender, SendFailure, SendResult } from './sender.ts';

export const evolutionCredentials = z.strictObject({
  baseUrl: baseUrlField,
  apiKey: secretField,
  instanceName: z
    .string()
    .trim()
    .regex(/^(?!\.{1,2}$).{1,100}$/),
  /** Sent with each webhook in the header `X-Webhook-Secret`, which Evolution lets people add (`webhook.headers`). Without it the webhook's address is the secret. */
  webhookSecret: secretField.nullable().default(null),
});
export type EvolutionCredentials = z.output<typeof evolutionCredentials>;

const sentSchema = z.object({ key: z.object({ id: z.string().min(1) }) });
const stateSchema = z.object({ instance: z.object({ state: z.string().optional() }) });
const qrCodeSchema = z.object({ base64: z.string().regex(/^(data:image\/png;base64,)?[A-Za-z0-9+/]+=*$/) });

/**
 * WhatsApp Web by Evolution API v2. Its shapes are those of its source, EvolutionAPI/evolution-api:
 * src/api/dto/sendMessage.dto.ts, src/api/controllers/instance.controller.ts and
 * src/api/integrations/channel/whatsapp/whatsapp.baileys.service.ts.
 */
export function createEvolutionSender(credentials: EvolutionCredentials, now = () => new Date()): Sender {
  const instance = encodeURIComponent(credentials.instanceName);
  const headers = { apikey: credentials.apiKey };
  const address = (path: string) => new URL(`${credentials.baseUrl}${path}/${instance}`);

  function ask(path: string, signal: AbortSignal): Promise<ProviderAnswer> {
    return requestProvider({ method: 'GET', url: address(path), headers }, signal);
  }

  return {
    async send(message, signal) {
      const { path, body } = contentFor(message);
      const request = {
        method: 'POST',
        url: address(path),
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      } as const;
      const answer = await requestProvider(request, signal);
      return answer.kind === 'answer' ? readSendAnswer(answer, now()) : withoutAnswer(answer);
    },

    /** Asks for the QR code of an instance that is not connected, which makes Evolution try to connect. */
    async connection(signal) {
      const state = readState(await ask('/instance/connectionState', signal));
      if (state !== 'not open') return state;
      const answer = await ask('/instance/connect', signal);
      const qrCode = answer.kind === 'answer' ? qrCodeSchema.safeParse(answer.json) : null;
      if (qrCode?.success) return disconnected('qr_code', qrCode.data.base64.replace(/^data:.*,/, ''));
      const after = readState(answer);
      return after === 'not open' ? disconnected('instance_disconnected') : after;
    },
  };
}

function contentFor({ phone, text, imageUrl }: OutgoingMessage): { path: string; body: object } {
  const number = phone.replace('+', '');
  if (!imageUrl) return { path: '/message/sendText', body: { number, text } };
  return { path: '/message/sendMedia', body: { number, mediatype: 'image', media: imageUrl, caption: text } };
}

/** An answer that names the message has taken it, whatever its status. */
function readSendAnswer(answer: ReadAnswer, now: Date): SendResult {
  const error = evolutionErrorSchema.safeParse(answer.json);
  if (error.success) return evolutionFailure(error.data, answer, now);
  const sent = sentSchema.safeParse(answer.json);
  if (sent.success) return { outcome: 'accepted', providerMessageId: sent.data.key.id };
  return unreadable(answer, now);
}

function disconnected(reason: SendFailure | 'qr_code', qrCode: string | null = null): ConnectionState {
  return { state: 'disconnected', reason, qrCode };
}

/** Evolution knows `open`, `connecting`, `close` and `refused`; of an instance that it has not loaded it knows nothing. */
function readState(answer: ProviderAnswer): ConnectionState | 'not open' {
  if (answer.kind !== 'answer') return disconnected(unansweredReason(answer));
  const error = evolutionErrorSchema.safeParse(answer.json);
  if (error.success) return disconnected(stateFailure(error.data.status));
  const state = stateSchema.safeParse(answer.json);
  if (answer.status !== 200 || !state.success) return disconnected(unreadableReason(answer));
  return state.data.instance.state === 'open' ? { state: 'connected' } : 'not open';
}

function stateFailure(status: number): SendFailure {
  if (status === 401 || status === 403) return 'token_refused';
  if (status === 429) return 'rate_limited';
  return status < 500 ? 'instance_disconnected' : 'provider_unavailable';
}
