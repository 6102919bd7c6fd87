import type { z } from 'zod';

/** Who calls the admin API, and for which workspace. */
export interface ApiCaller {
  workspaceId: string;
  /** Names the key in the audit log; never the key itself. */
  keyId: string;
}

export interface RouteRequest<Params, Query, Body> {
  caller: ApiCaller;
  params: Params;
  query: Query;
  body: Body;
  /** What the `Accept` header likes best; `text/csv` only for routes that offer it. */
  accepts: 'application/json' | 'text/csv';
}

/** A successful answer: JSON, a file, or nothing to say. */
export type RouteResponse =
  | {
      json: unknown;
      /** Path below `/api/v1` of what was made. */
      location?: string;
    }
  | { text: string; contentType: 'text/csv'; fileName: string }
  | null;

/** One route of the admin API as plain data: what it takes, what it gives, and what it does. Free of any HTTP framework. */
export interface Route {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** Below `/api/v1`, with parameters as `:id`. */
  path: string;
  summary: string;
  /** What the summary has no room for. */
  description?: string;
  params: z.ZodType;
  query: z.ZodType;
  body: z.ZodType;
  /** Of a successful answer. */
  status: 200 | 201 | 202 | 204;
  /** Of a successful JSON answer; null: the answer is empty. */
  response: z.ZodType | null;
  /** True when the answer may also be a CSV file. */
  csv?: true;
  handle(request: RouteRequest<unknown, unknown, unknown>): Promise<RouteResponse>;
}

/** Makes a route whose handler sees its parameters, query and body as its schemas read them. */
export function defineRoute<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  route: Omit<Route, 'params' | 'query' | 'body' | 'handle'> & {
    params: Params;
    query: Query;
    body: Body;
    handle(request: RouteRequest<z.output<Params>, z.output<Query>, z.output<Body>>): Promise<RouteResponse>;
  },
): Route {
  return route as Route;
}
