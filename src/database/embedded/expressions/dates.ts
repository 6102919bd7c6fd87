import { ObjectId, Timestamp } from 'bson';
import { DateTime } from 'luxon';
import { typeName } from '../bson-types.ts';
import { CommandError } from '../errors.ts';

/** Time zones, units and days of the week, by the names that MongoDB takes. */

const UNITS = new Set(['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second', 'millisecond']);
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** What counts for a date: also an ObjectId and a timestamp. */
export function coerceToDate(value: unknown): Date | undefined {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  return value instanceof Timestamp ? new Date(value.t * 1000) : undefined;
}

export function isUnit(unit: unknown): boolean {
  return typeof unit === 'string' && UNITS.has(unit);
}

/** @returns 0 for Sunday @throws CommandError FailedToParse */
export function weekday(name: unknown, operator: string): number {
  if (typeof name !== 'string')
    throw new CommandError(5439015, `${operator} requires 'startOfWeek' to be a string, but got ${typeName(name)}`);
  const text = name.toLowerCase();
  const position = WEEKDAYS.findIndex((day) => day === text || day.slice(0, 3) === text);
  if (position < 0)
    throw new CommandError(
      9,
      `${operator} parameter 'startOfWeek' value cannot be recognized as a day of a week: ${name}`,
    );
  return position;
}

/** A name such as `America/Sao_Paulo`, or an offset such as `-03:00` or `-0300`. @throws CommandError */
export function zoneOf(timezone: unknown): string {
  if (typeof timezone !== 'string')
    throw new CommandError(40517, `timezone must evaluate to a string, found ${typeName(timezone)}`);
  const offset = /^([+-]\d{2}):?(\d{2})?$/.exec(timezone);
  const zone = offset ? `UTC${offset[1]}:${offset[2] ?? '00'}` : timezone;
  if (!DateTime.now().setZone(zone).isValid)
    throw new CommandError(40485, `unrecognized time zone identifier: "${timezone}"`);
  return zone;
}

/** The moment by the clock of a time zone. @param timezone undefined for UTC */
export function localTime(date: Date, timezone: unknown): DateTime {
  return DateTime.fromJSDate(date, { zone: timezone === undefined ? 'UTC' : zoneOf(timezone) });
}
