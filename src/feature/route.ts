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
  /** The `Accept` header's first choice among `application/json` and `text/csv`. */
  accepts: 'application/json' | 'text/csv';
}

export type RouteResponse =
  | { status: number; json: unknown }
  | { status: number; text: string; contentType: string; fileName: string }
  | { status: 204 };

/** One route of the admin API as plain data: what it takes, what it gives, and what it does. Free of any HTTP framework. */
export interface Route {
  method: 'get' | 'post' | 'patch' | 'delete';
  /** Below `/api/v1`, with parameters as `:id`. */
  path: string;
  summary: string;
  params: z.ZodType;
  query: z.ZodType;
  body: z.ZodType;
  /** Of a successful JSON answer, for the API's description. */
  response: z.ZodType | null;
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
