import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type Locale, type TextKey, type TextValues, translator } from '../../text/text.ts';
import { quoteArgument } from '../arguments.ts';
import type { CommandUser } from '../command.ts';
import type { CommandDispatcher, CommandRequest } from '../dispatcher.ts';
import type { Reply } from '../message.ts';
import { type Channel, CONSOLE_WORKSPACE_ID } from '../surface.ts';
import { consolePage } from './console-page.ts';
import type { ConsoleSurface } from './console-surface.ts';
import { createEventStreams, presentMessage } from './event-stream.ts';
import { refusalOf } from './loopback-guard.ts';

const HISTORY_PAGE = 50;
const BODY_LIMIT = '64kb';
const LINE_LIMIT = 4_000;

const optionsSchema = z.record(z.string().max(100), z.string().max(LINE_LIMIT));
const completionSchema = z.object({ line: z.string().max(LINE_LIMIT), channel: z.string() });
const commandSchema = completionSchema.extend({
  options: optionsSchema.optional(),
  /** Names the request, so that the page can tell its own public reply among the live messages. */
  requestId: z.uuid().optional(),
});
const historySchema = z.object({ channel: z.string(), before: z.coerce.number().int().positive().optional() });
const messageIdSchema = z.coerce.number().int().nonnegative();

export type ConsoleRouter = Router & {
  /** Ends the live connections, so that the server can stop. */
  close(): void;
};

/** A request that cannot be answered as asked, with the sentence that says so. */
class RequestFault extends Error {
  readonly status: number;
  readonly key: TextKey;
  readonly values: TextValues;

  constructor(status: number, key: TextKey, values: TextValues = {}) {
    super(key);
    this.status = status;
    this.key = key;
    this.values = values;
  }
}

/**
 * The console: a chat page at `/` and what it needs under `/console`, for people at this machine only.
 * Nothing outside `/` and `/console` is touched, so it can share a server with the rest.
 * @param dependencies.allowedPorts the ports that a `Host` header may name; by default only the one the server listens on
 */
export function createConsoleRouter(dependencies: {
  surface: ConsoleSurface;
  dispatcher: CommandDispatcher;
  locale: Locale;
  log: Logger;
  allowedPorts?: readonly number[];
}): ConsoleRouter {
  const { surface, dispatcher, locale, log, allowedPorts } = dependencies;
  const translate = translator(locale);
  const user: CommandUser = { id: 'console', name: translate('console.user'), role: 'admin' };
  const page = consolePage(locale);
  const streams = createEventStreams(surface, log);
  const answerFault = faultHandler(locale, log);
  const router = express.Router();

  const guard: RequestHandler = (request, _response, next) => {
    const refusal = refusalOf(request, allowedPorts);
    if (refusal === null) return next();
    log.warn({ refusal }, 'The console refused a request that did not come from its own page on this machine');
    next(new RequestFault(403, `console.refused.${refusal}`));
  };

  async function channelNamed(id: string): Promise<Channel> {
    const channels = await surface.channels(CONSOLE_WORKSPACE_ID);
    const channel = channels.find((candidate) => candidate.id === id);
    if (channel) return channel;
    const names = channels.map(({ name }) => name).join(', ');
    throw new RequestFault(404, 'console.invalid.channel', { channel: id, channels: names });
  }

  async function requestOf(line: string, channelId: string): Promise<CommandRequest> {
    return { workspaceId: CONSOLE_WORKSPACE_ID, channel: await channelNamed(channelId), user, locale, line };
  }

  /** Puts a public reply into its channel. The asker gets the reply all the same when the database is away. */
  async function keep(asked: { channel: string; key: string; line: string }, reply: Reply): Promise<void> {
    const { visibility: _, ...message } = reply;
    const { channel: channelId, key, line } = asked;
    try {
      await surface.post({ workspaceId: CONSOLE_WORKSPACE_ID, channelId, key, line, message });
    } catch (error) {
      log.error({ err: error }, 'A reply was shown to its asker but could not be kept in the channel');
    }
  }

  const guarded = [securityHeaders(), guard];
  router.use('/console', guarded);

  function sendPage(_request: Request, response: Response): void {
    response.type('html').set('cache-control', 'no-cache').send(page);
  }
  router.get('/', guarded, sendPage, answerFault);

  router.use(
    '/console/assets',
    express.static(fileURLToPath(new URL('./page/', import.meta.url)), {
      index: false,
      cacheControl: false,
      setHeaders: (response) => response.setHeader('cache-control', 'no-cache'),
    }),
  );

  router.get('/console/channels', async (_request, response) => {
    sendJson(response, await surface.channels(CONSOLE_WORKSPACE_ID));
  });

  router.get('/console/messages', async (request, response) => {
    const { channel, before } = validated(historySchema, request.query);
    const { id } = await channelNamed(channel);
    // One more than the page shows tells whether there is an earlier page.
    const messages = await surface.history(id, {
      limit: HISTORY_PAGE + 1,
      ...(before === undefined ? {} : { before }),
    });
    sendJson(response, {
      messages: messages.slice(-HISTORY_PAGE).map(presentMessage),
      hasEarlier: messages.length > HISTORY_PAGE,
    });
  });

  router.get('/console/events', async (request, response) => {
    // The header is what the browser sends when it connects again by itself; the page uses `after` when it has to do so.
    const after = request.get('last-event-id') || request.query.after;
    await streams.open(response, after === undefined ? null : validated(messageIdSchema, after, 'after'));
  });

  router.post('/console/commands', requireJson, readJson, async (request, response) => {
    const { line, channel, options, requestId = randomUUID() } = validated(commandSchema, request.body);
    const reply = await dispatcher.run({ ...(await requestOf(line, channel)), ...(options ? { options } : {}) });
    if (reply.visibility === 'public') {
      await keep({ channel, key: `reply:${requestId}`, line: typedLine(line, options) }, reply);
    }
    sendJson(response, reply);
  });

  router.post('/console/completions', requireJson, readJson, async (request, response) => {
    const { line, channel } = validated(completionSchema, request.body);
    sendJson(response, await dispatcher.complete(await requestOf(line, channel)));
  });

  router.use('/console', (_request, _response, next) => next(new RequestFault(404, 'console.not_found')));
  router.use('/console', answerFault);

  return Object.assign(router, { close: () => streams.close() });
}

