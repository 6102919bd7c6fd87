import express, { type Router } from 'express';
import type { Registry } from 'prom-client';

/** One thing that has to be there before requests can be served in full. */
export interface ReadinessCheck {
  name: string;
  ok: boolean;
  /** Another process has it, and this one takes over when that one is gone: nothing is missing. */
  standingBy?: boolean;
  /** What to do when it is missing. */
  remedy: string;
}

/**
 * `/healthz`: this process answers. `/readyz`: 503 names what is missing, and what another process has is told beside it. `/metrics`: Prometheus.
 * None of them needs a key, and none tells anything of a store.
 */
export function createHealthRouter(dependencies: {
  readiness(): Promise<ReadinessCheck[]>;
  registry: Registry;
}): Router {
  const { readiness, registry } = dependencies;
  const router = express.Router();

  router.use(['/healthz', '/readyz', '/metrics'], (_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });

  router.get('/healthz', (_request, response) => {
    response.json({ ok: true });
  });

  router.get('/readyz', async (_request, response) => {
    const checks = await readiness();
    const standingBy = checks.filter((check) => check.standingBy).map(({ name }) => name);
    const missing = checks
      .filter((check) => !check.ok && !check.standingBy)
      .map(({ name, remedy }) => ({ name, remedy }));
    response.status(missing.length === 0 ? 200 : 503).json({ ok: missing.length === 0, missing, standingBy });
  });

  router.get('/metrics', async (_request, response) => {
    const metrics = await registry.metrics();
    response.type(registry.contentType).send(metrics);
  });

  return router;
}
