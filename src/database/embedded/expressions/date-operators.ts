import { Long } from 'bson';
import { DateTime, type DurationLikeObject } from 'luxon';
import { typeName } from '../bson-types.ts';
import { type BsonDocument, isDocument } from '../document-codec.ts';
import { CommandError, notSupported } from '../errors.ts';
import { toNumber } from '../numbers.ts';
import { parseDate } from './conversion-operators.ts';
import { dateTrunc } from './date-trunc.ts';
import { coerceToDate, isUnit, localTime, weekday, zoneOf } from './dates.ts';
import { type ArgumentCodes, byName, isNil, namedArguments, type Operator, type Operators } from './expression.ts';

/** Operators on dates. */

function dateOf(value: unknown): Date {
  const date = coerceToDate(value);
  if (date) return date;
  throw new CommandError(16006, `can't convert from BSON type ${typeName(value)} to Date`);
}

const DAY = 86_400_000;

/** Weeks of a year that begin on a Sunday, from 0. */
function weekOfYear(local: DateTime): number {
  return Math.floor((local.ordinal + 6 - (local.weekday % 7)) / 7);
}

const PART_CODES: ArgumentCodes = {
  notAnObject: 40536,
  unknown: 40535,
  required: { date: 40539 },
  optional: ['timezone'],
};

/** A part of a date. It takes a date, or an object of a date and a time zone. */
function part(read: (local: DateTime) => unknown): Operator {
  return (operand, compiler, name) => {
    if (Array.isArray(operand) && operand.length !== 1)
      throw new CommandError(
        40536,
        `${name} accepts exactly one argument if given an array, but was given ${operand.length}`,
      );
    const [only = operand] = Array.isArray(operand) ? (operand as unknown[]) : [];
    const isNamed = isDocument(only) && !Object.keys(only)[0]?.startsWith('$');
    const given = isNamed ? namedArguments(only, name, PART_CODES) : { date: only };
    const date = compiler.compile(given.date);
    const timezone = given.timezone === undefined ? undefined : compiler.compile(given.timezone);
    return (evaluation) => {
      const value = date(evaluation);
      const zone = timezone ? (timezone(evaluation) ?? null) : undefined;
      return isNil(value) || zone === null ? null : read(localTime(dateOf(value), zone));
    };
  };
}

const TO_STRING_CODES: ArgumentCodes = {
  notAnObject: 18629,
  unknown: 18534,
  required: { date: 18628 },
  optional: ['format', 'timezone', 'onNull'],
};

const FORMATS: Readonly<Record<string, (local: DateTime) => string>> = {
  b: (local) => local.toFormat('LLL', { locale: 'en' }),
  B: (local) => local.toFormat('LLLL', { locale: 'en' }),
  d: (local) => local.toFormat('dd'),
  G: (local) => padded(local.weekYear, 4),
  H: (local) => local.toFormat('HH'),
  j: (local) => local.toFormat('ooo'),
  L: (local) => local.toFormat('SSS'),
  m: (local) => local.toFormat('MM'),
  M: (local) => local.toFormat('mm'),
  S: (local) => local.toFormat('ss'),
  u: (local) => String(local.weekday),
  U: (local) => padded(weekOfYear(local), 2),
  V: (local) => padded(local.weekNumber, 2),
  w: (local) => String((local.weekday % 7) + 1),
  Y: (local) => padded(local.year, 4),
  z: (local) => local.toFormat('ZZZ'),
  Z: (local) => String(local.offset),
  '%': () => '%',
};

function padded(number: number, width: number): string {
  return String(number).padStart(width, '0');
}

/** @throws CommandError with MongoDB's codes for what is no format */
function checkFormat(format: unknown): asserts format is string {
  if (typeof format !== 'string')
    throw new CommandError(18533, `$dateToString requires that 'format' be a string, found: ${typeName(format)}`);
  for (const [, character] of format.matchAll(/%(.?)/gs)) {
    if (!character) throw new CommandError(18535, "Unmatched '%' at end of format string");
    if (!Object.hasOwn(FORMATS, character))
      throw new CommandError(18536, `Invalid format character '%${character}' in format string`);
  }
}

