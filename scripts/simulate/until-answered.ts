import { setTimeout as pause } from 'node:timers/promises';
import { SimulatorError } from './simulator-error.ts';

const RETRY_MILLISECONDS = 250;
/** A server that does not come back in this time is not waited for any longer. */
const AWAY_MILLISECONDS = 5 * 60_000;
const UNAVAILABLE = 503;

/**
 * Makes a request again and again until the server answers it and does not say that it is unavailable.
 * @param request rejects when no answer came
 * @param options.onLost told of each answer that did not come
 * @param options.signal ends it early
 * @throws SimulatorError when the server is away for 5 minutes
 */
export async function untilAnswered<Answer extends { status: number }>(
  request: () => Promise<Answer>,
  options: { onLost?: (error: unknown) => void; signal?: AbortSignal } = {},
): Promise<Answer> {
  const { onLost, signal } = options;
  const giveUpAt = performance.now() + AWAY_MILLISECONDS;
  for (;;) {
    try {
      const answer = await request();
      if (answer.status !== UNAVAILABLE) return answer;
    } catch (error) {
      signal?.throwIfAborted();
      onLost?.(error);
    }
    if (performance.now() > giveUpAt) {
      throw new SimulatorError('The server has not answered for 5 minutes; start it and run again.');
    }
    await pause(RETRY_MILLISECONDS, undefined, signal ? { signal } : {});
  }
}
