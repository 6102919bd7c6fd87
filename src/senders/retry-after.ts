import type { IncomingHttpHeaders } from 'node:http';

const WHOLE_SECONDS = /^\d{1,9}$/;

/** How long a provider asks to wait: seconds or a date (RFC 9110 §10.2.3), in milliseconds from `now`; null when it does not say. */
export function retryAfterMilliseconds(headers: IncomingHttpHeaders, now = new Date()): number | null {
  const written = headers['retry-after']?.trim() ?? '';
  if (WHOLE_SECONDS.test(written)) return Number(written) * 1000;
  const moment = Date.parse(written);
  return Number.isNaN(moment) ? null : Math.max(0, moment - now.getTime());
}
