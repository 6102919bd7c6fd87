import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { WorkingHours } from '../../src/instances/instance-model.ts';
import { addedTo, estimatedEnd, type SendingState, sendingChance } from '../../src/instances/sending-pace.ts';
import { addDays, localDay } from '../../src/text/local-time.ts';

const HOUR = 3_600_000;
const YEAR = 366 * 24 * HOUR;
/** The clocks change in New York and Lisbon within the year that follows; in São Paulo they do not. */
const NOW = Date.parse('2026-10-20T12:00:00Z');

/** Sends one message after another as a worker does; null when more than a year would pass. */
function simulatedEnd(pace: SendingState, queued: number, now: Date): Date | null {
  let state = pace;
  let at = now;
  for (let sent = 0; sent < queued; ) {
    const chance = sendingChance(state, at);
    if ('nextAt' in chance) {
      at = chance.nextAt;
      if (at.getTime() - now.getTime() > YEAR) return null;
      continue;
    }
    sent += 1;
    const nextSendAt = new Date(at.getTime() + pace.intervalMilliseconds);
    state = { ...state, today: addedTo(state, at, 1), nextSendAt };
  }
  return at;
}

const timeOfDay = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const hours: fc.Arbitrary<WorkingHours> = fc
  .record({
    times: fc.uniqueArray(timeOfDay, { minLength: 2, maxLength: 2 }),
    days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
  })
  .map(({ times, days }) => {
    const [from = '', to = ''] = times;
    return { from, to, days };
  });
const moment = fc.integer({ min: NOW, max: NOW + YEAR }).map((time) => new Date(time));

const situation = fc
  .record({
    intervalMilliseconds: fc.oneof(fc.constant(0), fc.integer({ min: 1_000, max: HOUR })),
    dailyLimit: fc.option(fc.integer({ min: 1, max: 100 })),
    hours: fc.option(hours),
    warm: fc.option(
      fc.record({
        daysAgo: fc.integer({ min: 0, max: 5 }),
        first: fc.integer({ min: 1, max: 20 }),
        growth: fc.constant(1.5),
      }),
    ),
    timezone: fc.constantFrom('America/Sao_Paulo', 'America/New_York', 'Europe/Lisbon', 'UTC'),
    now: moment,
    sentToday: fc.integer({ min: 0, max: 50 }),
    sinceLast: fc.integer({ min: 0, max: 2 * HOUR }),
    queued: fc.integer({ min: 1, max: 150 }),
  })
  .map(({ warm, now, sentToday, sinceLast, queued, ...settings }) => {
    const today = localDay(now, settings.timezone);
    const warmUp = warm && { startedOn: addDays(today, -warm.daysAgo), first: warm.first, growth: warm.growth };
    const nextSendAt = new Date(now.getTime() - sinceLast + settings.intervalMilliseconds);
    const pace: SendingState = {
      ...settings,
      warmUp,
      today: { day: today, count: sentToday },
      nextSendAt,
      restUntil: null,
    };
    return { pace, now, queued };
  });

describe('the estimated end of a queue', () => {
  test.prop([situation], { numRuns: 300 })('is when its last message leaves', ({ pace, now, queued }) => {
    const simulated = simulatedEnd(pace, queued, now);
    const estimated = estimatedEnd(pace, queued, now);
    if (estimated === null) expect(simulated).toBeNull();
    else if (estimated.getTime() - now.getTime() <= YEAR) expect(estimated).toEqual(simulated);
  });

  it('is nothing for an empty queue', () => {
    const pace: SendingState = {
      intervalMilliseconds: 20_000,
      dailyLimit: null,
      hours: null,
      warmUp: null,
      timezone: 'UTC',
      today: { day: '2026-10-20', count: 0 },
      nextSendAt: new Date(NOW),
      restUntil: null,
    };
    expect(estimatedEnd(pace, 0, new Date(NOW))).toBeNull();
    expect(estimatedEnd(pace, 4, new Date(NOW))).toEqual(new Date(NOW + 60_000));
  });
});