const toText: Operator = (operand, compiler, name) => {
  // A format that is a constant is checked before any document.
  if (isDocument(operand) && typeof operand.format === 'string' && !operand.format.startsWith('$'))
    checkFormat(operand.format);
  return byName(TO_STRING_CODES, (given) => {
    const { date, timezone, onNull = null } = given;
    const { format = timezone === undefined ? '%Y-%m-%dT%H:%M:%S.%LZ' : '%Y-%m-%dT%H:%M:%S.%L' } = given;
    if (isNil(date)) return onNull;
    if (format === null || timezone === null) return null;
    const local = localTime(dateOf(date), timezone);
    checkFormat(format);
    return format.replaceAll(/%(.)/gs, (_, character: string) => FORMATS[character]?.(local) ?? '');
  })(operand, compiler, name);
};

const FROM_STRING_CODES: ArgumentCodes = {
  notAnObject: 40540,
  unknown: 40541,
  required: { dateString: 40542 },
  optional: ['format', 'timezone', 'onError', 'onNull'],
};

const fromText: Operator = (operand, compiler, name) => {
  if (isDocument(operand) && operand.format !== undefined) throw notSupported('a format in $dateFromString');
  return byName(FROM_STRING_CODES, (given) => {
    const { dateString, timezone, onNull = null } = given;
    if (isNil(dateString)) return onNull;
    if (timezone === null) return null;
    const date = typeof dateString === 'string' ? dateInZone(dateString, timezone) : undefined;
    if (date) return date;
    if (isDocument(operand) && operand.onError !== undefined) return given.onError;
    throw new CommandError(241, `Error parsing date string '${String(dateString)}'`);
  })(operand, compiler, name);
};

/** @param timezone whose clock the text is read by; it must not name one of its own then */
function dateInZone(text: string, timezone: unknown): Date | undefined {
  const date = parseDate(text);
  if (!date || timezone === undefined) return date;
  if (/(Z|[+-]\d{2}:?(\d{2})?)$/.test(text.slice(10)))
    throw new CommandError(
      241,
      'you cannot pass in a date/time string with GMT offset together with a timezone argument',
    );
  return DateTime.fromJSDate(date, { zone: 'UTC' }).setZone(zoneOf(timezone), { keepLocalTime: true }).toJSDate();
}

const CLOCK = { hour: 0, minute: 0, second: 0, millisecond: 0 };
const CALENDARS = [
  { year: 1970, month: 1, day: 1, ...CLOCK },
  { isoWeekYear: 1970, isoWeek: 1, isoDayOfWeek: 1, ...CLOCK },
] as const;

const FROM_PARTS_CODES: ArgumentCodes = {
  notAnObject: 40519,
  unknown: 40518,
  required: {},
  optional: [...Object.keys(CALENDARS[0]), ...Object.keys(CALENDARS[1]).slice(0, 3), 'timezone'],
};

/** A part beyond its range moves the next greater one, as the 13th month does. */
const fromParts: Operator = (operand, compiler, name) => {
  const names = Object.keys(namedArguments(operand, name, FROM_PARTS_CODES));
  if (!names.includes('year') && !names.includes('isoWeekYear'))
    throw new CommandError(40516, "$dateFromParts requires either 'year' or 'isoWeekYear' to be present");
  const [calendar, other] = names.includes('year') ? CALENDARS : [CALENDARS[1], CALENDARS[0]];
  if (names.some((given) => given in other && !(given in calendar)))
    throw new CommandError(40489, '$dateFromParts does not allow mixing natural dates with ISO dates');
  return byName(FROM_PARTS_CODES, (given) => {
    if (names.some((part) => isNil(given[part]))) return null;
    const parts = Object.fromEntries(
      Object.entries(calendar).map(([part, least]) => [part, partNumber(part, given[part] ?? least)]),
    );
    return dateOfParts(parts, given.timezone === undefined ? 'UTC' : zoneOf(given.timezone));
  })(operand, compiler, name);
};

