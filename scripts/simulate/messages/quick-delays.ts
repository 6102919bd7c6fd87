import { z } from 'zod';
import type { AdminApi, SeenNotification, SeenStore } from '../admin-api.ts';
import { markOf } from './message-plan.ts';

const MINUTE_MILLISECONDS = 60_000;
/** How long a minute of a delay takes in a run. */
const QUICK_MINUTE_MILLISECONDS = 200;
/** What is due on another day comes last. */
const NEXT_DAY_MILLISECONDS = 10_000;

const afterSchema = z.object({ after: z.number() });

/**
 * Makes the delays of a store's messages seconds, in their order, and marks their texts.
 * @returns what puts back what was there before
 */
export async function makeDelaysQuick(
  api: AdminApi,
  store: SeenStore,
  notifications: readonly SeenNotification[],
): Promise<() => Promise<void>> {
  for (const { type, steps } of notifications) {
    const quick = steps.map((step, position) => ({
      ...step,
      delay: { after: quickDelay(step.delay) },
      texts: step.texts.map((text) => `${text}${markOf(type, position + 1)}`),
    }));
    await api.saveSteps(store.id, { type, steps: quick });
  }
  return async () => {
    for (const notification of notifications) await api.saveSteps(store.id, notification);
  };
}

function quickDelay(delay: unknown): number {
  const read = afterSchema.safeParse(delay);
  if (!read.success) return NEXT_DAY_MILLISECONDS;
  return Math.min(
    NEXT_DAY_MILLISECONDS,
    Math.round((read.data.after / MINUTE_MILLISECONDS) * QUICK_MINUTE_MILLISECONDS),
  );
}
