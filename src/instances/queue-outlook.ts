import { localDay, startOfDay } from '../text/local-time.ts';
import type { InstancePace } from './instance-model.ts';
import { estimatedEnd } from './sending-pace.ts';

/**
 * True when a queue is more than the instance sends on its next whole day of work. What merely waits for the morning, or for Monday, is
 * less than that and no news.
 */
export function exceedsADay(pace: InstancePace, waiting: number, now: Date): boolean {
  if (waiting === 0) return false;
  const { timezone } = pace;
  const morning = startOfDay(localDay(now, timezone), timezone);
  const fresh = {
    ...pace,
    today: { day: localDay(morning, timezone), count: 0 },
    nextSendAt: morning,
    restUntil: null,
  };
  const firstAt = estimatedEnd(fresh, 1, morning);
  const lastAt = estimatedEnd(fresh, waiting, morning);
  return firstAt === null || lastAt === null || localDay(firstAt, timezone) !== localDay(lastAt, timezone);
}