function partNumber(name: string, value: unknown): number {
  const number = toNumber(value);
  if (!Number.isInteger(number))
    throw new CommandError(40515, `'${name}' must evaluate to an integer, found ${typeName(value)}`);
  const isYear = name === 'year' || name === 'isoWeekYear';
  if (isYear && (number < 1 || number > 9999))
    throw new CommandError(40523, `'${name}' must evaluate to an integer in the range 1 to 9999, found ${number}`);
  if (MOVING_PARTS.has(name) && (number < -32768 || number > 32767))
    throw new CommandError(
      31034,
      `'${name}' must evaluate to a value in the range [-32768, 32767]; value ${number} is not in range`,
    );
  return number;
}

const MOVING_PARTS = new Set(['month', 'day', 'hour', 'minute', 'isoWeek', 'isoDayOfWeek']);

function dateOfParts(parts: Readonly<Record<string, number>>, zone: string): Date {
  const { year = 1, month = 1, day = 1, isoWeekYear = 1, isoWeek = 1, isoDayOfWeek = 1 } = parts;
  const { hour = 0, minute = 0, second = 0, millisecond = 0 } = parts;
  const first =
    'isoWeekYear' in parts
      ? DateTime.fromObject({ weekYear: isoWeekYear, weekNumber: 1, weekday: 1 }, { zone }).plus({
          days: (isoWeek - 1) * 7 + isoDayOfWeek - 1,
        })
      : DateTime.fromObject({ year }, { zone })
          .plus({ months: month - 1 })
          .plus({ days: day - 1 });
  const clock = first
    .toUTC(0, { keepLocalTime: true })
    .plus({ hours: hour, minutes: minute, seconds: second, milliseconds: millisecond });
  return clock.setZone(zone, { keepLocalTime: true }).toJSDate();
}

const TO_PARTS_CODES: ArgumentCodes = {
  notAnObject: 40524,
  unknown: 40520,
  required: { date: 40522 },
  optional: ['timezone', 'iso8601'],
};

const toParts: Operator = byName(TO_PARTS_CODES, ({ date, timezone, iso8601 = false }) => {
  if (isNil(date) || timezone === null || iso8601 === null) return null;
  if (typeof iso8601 !== 'boolean')
    throw new CommandError(40521, `iso8601 must evaluate to a bool, found ${typeName(iso8601)}`);
  const local = localTime(dateOf(date), timezone);
  const { year, month, day, hour, minute, second, millisecond } = local;
  const clock = { hour, minute, second, millisecond };
  if (!iso8601) return { year, month, day, ...clock };
  return { isoWeekYear: local.weekYear, isoWeek: local.weekNumber, isoDayOfWeek: local.weekday, ...clock };
});

/** `$dateAdd` and `$dateSubtract`. Days and more are counted by the calendar of the time zone. */
function moving(sign: 1 | -1): Operator {
  return (operand, compiler, name) => {
    const optional = ['startDate', 'unit', 'amount', 'timezone'];
    const codes = { notAnObject: 5166400, unknown: 5166401, required: {}, optional };
    const named = namedArguments(operand, name, codes);
    if (optional.slice(0, 3).some((argument) => !Object.hasOwn(named, argument)))
      throw new CommandError(5166402, `${name} requires startDate, unit, and amount to be present`);
    return byName(codes, (given) => moved(given, sign, name))(operand, compiler, name);
  };
}

