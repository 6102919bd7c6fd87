import type { Logger } from 'pino';
import { createIndexes, type Database } from './database/connection.ts';
import type { Intake } from './ingest/intake.ts';
import type { Spool } from './ingest/spool.ts';
import { jobsOf } from './jobs/jobs.ts';
import { type Scheduler, startScheduler } from './jobs/scheduler.ts';
import type { Duties, Services } from './services.ts';

/** How often the spool is looked at; it is empty unless the database was away. */
const SPOOL_MILLISECONDS = 2_000;

export interface Background {
  /** Waits for the database, then prepares it and starts what runs without being asked. @returns false when it was stopped before all of it ran */
  start(): Promise<boolean>;
  /** Once it resolves, nothing of this begins any more; the database may be closed, also in the middle of its preparation. */
  stop(): Promise<void>;
}

/** Everything that runs behind the HTTP server: indexes, the spool, background tasks and jobs. */
export function createBackground(dependencies: {
  database: Database;
  services: Services;
  intake: Intake;
  spool: Spool;
  duties: Duties;
  log: Logger;
}): Background {
  const { database, services, intake, spool, duties, log } = dependencies;
  let scheduling: Promise<Scheduler> | null = null;
  let isStopping = false;
  let draining: Promise<void> | null = null;
  const spoolTimer = setInterval(drainSpool, SPOOL_MILLISECONDS);

  function drainSpool(): void {
    if (draining || spool.size() === 0 || !database.isReady()) return;
    draining = intake
      .drain()
      .catch((error: unknown) => log.error({ err: error }, 'Spooled requests are not stored yet; they are tried again'))
      .finally(() => {
        draining = null;
      });
  }

  async function prepareDatabase(): Promise<void> {
    await database.connected;
    await createIndexes(database.connection);
    // The embedded engine lets no second process in, so whatever is claimed was claimed by one that is gone.
    if (database.embedded) {
      await services.pipeline.releaseClaims();
      await services.outbox.releaseClaims();
      await services.dispatch.releaseClaims();
    }
  }

  async function run(): Promise<boolean> {
    await prepareDatabase();
    if (isStopping) return false;
    scheduling = startScheduler({ connection: database.connection, jobs: jobsOf(services, duties), log });
    await scheduling;
    if (isStopping) return false;
    services.processing.wake();
    services.posting.wake();
    services.sending.wake();
    return true;
  }

  return {
    async start() {
      try {
        return await run();
      } catch (error) {
        // A stop does not wait for the preparation, which may take long: closing the database ends it.
        if (isStopping) return false;
        throw error;
      }
    },
    async stop() {
      isStopping = true;
      clearInterval(spoolTimer);
      await draining;
      // A schedule that could not be made was told to whoever started.
      await scheduling?.then(
        (scheduler) => scheduler.stop(),
        () => undefined,
      );
      await services.processing.stop();
      await services.posting.stop();
      await services.sending.stop();
      await services.dispatch.settled();
    },
  };
}
