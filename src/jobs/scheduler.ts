import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import type { Job } from '../feature/job.ts';

const COLLECTION = 'jobs';
/** How often Agenda looks for due jobs: no job can run more often. */
const PROCESS_EVERY = '1 second';
/** A job whose process died may run again after this time. */
const LOCK_MILLISECONDS = 60_000;
const DRAIN_MILLISECONDS = 10_000;

export interface Scheduler {
  /** Waits for the runs in progress, ten seconds at most. */
  stop(): Promise<void>;
}

/**
 * Gives jobs to Agenda, one run of each at a time over all processes on the database.
 * A run that fails is logged and comes again on schedule.
 */
export async function startScheduler(dependencies: {
  connection: Connection;
  jobs: readonly Job[];
  log: Logger;
}): Promise<Scheduler> {
  const { connection, jobs, log } = dependencies;
  if (!connection.db) throw new Error('The scheduler needs an open database connection');
  await connection.db
    .collection(COLLECTION)
    .createIndex({ name: 1 }, { unique: true, partialFilterExpression: { type: 'single' } });
  const agenda = new Agenda({
    backend: new MongoBackend({ mongo: connection.db as never, collection: COLLECTION, ensureIndex: true }),
    processEvery: PROCESS_EVERY,
    defaultLockLifetime: LOCK_MILLISECONDS,
  });
  agenda.on('error', (error: unknown) => log.error({ err: error }, 'The job scheduler met an error and goes on'));
  for (const job of jobs) {
    agenda.define(job.name, async () => {
      try {
        await job.run();
      } catch (error) {
        log.error({ err: error, job: job.name }, 'A job failed; it runs again on schedule');
      }
    });
  }
  await agenda.start();
  for (const job of jobs) await schedule(agenda, job);
  return {
    async stop() {
      await agenda.drain({ timeout: DRAIN_MILLISECONDS });
    },
  };
}

/** Of processes that start at once, one makes the schedule; the others are refused by its unique key, and find it when they try again. */
async function schedule(agenda: Agenda, job: Job): Promise<void> {
  try {
    await agenda.every(job.every, job.name);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await agenda.every(job.every, job.name);
  }
}