function moved({ startDate, unit, amount, timezone }: BsonDocument, sign: 1 | -1, name: string): Date | null {
  if (isNil(startDate) || isNil(unit) || isNil(amount) || timezone === null) return null;
  const date = coerceToDate(startDate);
  if (!date) throw new CommandError(5166403, `${name} requires startDate to be convertible to a date`);
  checkUnit(unit, 5166404, name);
  const count = toNumber(amount);
  if (!Number.isInteger(count)) throw new CommandError(5166405, `${name} expects integer amount of time units`);
  const local = localTime(date, timezone).plus({ [`${unit}s`]: sign * count } as DurationLikeObject);
  if (!local.isValid || Number.isNaN(local.toJSDate().getTime())) throw new CommandError(5166406, `${name} overflowed`);
  return local.toJSDate();
}

/** @param code of a unit that is no text */
function checkUnit(unit: unknown, code: number, name: string): asserts unit is string {
  if (typeof unit !== 'string') throw new CommandError(code, `${name} expects string defining the time unit`);
  if (!isUnit(unit)) throw new CommandError(9, `unknown time unit value: ${unit}`);
}

const DIFFERENCE_CODES: ArgumentCodes = {
  notAnObject: 5166301,
  unknown: 5166302,
  required: { startDate: 5166303, endDate: 5166304, unit: 5166305 },
  optional: ['timezone', 'startOfWeek'],
};

/** How many beginnings of a unit lie between two dates. */
const difference: Operator = byName(DIFFERENCE_CODES, (given, name) => {
  const { startDate, endDate, unit, timezone, startOfWeek = 'sunday' } = given;
  if (isNil(startDate) || isNil(endDate) || isNil(unit) || timezone === null) return null;
  if (startOfWeek === null && unit === 'week') return null;
  const [start, end] = [startDate, endDate].map(coerceToDate);
  if (!start || !end) throw new CommandError(5166307, '$dateDiff requires its dates to be dates');
  checkUnit(unit, 5439013, name);
  const firstDay = unit === 'week' ? weekday(startOfWeek, name) : 0;
  const count = (date: Date) => unitsUntil(localTime(date, timezone), unit, firstDay);
  return Long.fromNumber(count(end) - count(start));
});

const MILLISECONDS: Readonly<Record<string, number>> = {
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};

/** @param firstDay of a week, 0 for Sunday */
function unitsUntil(local: DateTime, unit: string, firstDay: number): number {
  const { year, month } = local;
  if (unit === 'year') return year;
  if (unit === 'month') return year * 12 + month;
  if (unit === 'quarter') return year * 4 + Math.ceil(month / 3);
  const length = MILLISECONDS[unit];
  // Of the offset of a time zone only what is no whole hour moves the beginning of one.
  if (length !== undefined) return Math.floor((local.toMillis() + (local.offset % 60) * 60_000) / length);
  const days = Math.floor(Date.UTC(year, month - 1, local.day) / DAY);
  // 1 January 1970 was a Thursday.
  return unit === 'day' ? days : Math.floor((days + 4 - firstDay) / 7);
}

const TRUNCATION_CODES: ArgumentCodes = {
  notAnObject: 5439007,
  unknown: 5439008,
  required: { date: 5439009, unit: 5439010 },
  optional: ['timezone', 'binSize', 'startOfWeek'],
};

export const dateOperators: Operators = {
  $dateAdd: moving(1),
  $dateDiff: difference,
  $dateFromParts: fromParts,
  $dateFromString: fromText,
  $dateSubtract: moving(-1),
  $dateToParts: toParts,
  $dateToString: toText,
  $dateTrunc: byName(TRUNCATION_CODES, dateTrunc),
  $dayOfMonth: part((local) => local.day),
  $dayOfWeek: part((local) => (local.weekday % 7) + 1),
  $dayOfYear: part((local) => local.ordinal),
  $hour: part((local) => local.hour),
  $isoDayOfWeek: part((local) => local.weekday),
  $isoWeek: part((local) => local.weekNumber),
  $isoWeekYear: part((local) => Long.fromNumber(local.weekYear)),
  $millisecond: part((local) => local.millisecond),
  $minute: part((local) => local.minute),
  $month: part((local) => local.month),
  $second: part((local) => local.second),
  $week: part(weekOfYear),
  $year: part((local) => local.year),
};
