import { z } from 'zod';
import { MAXIMUM_PAGE_SIZE } from '../database/page.ts';

/** For a route without path parameters, and for one without a query: whatever is given all the same is an error. */
export const noFields = z.strictObject({});

/** For a route that takes no body; an empty object is none either. */
export const noBody = z.strictObject({}).optional();

export const idParams = z.strictObject({ id: z.string().describe('Id of the object, as the API gives it.') });

/** A moment as the API gives it: RFC 3339, UTC. */
export const momentSchema = z.iso.datetime();

/** Centavos of the currency beside it. */
export const amountSchema = z.int().describe('Hundredths of the currency (centavos).');

/** How every list is paged. */
export const pageFields = {
  cursor: z.string().describe('`nextCursor` of the page before.').optional(),
  limit: z
    .string()
    .regex(/^\d{1,9}$/, { error: 'must be a whole number' })
    .transform(Number)
    .pipe(z.int().min(1).max(MAXIMUM_PAGE_SIZE))
    .describe(`1 to ${MAXIMUM_PAGE_SIZE}.`)
    .optional(),
};

/** One page of a list: the next one is asked for with `nextCursor`, which is null on the last. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
}
