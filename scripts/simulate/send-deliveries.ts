import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { parsedJson } from './parsed-json.ts';
import type { PlannedDelivery } from './planned-delivery.ts';
import { isRefusedConnection, SimulatorError } from './simulator-error.ts';
import { untilAnswered } from './until-answered.ts';

const ANSWER_MILLISECONDS = 30_000;

export interface Answer {
  status: number;
  /** The id under which the server keeps the delivery; null when it keeps none. */
  deliveryId: string | null;
  /** The code of a refusal. */
  error: string | null;
}

export interface SentDelivery {
  planned: PlannedDelivery;
  answer: Answer;
  /** Tries that were not answered, of which the server may have kept any. */
  lostAnswers: number;
}

const answerSchema = z.object({ delivery: z.string().optional(), error: z.string().optional() });

/**
 * Sends deliveries at a fixed rate, whether or not the ones before were answered.
 * @param options.rate requests a second
 * @param options.keepGoing sends again what is not answered, for as long as the server may be away
 * @param options.onAnswered told after each answer
 * @returns every delivery with its answer, in the order of the plan
 * @throws SimulatorError when the server does not answer
 */
export async function sendDeliveries(
  deliveries: readonly PlannedDelivery[],
  options: { webhookUrl: string; rate: number; keepGoing: boolean; onAnswered?: () => void },
): Promise<SentDelivery[]> {
  const { webhookUrl, rate, keepGoing, onAnswered } = options;
  const giveUp = new AbortController();
  // One listener for each request that waits.
  setMaxListeners(0, giveUp.signal);
  const startedAt = performance.now();
  const inFlight: Promise<SentDelivery>[] = [];
  let failure: unknown = null;

  async function sendOne(planned: PlannedDelivery): Promise<SentDelivery> {
    const sent = await sendUntilAnswered(planned, { webhookUrl, keepGoing, signal: giveUp.signal });
    onAnswered?.();
    return sent;
  }

  let slot = 0;
  for (const [index, planned] of deliveries.entries()) {
    if (!planned.withPrevious) slot = index;
    const wait = startedAt + (slot * 1_000) / rate - performance.now();
    if (wait > 1) await pause(wait);
    if (giveUp.signal.aborted) break;
    const sending = sendOne(planned);
    sending.catch((error: unknown) => {
      failure ??= error;
      giveUp.abort();
    });
    inFlight.push(sending);
  }
  const settled = await Promise.allSettled(inFlight);
  if (failure !== null) throw failure;
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function sendUntilAnswered(
  planned: PlannedDelivery,
  options: { webhookUrl: string; keepGoing: boolean; signal: AbortSignal },
): Promise<SentDelivery> {
  const { webhookUrl, keepGoing, signal } = options;
  const send = () => sendOnce(planned, webhookUrl, signal);
  if (!keepGoing) {
    const answer = await send().catch((error: unknown) => {
      throw new SimulatorError(
        'The server stopped answering; start it again, and use --keep-going to go on through a restart.',
        { cause: error },
      );
    });
    return { planned, answer, lostAnswers: 0 };
  }
  let lostAnswers = 0;
  const answer = await untilAnswered(send, {
    signal,
    onLost(error) {
      if (!isRefusedConnection(error)) lostAnswers += 1;
    },
  });
  return { planned, answer, lostAnswers };
}

async function sendOnce(planned: PlannedDelivery, webhookUrl: string, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(planned.wrongToken ? urlOfNobody(webhookUrl) : webhookUrl, {
    method: planned.method,
    headers: planned.headers,
    body: planned.body,
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MILLISECONDS)]),
  });
  // An answer that breaks off is none: only its whole text says what was kept.
  const answer = answerSchema.safeParse(parsedJson(await response.text()));
  return {
    status: response.status,
    deliveryId: answer.data?.delivery ?? null,
    error: answer.data?.error ?? null,
  };
}

function urlOfNobody(webhookUrl: string): string {
  return webhookUrl.replace(/[^/]+$/, randomBytes(24).toString('base64url'));
}
