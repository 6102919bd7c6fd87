import { z } from 'zod';
import type { WebhookContent } from './sender.ts';

/** The headers of a request; names in lower case, as Node gives them. */
export type WebhookHeaders = Readonly<Record<string, string | string[] | undefined>>;

export function noContent(): WebhookContent {
  return { receipts: [], replies: [] };
}

/** The value of a header that may be sent once; null when it was not. */
export function header(headers: WebhookHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

/** A list of which each element is read for itself, so that an odd one costs no other. What is no list is an empty one. */
export function eachOf<Item>(item: z.ZodType<Item>): z.ZodType<Item[]> {
  return z
    .array(z.unknown())
    .catch([])
    .transform((elements) =>
      elements.flatMap((element) => {
        const read = item.safeParse(element);
        return read.success ? [read.data] : [];
      }),
    );
}

/** Before WhatsApp was there: a number that is no Unix time in seconds. */
const EARLIEST_SECONDS = 1_200_000_000;

/** When something happened, from a Unix time in seconds, as a number or digits; `now` for anything else, and for what is not over yet. */
export function momentOf(seconds: unknown, now: Date): Date {
  const number = typeof seconds === 'string' ? Number(seconds) : seconds;
  if (typeof number !== 'number' || !(number >= EARLIEST_SECONDS)) return now;
  return number * 1000 < now.getTime() ? new Date(number * 1000) : now;
}
