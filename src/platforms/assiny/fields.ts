import { z } from 'zod';

export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Assiny's server is written in Go, which sends the zero value of a field where other servers send null or nothing. */
export function isNothing(value: unknown): value is null | undefined | '' {
  return value === null || value === undefined || value === '';
}

const WHOLE_NUMBER = /^\d+$/;
const ZERO_UUID = '00000000-0000-0000-0000-000000000000';
/** The longest e-mail address there can be (RFC 3696). */
const LONGEST_IDENTIFIER = 320;
/** Assiny is younger than this: an earlier time is a zero value (Go's year 1, or the Unix epoch). */
const FIRST_BELIEVABLE_YEAR = 2000;

const anything = z.unknown().optional();

function wholeNumber(value: unknown): number | null {
  const text = typeof value === 'string' ? value.trim() : value;
  const number = typeof text === 'string' && WHOLE_NUMBER.test(text) ? Number(text) : text;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? Math.abs(number) : null;
}

/** Centavos, as an integer or a string of digits. Anything else is refused: money is never guessed. */
export const money = anything.transform((value, context): number | null => {
  if (isNothing(value)) {
    return null;
  }
  const centavos = wholeNumber(value);
  if (centavos === null) {
    context.addIssue({ code: 'custom', message: 'must be a whole number of centavos, zero or more' });
    return z.NEVER;
  }
  return centavos;
});

/** Text, or a whole number as text; undefined when it is neither. Go's zero values are null. */
function readIdentifier(value: unknown): string | null | undefined {
  if (isNothing(value) || value === 0 || value === ZERO_UUID) {
    return null;
  }
  const written = typeof value === 'number' ? wholeNumber(value)?.toString() : value;
  return typeof written === 'string' ? written.trim() || null : undefined;
}

/** A value that names a buyer or a purchase. What is neither text nor a whole number is refused, so that two sales are never taken for one. */
export const identifier = anything.transform((value, context): string | null => {
  const read = readIdentifier(value);
  if (read === undefined || (read?.length ?? 0) > LONGEST_IDENTIFIER) {
    context.addIssue({
      code: 'custom',
      message: `must be text of at most ${LONGEST_IDENTIFIER} characters, or a whole number`,
    });
    return z.NEVER;
  }
  return read;
});

/** ISO 4217 in upper case; null when the platform did not say. */
export const currency = anything.transform((value, context): string | null => {
  if (isNothing(value)) {
    return null;
  }
  const code = typeof value === 'string' ? value.trim().toUpperCase() : '';
  if (!/^[A-Z]{3}$/.test(code)) {
    context.addIssue({ code: 'custom', message: 'must be a currency code of three letters' });
    return z.NEVER;
  }
  return code;
});

/** Text that no decision about money rests on: what is not text, or is blank, is null. */
export const text = anything.transform((value): string | null =>
  typeof value === 'string' ? value.trim() || null : null,
);

/** Like `text`, but keeps the difference between blank (a zero value) and absent. */
export const textOrBlank = anything.transform((value): string | null =>
  typeof value === 'string' ? value.trim() : null,
);

/** Like `identifier`, but nothing rests on it: what cannot be read is null. */
export const label = anything.transform((value): string | null => readIdentifier(value) ?? null);

/** A count that begins at one; zero and everything unreadable are null. */
export const count = anything.transform((value): number | null => wholeNumber(value) || null);

export const flag = anything.transform((value): boolean => value === true);

export const jsonObject = anything.transform((value): JsonObject | null => (isJsonObject(value) ? value : null));

/** Needs a zone: a time without one would be read differently on differently configured machines. */
const zonedTime = z.iso.datetime({ offset: true });

/** RFC 3339, or Go's `{ "Time": …, "Valid": … }`. Zero values and what cannot be read are null. */
export const moment = anything.transform((value): Date | null => {
  const written = isJsonObject(value) && value.Valid !== false ? value.Time : value;
  const parsed = zonedTime.safeParse(written);
  if (!parsed.success) {
    return null;
  }
  const date = new Date(parsed.data);
  return date.getUTCFullYear() >= FIRST_BELIEVABLE_YEAR ? date : null;
});
