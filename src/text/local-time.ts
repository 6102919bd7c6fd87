import { DateTime, IANAZone } from 'luxon';
import type { Locale } from './text.ts';

/** A calendar day without a time zone, `YYYY-MM-DD`. */
export type LocalDay = string;

/** True for an IANA time zone name, such as `America/Sao_Paulo`. */
export function isTimezone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/** The calendar day of a moment in a time zone. */
export function localDay(at: Date, timezone: string): LocalDay {
  return DateTime.fromJSDate(at, { zone: timezone }).toFormat('yyyy-MM-dd');
}

/** The day `count` days after (or before, when negative) a day. */
export function addDays(day: LocalDay, count: number): LocalDay {
  return DateTime.fromISO(day, { zone: 'utc' }).plus({ days: count }).toFormat('yyyy-MM-dd');
}

/** The first moment of a day in a time zone. */
export function startOfDay(day: LocalDay, timezone: string): Date {
  return DateTime.fromISO(day, { zone: timezone }).startOf('day').toJSDate();
}

/**
 * A time of day on a day in a time zone.
 * @param time `HH:MM`; a time that a clock change leaves out becomes the one that it jumps to
 */
export function momentOfDay(day: LocalDay, time: string, timezone: string): Date {
  return DateTime.fromISO(`${day}T${time}`, { zone: timezone }).toJSDate();
}

/** 1 for Monday … 7 for Sunday. */
export function dayOfWeek(day: LocalDay): number {
  return DateTime.fromISO(day, { zone: 'utc' }).weekday;
}

/** The hour, 0–23, of a moment in a time zone. */
export function localHour(at: Date, timezone: string): number {
  return DateTime.fromJSDate(at, { zone: timezone }).hour;
}

/** True when the text is a real calendar day written `YYYY-MM-DD`. */
export function isLocalDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && DateTime.fromISO(value, { zone: 'utc' }).isValid;
}

/** A day typed by a person: `24/11/2026`, `24/11` (this year) or `2026-11-24`. Null when it is none. */
export function parseDay(typed: string, today: LocalDay): LocalDay | null {
  if (isLocalDay(typed)) return typed;
  const match = /^(\d{1,2})\/(\d{1,2})(?:\/(\d{4}|\d{2}))?$/.exec(typed);
  if (!match) return null;
  const [, day = '', month = '', year = today.slice(0, 4)] = match;
  const candidate = `${year.padStart(4, '20')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isLocalDay(candidate) ? candidate : null;
}

/** A day as people read it: `24/11/2026`. */
export function formatDay(day: LocalDay, locale: Locale): string {
  const date = DateTime.fromISO(day, { zone: 'utc' });
  return locale === 'pt-BR' ? date.toFormat('dd/MM/yyyy') : date.toFormat('yyyy-MM-dd');
}

/** A moment among others of the same minute: `24/11/2026 14:05:07`. */
export function formatMomentToTheSecond(at: Date, timezone: string, locale: Locale): string {
  const seconds = DateTime.fromJSDate(at, { zone: timezone }).toFormat('ss');
  return `${formatMoment(at, timezone, locale)}:${seconds}`;
}

/** A moment as people read it: `24/11/2026 14:05`. */
export function formatMoment(at: Date, timezone: string, locale: Locale): string {
  const date = DateTime.fromJSDate(at, { zone: timezone });
  return locale === 'pt-BR' ? date.toFormat('dd/MM/yyyy HH:mm') : date.toFormat('yyyy-MM-dd HH:mm');
}
