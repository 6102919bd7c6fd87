import { lookup } from 'node:dns';
import { connect as openSocket } from 'node:net';
import { z } from 'zod';
import { urlField } from './credentials.ts';
import { final, temporary, uncertain, withoutAnswer } from './failed-attempt.ts';
import { type ReadAnswer, requestProvider } from './provider-request.ts';
import { type AddressGuard, AddressNotAllowed, createAddressGuard } from './public-address.ts';
import type { ConnectionState, OutgoingMessage, Sender, SendFailure, SendResult } from './sender.ts';
import { standardWebhookHeaders, webhookSecretField } from './standard-webhook.ts';

export const httpCredentials = z.strictObject({
  url: urlField.refine((url) => !/^https?:\/\/[^/?]*@/i.test(url) && !url.includes('#'), {
    error: 'must have no user or fragment',
  }),
  secret: webhookSecretField,
});
export type HttpCredentials = z.output<typeof httpCredentials>;

/** What many programs answer with status 200 although they could not do it. */
const errorSchema = z.object({
  error: z.union([z.string().min(1), z.record(z.string(), z.unknown()), z.literal(true)]),
});
const acceptedSchema = z.object({ id: z.string().min(1) });

/**
 * Hands each message to a program of the seller's as a signed POST: `{ type: 'message.send', timestamp, data }`, where `data` is the message.
 * A 2xx accepts it and may name it (`{ "id": "…" }`), unless it is a web page or says `error`; 429 and 5xx ask for another attempt, which has the same
 * `webhook-id`; anything else refuses it.
 * @param allowedHosts what may be posted to, see `createAddressGuard`
 */
export function createHttpSender(
  credentials: HttpCredentials,
  allowedHosts: readonly string[],
  now = () => new Date(),
  resolveName: typeof lookup = lookup,
): Sender {
  const url = new URL(credentials.url);
  const guard = createAddressGuard(allowedHosts, resolveName);

  return {
    async send(message, signal) {
      if (!guard.allows(url)) return final('address_not_allowed');
      const body = JSON.stringify(bodyOf(message, now()));
      const headers = {
        'content-type': 'application/json',
        ...standardWebhookHeaders(credentials.secret, message.id, body, now()),
      };
      const answer = await requestProvider({ method: 'POST', url, headers, body, lookup: guard.lookup }, signal);
      return answer.kind === 'answer' ? readAnswer(answer, now()) : withoutAnswer(answer);
    },

    /** There is nothing to ask a stranger's program: it counts as connected when it takes connections. */
    async connection(signal) {
      return guard.allows(url) ? await connect(url, guard, signal) : disconnected('address_not_allowed');
    },
  };
}

function bodyOf({ id, phone, text, imageUrl, template }: OutgoingMessage, now: Date): object {
  return { type: 'message.send', timestamp: now.toISOString(), data: { id, phone, text, imageUrl, template } };
}

function readAnswer(answer: ReadAnswer, now: Date): SendResult {
  const { status, json, isPage } = answer;
  if (status >= 200 && status < 300) {
    // The page of a login or a proxy; nobody knows what became of the message.
    if (isPage) return uncertain('provider_unreadable');
    if (errorSchema.safeParse(json).success) return final('provider_refused');
    const accepted = acceptedSchema.safeParse(json);
    return { outcome: 'accepted', providerMessageId: accepted.success ? accepted.data.id : null };
  }
  if (status === 429) return temporary('rate_limited', answer, now);
  if (status >= 500) return temporary('provider_unavailable', answer, now);
  return final(status === 401 || status === 403 ? 'token_refused' : 'provider_refused');
}

/** Opens a connection and closes it again without a word. */
function connect(url: URL, guard: AddressGuard, signal: AbortSignal): Promise<ConnectionState> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = openSocket({ host, port, lookup: guard.lookup, signal });
    socket.on('connect', () => {
      socket.destroy();
      resolve({ state: 'connected' });
    });
    socket.on('error', (error) => {
      resolve(disconnected(error instanceof AddressNotAllowed ? 'address_not_allowed' : 'provider_unavailable'));
    });
  });
}

function disconnected(reason: SendFailure): ConnectionState {
  return { state: 'disconnected', reason, qrCode: null };
}
