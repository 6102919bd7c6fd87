import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What `/metrics` shows: the process's own figures, and the requests that wait on this machine's disk. */
export function createMetrics(sources: { spool: { size(): number } }): Registry {
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
  return registry;
}
