import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  formatDay,
  formatMoment,
  formatMomentToTheSecond,
  isLocalDay,
  isTimezone,
  localDay,
  localHour,
  parseDay,
  startOfDay,
} from '../../src/text/local-time.ts';

/** One without summer time, some with it, one that skips midnight for it, and the two ends of the day. */
const ZONES = [
  'America/Sao_Paulo',
  'America/New_York',
  'Europe/Lisbon',
  'America/Asuncion',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
];

const moment = fc.date({ min: new Date('2015-01-01'), max: new Date('2035-12-31'), noInvalidDate: true });

describe('days', () => {
  it('begin at their first moment, in every zone', () => {
    fc.assert(
      fc.property(moment, fc.constantFrom(...ZONES), (at, zone) => {
        const day = localDay(at, zone);
        const start = startOfDay(day, zone);
        const end = startOfDay(addDays(day, 1), zone);
        expect(start.getTime()).toBeLessThanOrEqual(at.getTime());
        expect(at.getTime()).toBeLessThan(end.getTime());
        expect(localDay(start, zone)).toBe(day);
        expect(localDay(new Date(start.getTime() - 1), zone)).toBe(addDays(day, -1));
      }),
    );
  });

  it('follow each other without a gap', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -800, max: 800 }), (at, count) => {
        const day = localDay(at, 'UTC');
        expect(addDays(addDays(day, count), -count)).toBe(day);
        expect(Date.parse(addDays(day, count)) - Date.parse(day)).toBe(count * 86_400_000);
      }),
    );
  });

  it('belong to the store’s zone, not to UTC', () => {
    const late = new Date('2026-11-11T02:30:00Z');
    expect(localDay(late, 'America/Sao_Paulo')).toBe('2026-11-10');
    expect(localHour(late, 'America/Sao_Paulo')).toBe(23);
    expect(formatMoment(late, 'America/Sao_Paulo', 'pt-BR')).toBe('10/11/2026 23:30');
    expect(formatMoment(late, 'America/Sao_Paulo', 'en')).toBe('2026-11-10 23:30');
    const later = new Date(late.getTime() + 7_000);
    expect(formatMomentToTheSecond(later, 'America/Sao_Paulo', 'pt-BR')).toBe('10/11/2026 23:30:07');
    expect(formatMomentToTheSecond(later, 'America/Sao_Paulo', 'en')).toBe('2026-11-10 23:30:07');
  });
});

describe('a typed day', () => {
  it.each([
    ['24/11/2026', '2026-11-24'],
    ['4/1/2026', '2026-01-04'],
    ['24/11', '2026-11-24'],
    ['24/11/26', '2026-11-24'],
    ['2026-11-24', '2026-11-24'],
    ['29/02/2028', '2028-02-29'],
    ['29/02/2026', null],
    ['31/02', null],
    ['00/01/2026', null],
    ['24-11-2026', null],
    ['11/24/2026', null],
    ['24/11/2026x', null],
    ['', null],
  ])('“%s” is %s', (typed, day) => {
    expect(parseDay(typed, '2026-06-15')).toBe(day);
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(moment, (at) => {
        const day = localDay(at, 'UTC');
        expect(isLocalDay(day)).toBe(true);
        expect(parseDay(formatDay(day, 'pt-BR'), '2000-01-01')).toBe(day);
        expect(parseDay(formatDay(day, 'en'), '2000-01-01')).toBe(day);
      }),
    );
  });
});

it('knows a time zone from what only looks like one', () => {
  for (const zone of ZONES) expect(isTimezone(zone)).toBe(true);
  for (const zone of ['Brasilia', 'America/Sao Paulo', '', 'GMT+3:00:00', '../etc'])
    expect(isTimezone(zone)).toBe(false);
});
