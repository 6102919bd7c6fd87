import { setTimeout as pause } from 'node:timers/promises';
import { type AdminApi, readSince, type SeenStore } from './admin-api.ts';
import { SimulatorError } from './simulator-error.ts';

const POLL_MILLISECONDS = 100;
const PROCESSING_MILLISECONDS = 5 * 60_000;
/** A busy channel gets what is over its ten posts a minute when the minute is over. */
const POSTING_POLL_MILLISECONDS = 250;
const POSTING_MILLISECONDS = 5 * 60_000;
const MESSAGING_POLL_MILLISECONDS = 500;
/** An instance whose worker died is another's after a minute and a half, and what was under way is given up then. */
const MESSAGING_MILLISECONDS = 10 * 60_000;

/** Waits until no delivery of the store waits to be processed. @throws SimulatorError when that takes more than 5 minutes */
export async function waitUntilProcessed(api: AdminApi, store: SeenStore): Promise<void> {
  const done = await poll(async () => !(await api.isProcessing(store.id)), POLL_MILLISECONDS, PROCESSING_MILLISECONDS);
  if (done) return;
  throw new SimulatorError(
    'The server has not processed everything after 5 minutes; check that one of its processes has ROLE=all or ROLE=worker.',
  );
}

/**
 * Waits until no alert of the store waits to be posted. One that is still waiting after 5 minutes is not waited for: the check tells of it.
 * @param last the newest alert from before the run
 */
export async function waitUntilPosted(api: AdminApi, store: SeenStore, last: { id: string } | null): Promise<void> {
  const nothingWaits = async () =>
    (await readSince(api.alerts(store.id), last)).every(({ status }) => status !== 'waiting');
  await poll(nothingWaits, POSTING_POLL_MILLISECONDS, POSTING_MILLISECONDS);
}

/** Waits until no message of the store waits. One that still does after 10 minutes is not waited for: the check tells of it. */
export async function waitUntilMessaged(api: AdminApi, store: SeenStore): Promise<void> {
  await poll(async () => !(await api.isMessaging(store.id)), MESSAGING_POLL_MILLISECONDS, MESSAGING_MILLISECONDS);
}

/** True when `isDone` was true in time. */
async function poll(isDone: () => Promise<boolean>, every: number, limit: number): Promise<boolean> {
  const giveUpAt = performance.now() + limit;
  while (!(await isDone())) {
    if (performance.now() > giveUpAt) return false;
    await pause(every);
  }
  return true;
}