/** Nothing but the console's own files runs in the page, and no page may frame it. Plain HTTP on loopback, so no HSTS. */
function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        // No text can become markup: the browser refuses `innerHTML` and its like.
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    strictTransportSecurity: false,
  });
}

/** A form of another page can post text, never `application/json`, without asking first. */
const requireJson: RequestHandler = (request, _response, next) =>
  next(request.is('application/json') ? undefined : new RequestFault(415, 'console.invalid.not_json'));

const readJson = express.json({ limit: BODY_LIMIT });

function validated<T>(schema: z.ZodType<T>, value: unknown, name = ''): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.join('.') || name || 'JSON';
  throw new RequestFault(400, 'console.invalid.fields', { path });
}

function sendJson(response: Response, value: unknown): void {
  response.set('cache-control', 'no-store').json(value);
}

/** What was asked, as a person would have typed it. */
function typedLine(line: string, options: Readonly<Record<string, string>> = {}): string {
  const typed = Object.entries(options).map(([name, value]) => `${name}:${quoteArgument(value)}`);
  return [line, ...typed].join(' ');
}

const BODY_FAULTS: Readonly<Record<string, TextKey>> = {
  'entity.too.large': 'console.invalid.too_large',
  'entity.parse.failed': 'console.invalid.broken_json',
};

/** Answers every fault of the console with its status and one sentence; what nobody foresaw goes to the log as well. */
function faultHandler(locale: Locale, log: Logger): ErrorRequestHandler {
  const translate = translator(locale);
  return (error: unknown, _request, response, _next) => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const fault = asRequestFault(error);
    if (!fault) log.error({ err: error }, 'The console failed to answer; the person was asked to try again');
    const { status, key, values } = fault ?? new RequestFault(500, 'error.unexpected');
    response.status(status);
    sendJson(response, { code: key.replace(/^(console|error)\./, ''), message: translate(key, values) });
  };
}

function asRequestFault(error: unknown): RequestFault | null {
  if (error instanceof RequestFault) return error;
  if (!(error instanceof Error) || !('type' in error) || !('status' in error)) return null;
  if (typeof error.type !== 'string' || typeof error.status !== 'number') return null;
  return new RequestFault(error.status, BODY_FAULTS[error.type] ?? 'console.invalid.not_json');
}
