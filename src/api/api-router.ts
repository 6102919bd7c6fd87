import { randomUUID } from 'node:crypto';
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { CONSOLE_WORKSPACE_ID } from '../chat/surface.ts';
import type { ApiCaller, Route, RouteResponse } from '../feature/route.ts';
import { type ErrorCode, ProductError } from '../text/product-error.ts';
import { createDocsRouter } from './docs/docs-router.ts';
import { openApiDocument } from './openapi.ts';
import { problemOf } from './problem.ts';

const BASE_PATH = '/api/v1';
const WORKSPACE_HEADER = 'Sininho-Workspace';
const WORKSPACE_PATTERN = /^[\w:.-]{1,100}$/;
const MAXIMUM_BODY_KILOBYTES = 64;
const SERVER_ERROR = 500;
const UNAVAILABLE = 503;
const RETRY_AFTER_SECONDS = 5;

export interface ApiRouterDependencies {
  routes: readonly Route[];
  /** The id of a key, or null when it is none of ours. Has to compare in constant time. */
  authenticate(key: string): string | null | Promise<string | null>;
  /** The workspaces that have a store. */
  workspaces(): Promise<string[]>;
  log: Logger;
  newRequestId?: () => string;
}

/**
 * The admin API under `/api/v1`: every route as its schemas describe it, and every fault as an RFC 9457 problem document
 * with the id under which the log knows the request. Only the API's own description, `/api/docs` included, can be read without a key.
 */
export function createApiRouter(dependencies: ApiRouterDependencies): Router {
  const { routes, log, newRequestId = randomUUID } = dependencies;
  const api = express.Router();

  api.use((_request, response, next) => {
    response.locals.requestId = newRequestId();
    response.set({
      'X-Request-Id': response.locals.requestId,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    next();
  });
  const description = openApiDocument(routes, BASE_PATH);
  api.get('/openapi.json', (_request, response) => {
    response.json(description);
  });
  api.use(authentication(dependencies));
  for (const route of routes) api[route.method](route.path, readBody, handlerOf(route));
  for (const [path, methods] of methodsByPath(routes)) api.all(path, refuseMethod(methods));
  api.use((_request, _response, next) => next(new ProductError('route_unknown')));
  api.use(problemHandler(log));

  const router = express.Router();
  router.use(BASE_PATH, api);
  router.use(createDocsRouter(description));
  return router;
}

function authentication(dependencies: ApiRouterDependencies): RequestHandler {
  const { authenticate, workspaces } = dependencies;

  async function workspaceOf(request: Request): Promise<string> {
    const named = request.get(WORKSPACE_HEADER);
    if (named !== undefined) {
      if (!WORKSPACE_PATTERN.test(named)) throw new ProductError('workspace_invalid');
      return named;
    }
    const [only, ...others] = await workspaces();
    return only !== undefined && others.length === 0 ? only : CONSOLE_WORKSPACE_ID;
  }

  return async (request, response, next) => {
    const [, key] = /^Bearer +(\S+) *$/i.exec(request.get('Authorization') ?? '') ?? [];
    const keyId = key === undefined ? null : await authenticate(key);
    if (keyId === null) {
      response.set('WWW-Authenticate', `Bearer realm="Sininho"${key === undefined ? '' : ', error="invalid_token"'}`);
      throw new ProductError(key === undefined ? 'key_missing' : 'key_wrong');
    }
    response.locals.caller = { keyId, workspaceId: await workspaceOf(request) } satisfies ApiCaller;
    next();
  };
}

const parseJson = express.json({ limit: `${MAXIMUM_BODY_KILOBYTES}kb` });

/** Reads a JSON body, where there is one. */
const readBody: RequestHandler = (request, response, next) => {
  if (request.get('Content-Length') === '0' || request.is('application/json') === null) return next();
  if (!request.is('application/json')) return next(new ProductError('content_type'));
  parseJson(request, response, (error?: unknown) => next(error === undefined ? undefined : bodyFault(error)));
};

const CODE_OF_BODY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'body_not_json',
  413: 'body_too_large',
  415: 'content_type',
};

function bodyFault(error: unknown): unknown {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : Number.NaN;
  const code = CODE_OF_BODY_STATUS[status];
  // Not as the cause: the parser's error carries the body.
  return code ? new ProductError(code, { maximum: MAXIMUM_BODY_KILOBYTES }) : error;
}

function handlerOf(route: Route): RequestHandler {
  return async (request, response) => {
    const params = validated(route.params, request.params, 'route_unknown');
    const query = validated(route.query, request.query, 'query_invalid');
    const body = validated(route.body, request.body, 'body_invalid');
    const caller: ApiCaller = response.locals.caller;
    if (route.csv) response.vary('Accept');
    const accepts = route.csv && request.accepts(['application/json', 'text/csv']) === 'text/csv';
    const answer = await route.handle({
      caller,
      params,
      query,
      body,
      accepts: accepts ? 'text/csv' : 'application/json',
    });
    send(response.status(route.status), answer);
  };
}

function validated(schema: z.ZodType, value: unknown, code: ErrorCode): unknown {
  const result = schema.safeParse(value);
  if (!result.success) throw new ProductError(code, {}, { cause: result.error });
  return result.data;
}

function send(response: Response, answer: RouteResponse): void {
  if (answer === null) {
    response.end();
  } else if ('text' in answer) {
    response.attachment(answer.fileName).type(answer.contentType).send(answer.text);
  } else {
    if (answer.location !== undefined) response.set('Location', `${BASE_PATH}${answer.location}`);
    response.json(answer.json);
  }
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()]);
  return methods;
}

function refuseMethod(methods: readonly string[]): RequestHandler {
  const allowed = methods.join(', ');
  return (request, response, next) => {
    response.set('Allow', allowed);
    next(new ProductError('method_not_allowed', { method: request.method, methods: allowed }));
  };
}

function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const problem = problemOf(error, response.locals.requestId);
    if (problem.status >= SERVER_ERROR) {
      const { requestId, code } = problem;
      log.error(
        { err: error, requestId, code, method: request.method, route: request.route?.path },
        'An API request failed',
      );
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (problem.status === UNAVAILABLE) response.set('Retry-After', String(RETRY_AFTER_SECONDS));
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}
