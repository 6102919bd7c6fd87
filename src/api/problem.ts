import { STATUS_CODES } from 'node:http';
import mongoose from 'mongoose';
import { z } from 'zod';
import { type ErrorCode, isProductError, ProductError } from '../text/product-error.ts';
import { text } from '../text/text.ts';

/** The status of each code that is not the caller's bad input, which is 400. */
const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  key_missing: 401,
  key_wrong: 401,
  not_allowed: 403,
  route_unknown: 404,
  store_unknown: 404,
  delivery_unknown: 404,
  instance_unknown: 404,
  message_unknown: 404,
  method_not_allowed: 405,
  store_name_taken: 409,
  instance_name_taken: 409,
  message_settled: 409,
  body_too_large: 413,
  content_type: 415,
  unexpected: 500,
  database_unavailable: 503,
};
const BAD_INPUT = 400;

/** An error of the admin API: an RFC 9457 problem document. */
export const problemSchema = z
  .strictObject({
    type: z.string().describe('Names the kind of problem, as `code` does; it is not an address.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What is wrong, and what to do instead.'),
    code: z.string().describe('Stable: the part of the answer to program against.'),
    requestId: z.string().describe('Finds the request in the server’s log.'),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .describe('Each fault of the query or the body.')
      .optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problemSchema>;

/**
 * The problem document of anything that was thrown; what nobody foresaw becomes `unexpected` and tells nothing of itself.
 * A `ProductError` whose cause is a `ZodError` lists its issues.
 */
export function problemOf(error: unknown, requestId: string): Problem {
  const known = knownError(error);
  const status = STATUS_OF_CODE[known.code] ?? BAD_INPUT;
  return {
    type: `urn:sininho:problem:${known.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: text('en', `error.${known.code}`, known.values),
    code: known.code,
    requestId,
    ...(known.cause instanceof z.ZodError ? { errors: faultsOf(known.cause) } : {}),
  };
}

function knownError(error: unknown): ProductError {
  if (isProductError(error)) return error;
  // The router's own complaint about a path with a broken percent sign.
  if (error instanceof URIError) return new ProductError('route_unknown', {}, { cause: error });
  return new ProductError(isDatabaseAway(error) ? 'database_unavailable' : 'unexpected', {}, { cause: error });
}

/** True when an operation found no server, lost its connection, or came before the first one was made. */
function isDatabaseAway(error: unknown): boolean {
  const { MongoNetworkError, MongoServerSelectionError, MongoNotConnectedError } = mongoose.mongo;
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  if (error instanceof MongoNotConnectedError || error instanceof mongoose.Error.MongooseServerSelectionError)
    return true;
  return error instanceof mongoose.Error && error.message.includes('before initial connection');
}

/** Each fault with the path of its field; a field that does not belong there is named, not only the object around it. */
function faultsOf(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }];
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'There is no such field' }));
  });
}
