import mongoose from 'mongoose';
import { ProductError } from '../text/product-error.ts';

export const MAXIMUM_PAGE_SIZE = 200;
export const DEFAULT_PAGE_SIZE = 50;

export interface PageRequest {
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
  /** 1 to 200. */
  limit?: number | undefined;
}

export interface Page<T> {
  items: T[];
  /** Null on the last page. */
  nextCursor: string | null;
}

/**
 * Reads one page of documents, newest first. Documents that come while somebody pages do not shift the pages.
 * @param find runs the query for documents with an `_id` below the given one, newest first, at most `limit`
 * @throws ProductError `cursor_unknown`
 */
export async function readPage<D extends { _id: mongoose.Types.ObjectId }, T>(
  request: PageRequest,
  find: (below: { _id?: { $lt: mongoose.Types.ObjectId } }, limit: number) => Promise<D[]>,
  present: (document: D) => T,
): Promise<Page<T>> {
  const limit = Math.min(request.limit ?? DEFAULT_PAGE_SIZE, MAXIMUM_PAGE_SIZE);
  if (request.cursor !== undefined && !/^[0-9a-f]{24}$/.test(request.cursor)) throw new ProductError('cursor_unknown');
  const below = request.cursor ? { _id: { $lt: new mongoose.Types.ObjectId(request.cursor) } } : {};
  const documents = await find(below, limit + 1);
  const page = documents.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(present),
    nextCursor: documents.length > limit && last ? last._id.toHexString() : null,
  };
}
