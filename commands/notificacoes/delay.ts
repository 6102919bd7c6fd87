import { foldCase } from '../../src/chat/arguments.ts';
import type { Delay } from '../../src/messages/notification-catalogue.ts';
import { ProductError } from '../../src/text/product-error.ts';
import type { Translate } from '../../src/text/text.ts';

const MINUTE = 60_000;
const MILLISECONDS_OF_UNIT: Readonly<Record<string, number>> = {
  s: 1_000,
  m: MINUTE,
  h: 60 * MINUTE,
  d: 24 * 60 * MINUTE,
};
/** Later than this, nobody connects the message with what happened. */
const MAXIMUM_DAYS = 30;
const NOW: ReadonlySet<string> = new Set(['0', 'agora', 'na hora']);

/** True when words read as a delay. */
export function isDelay(typed: string): boolean {
  return readDelay(typed) !== null;
}

/**
 * A delay as people type it: `30s`, `15min`, `2h`, `3d`, `1d 09:00`, `agora`.
 * @throws ProductError `delay_unknown`
 */
export function typedDelay(typed: string): Delay {
  const delay = readDelay(typed);
  if (!delay) throw new ProductError('delay_unknown', { delay: typed });
  return delay;
}

function readDelay(typed: string): Delay | null {
  const folded = foldCase(typed);
  if (NOW.has(folded)) return { after: 0 };
  const [, count, unit = '', hour, minute = '00'] =
    /^(\d{1,5})\s*(s|m|h|d)(?:eg|egundos?|in|inutos?|oras?|ias?)?(?:\s+(?:as\s+)?(\d{1,2})(?::|h)(\d{2})?)?$/.exec(
      folded,
    ) ?? [];
  if (count === undefined) return null;
  const after = Number(count) * (MILLISECONDS_OF_UNIT[unit] ?? 0);
  if (after > MAXIMUM_DAYS * (MILLISECONDS_OF_UNIT.d ?? 0)) return null;
  if (hour === undefined) return { after };
  if (unit !== 'd' || Number(hour) > 23 || Number(minute) > 59) return null;
  return {
    days: Number(count),
    at: `${Number(hour) < 10 ? '0' : ''}${Number(hour)}:${minute}` as `${number}:${number}`,
  };
}

/** A delay as people read it: “15 min depois”, “1 dia depois, às 09:00”. */
export function delayLabel(delay: Delay, translate: Translate): string {
  if ('at' in delay) return translate('notifications.days_at', { days: delay.days, at: delay.at });
  if (delay.after === 0) return translate('notifications.at_once');
  if (delay.after % MINUTE !== 0)
    return translate('notifications.seconds_later', { count: Math.round(delay.after / 1_000) });
  const minutes = delay.after / MINUTE;
  if (minutes % (24 * 60) === 0) return translate('notifications.days_later', { count: minutes / (24 * 60) });
  if (minutes % 60 === 0) return translate('notifications.hours_later', { count: minutes / 60 });
  return translate('notifications.minutes_later', { count: minutes });
}
