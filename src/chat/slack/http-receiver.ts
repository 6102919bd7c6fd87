import { type App, isValidSlackRequest, type Receiver } from '@slack/bolt';
import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express';
import type { Logger } from 'pino';
import { createSeenSignatures } from '../seen-signatures.ts';

export const SLACK_EVENTS_PATH = '/slack/events';
/** Slack allows requests to be five minutes old (https://docs.slack.dev/authentication/verifying-requests-from-slack); we allow no more on the other side. */
const TOLERANCE_SECONDS = 5 * 60;
const BODY_LIMIT = '1mb';

export interface SlackHttpReceiver extends Receiver {
  router: Router;
  /** How many requests did not prove that they come from Slack. */
  refusedRequests(): number;
}

/**
 * Slack's requests over HTTP on the product's own server. A request that is not signed with our secret, that is old, from the future, or that came before is
 * answered 401 without a word, and counted.
 */
export function createHttpReceiver(dependencies: {
  signingSecret: string;
  log: Logger;
  now?: () => Date;
}): SlackHttpReceiver {
  const { signingSecret, log, now = () => new Date() } = dependencies;
  const seen = createSeenSignatures(2 * TOLERANCE_SECONDS);
  let app: App | null = null;
  let refused = 0;

  function isGenuine(request: Request, body: string): boolean {
    const signature = request.get('x-slack-signature');
    const timestamp = Number(request.get('x-slack-request-timestamp'));
    const seconds = Math.floor(now().getTime() / 1_000);
    if (!signature || !Number.isInteger(timestamp) || Math.abs(seconds - timestamp) > TOLERANCE_SECONDS) return false;
    const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp };
    if (!isValidSlackRequest({ signingSecret, body, headers, nowMilliseconds: seconds * 1_000 })) return false;
    return seen.isFirst(signature, seconds);
  }

  async function receive(request: Request, response: Response): Promise<void> {
    const body = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '';
    if (!isGenuine(request, body)) {
      refused += 1;
      log.warn(
        'A request to the Slack address was refused: check SLACK_SIGNING_SECRET and the clock if it came from Slack',
      );
      response.status(401).end();
      return;
    }
    const content = contentOf(request, body);
    if (content === null) response.status(400).end();
    else if (content.type === 'url_verification') response.json({ challenge: content.challenge });
    else if (content.ssl_check === '1') response.end();
    else await dispatch(request, response, content);
  }

  async function dispatch(request: Request, response: Response, body: Record<string, unknown>): Promise<void> {
    const retry = Number(request.get('x-slack-retry-num'));
    await app?.processEvent({
      body,
      ...(retry > 0 ? { retryNum: retry, retryReason: request.get('x-slack-retry-reason') ?? '' } : {}),
      async ack(answer?: unknown) {
        if (typeof answer === 'object') response.json(answer);
        else response.end(answer === undefined ? '' : String(answer));
      },
    });
    if (!response.headersSent) response.status(404).end();
  }

  const router = express.Router();
  router.post(SLACK_EVENTS_PATH, express.raw({ type: () => true, limit: BODY_LIMIT }), receive, answerUnreadable);
  return {
    router,
    refusedRequests: () => refused,
    init(bolt) {
      app = bolt;
    },
    start: async () => undefined,
    stop: async () => undefined,
  };
}

/** A body that is too large or cannot be unpacked is the sender's fault, and nothing to log. */
const answerUnreadable: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  if (status >= 400 && status < 500) response.status(status).end();
  else next(error);
};

/** What a request says, in any of Slack's three forms; null when it cannot be read. */
function contentOf(request: Request, body: string): Record<string, unknown> | null {
  try {
    const fields = request.is('application/x-www-form-urlencoded')
      ? Object.fromEntries(new URLSearchParams(body))
      : null;
    const content: unknown = fields && fields.payload === undefined ? fields : JSON.parse(fields?.payload ?? body);
    return typeof content === 'object' && content !== null ? { ...content } : null;
  } catch {
    return null;
  }
}
