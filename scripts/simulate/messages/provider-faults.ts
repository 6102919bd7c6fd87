import type { Random } from '../assiny-payload.ts';
import type { Fault, LoopbackAnswer, LoopbackRequest } from '../providers/loopback-server.ts';

const BUSY_PROBABILITY = 0.04;
const CUT_PROBABILITY = 0.02;
/** Which request is never answered, so that the server has to give it up after its minute. */
const SILENT_REQUEST = 25;

/** What goes wrong with a loopback provider: it is too busy now and then, cuts a connection before or after it took a message, and once does not answer. */
export function providerFaults(random: Random, busy: LoopbackAnswer): (request: LoopbackRequest) => Fault | undefined {
  let requests = 0;
  return ({ method }) => {
    if (method !== 'POST') return undefined;
    requests += 1;
    if (requests === SILENT_REQUEST) return { kind: 'silence', processed: true };
    const chosen = random();
    if (chosen < BUSY_PROBABILITY) return { kind: 'answer', answer: busy };
    if (chosen < BUSY_PROBABILITY + CUT_PROBABILITY) {
      return { kind: 'cut', processed: chosen < BUSY_PROBABILITY + CUT_PROBABILITY / 2, midAnswer: false };
    }
    return undefined;
  };
}
