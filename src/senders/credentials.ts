import { z } from 'zod';

/** A key or token as it goes into a header: visible ASCII only, so that it can end no header. */
export const secretField = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{1,1000}$/);

/** An address of the web as people paste it, with spaces around it. */
export const urlField = z
  .string()
  .trim()
  .pipe(z.url({ protocol: /^https?$/ }));

/** Where a provider listens: without a trailing slash. */
export const baseUrlField = urlField
  .refine((url) => !/[?#@]/.test(url), { error: 'must have no user, query or fragment' })
  .transform((url) => url.replace(/\/+$/, ''));
