import { DateTime } from 'luxon';
import { typeName } from '../bson-types.ts';
import type { BsonDocument } from '../document-codec.ts';
import { CommandError } from '../errors.ts';
import { toNumber } from '../numbers.ts';
import { coerceToDate, isUnit, weekday, zoneOf } from './dates.ts';

/** `$dateTrunc`: the beginning of a date's year, quarter, month, week, day … in a time zone. */

const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };
const DAYS: Readonly<Record<string, number>> = { day: 1, week: 7 };
const MILLISECONDS: Readonly<Record<string, number>> = {
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};
const DAY = 86_400_000;

/** @throws CommandError with MongoDB's codes for arguments that are none */
export function dateTrunc(given: BsonDocument): Date | null {
  const { date, timezone = 'UTC', unit = null, binSize = 1, startOfWeek = 'sunday' } = given;
  if (unit !== null && typeof unit !== 'string')
    throw new CommandError(5439013, `$dateTrunc requires 'unit' to be a string, but got ${typeName(unit)}`);
  if (unit !== null && !isUnit(unit))
    throw new CommandError(9, `$dateTrunc parameter 'unit' value parsing failed: unknown time unit value: ${unit}`);
  if (date === null || date === undefined || timezone === null || unit === null || binSize === null) return null;
  if (unit === 'week' && startOfWeek === null) return null;
  const moment = coerceToDate(date);
  if (!moment) throw new CommandError(5439012, `$dateTrunc requires 'date' to be a date, but got ${typeName(date)}`);
  const size = toNumber(binSize);
  if (!Number.isInteger(size)) throw new CommandError(5439017, "$dateTrunc requires 'binSize' to be a 64-bit integer");
  if (size < 1) throw new CommandError(5439018, "$dateTrunc requires 'binSize' to be greater than 0");
  return truncated(moment, { timezone, unit, size, startOfWeek });
}

function truncated(
  date: Date,
  { timezone, unit, size, startOfWeek }: { timezone: unknown; unit: string; size: number; startOfWeek: unknown },
): Date {
  const zone = zoneOf(timezone);
  const local = DateTime.fromJSDate(date, { zone });
  // Bins of several units are counted from the year 2000.
  const origin = DateTime.fromObject({ year: 2000 }, { zone });
  if (unit in MONTHS) return beginningOfMonths(local, (MONTHS[unit] ?? 1) * size);
  if (unit in MILLISECONDS) {
    const length = (MILLISECONDS[unit] ?? 1) * size;
    const since = date.getTime() - origin.toMillis();
    return new Date(origin.toMillis() + Math.floor(since / length) * length);
  }
  const firstDay = unit === 'week' ? (weekday(startOfWeek, '$dateTrunc') + 1) % 7 : 0;
  return beginningOfDays(local, firstDay, (DAYS[unit] ?? 1) * size);
}

function beginningOfMonths(local: DateTime, length: number): Date {
  const months = (local.year - 2000) * 12 + local.month - 1;
  const first = Math.floor(months / length) * length;
  const year = 2000 + Math.floor(first / 12);
  const month = first - (year - 2000) * 12 + 1;
  return DateTime.fromObject({ year, month }, { zone: local.zone }).toJSDate();
}

/** @param firstDay how many days after 1 January 2000, a Saturday, the bins begin to be counted */
function beginningOfDays(local: DateTime, firstDay: number, length: number): Date {
  const days = (Date.UTC(local.year, local.month - 1, local.day) - Date.UTC(2000, 0, 1)) / DAY - firstDay;
  const first = new Date(Date.UTC(2000, 0, 1 + firstDay + Math.floor(days / length) * length));
  const [year, month, day] = [first.getUTCFullYear(), first.getUTCMonth() + 1, first.getUTCDate()];
  return DateTime.fromObject({ year, month, day }, { zone: local.zone }).toJSDate();
}
