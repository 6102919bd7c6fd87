import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/**
 * What `/metrics` shows: the process's own figures, the requests that wait on this machine's disk, and those that pretended to come from a chat.
 * @param sources.refusedChatRequests by chat, how many there were since the start
 */
export function createMetrics(sources: {
  spool: { size(): number };
  refusedChatRequests: Readonly<Record<string, () => number>>;
}): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'sininho_spooled_requests',
    help: 'Webhook requests that were answered while the database was away and wait to be stored',
    registers: [registry],
    collect() {
      this.set(sources.spool.size());
    },
  });
  new Counter({
    name: 'sininho_refused_chat_requests_total',
    help: 'Requests to a chat address whose signature, time or repetition showed that they did not come from the chat',
    labelNames: ['chat'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [chat, count] of Object.entries(sources.refusedChatRequests)) this.inc({ chat }, count());
    },
  });
  return registry;
}
