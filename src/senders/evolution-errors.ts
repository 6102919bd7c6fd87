import { z } from 'zod';
import { final, temporary, uncertain } from './failed-attempt.ts';
import type { ReadAnswer } from './provider-request.ts';
import type { SendResult } from './sender.ts';

/** Its sentence, a list of them, or what it found out about each number. */
const messageSchema = z.union([z.string(), z.array(z.unknown())]);

/**
 * How Evolution API v2 says that something went wrong: `{ status, error, response: { message } }`
 * (its source: EvolutionAPI/evolution-api, the last handlers in src/main.ts, and src/exceptions).
 */
export const evolutionErrorSchema = z.object({
  status: z.number().int().min(400).max(599),
  error: z.unknown(),
  response: z
    .object({ message: messageSchema.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
type EvolutionError = z.output<typeof evolutionErrorSchema>;

/** What `sendMessageWithTyping` answers for a number that WhatsApp does not know. */
const notOnWhatsappSchema = z.object({ exists: z.literal(false) });

/** Baileys, the library inside Evolution, throws before it sends when its socket is closed, or is not there yet. */
const NOT_CONNECTED = /connection (closed|lost|failure)|not connected|logged ?out|of undefined \(reading/i;
const TIMED_OUT = /timed? ?-?out/i;

/** What to make of an answer to sending that says an error. */
export function evolutionFailure(error: EvolutionError, answer: ReadAnswer, now: Date): SendResult {
  const { status } = error;
  const messages = [error.response?.message ?? []].flat();
  if (messages.some((message) => notOnWhatsappSchema.safeParse(message).success)) return final('not_on_whatsapp');
  if (status === 401 || status === 403) return final('token_refused');
  if (status === 404 || says(messages, NOT_CONNECTED)) return temporary('instance_disconnected', answer, now);
  if (status === 429) return temporary('rate_limited', answer, now);
  // Whatever fails while it sends is answered with 400, so that a 400 for a lack of time may come after the message has left.
  if (status < 500) return says(messages, TIMED_OUT) ? uncertain('no_answer') : final('provider_refused');
  // What fails before it sends, by the same source.
  return status === 504 ? uncertain('no_answer') : temporary('provider_unavailable', answer, now);
}

function says(messages: unknown[], words: RegExp): boolean {
  return messages.some((message) => typeof message === 'string' && words.test(message));
}
