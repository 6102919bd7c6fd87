import { webApi } from '@slack/bolt';
import type { Logger } from 'pino';
import { ProductError } from '../../text/product-error.ts';
import { ChatUnavailableError } from '../chat-unavailable.ts';
import { sdkLog } from './sdk-log.ts';

type WebClient = webApi.WebClient;

/** Slack answers within three seconds or so; a request that takes longer than this is lost. */
const REQUEST_MILLISECONDS = 10_000;
const SECOND_MILLISECONDS = 1_000;

/** Slack will say the same again: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const UNREACHABLE = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'user_not_found',
  'cannot_dm_bot',
  // Only some people may post there.
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
]);
/** Nothing can be done with this token any more. */
const TOKEN_REFUSED = new Set([
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'app_uninstalled',
  'team_access_not_granted',
]);
const MAY_PASS = new Set([
  'ratelimited',
  // Not HTTP's 429: the app, or all that write in the team, posted too much.
  'rate_limited',
  'message_limit_exceeded',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

export interface SlackApi {
  /** For calls that `call` wraps. */
  client: WebClient;
  /** Options with which the SDK's other parts reach the same server. */
  clientOptions: webApi.WebClientOptions;
  /**
   * Makes calls to the Web API.
   * @throws ChatUnavailableError when Slack is busy, away, or refuses the token
   * @throws ProductError `channel_unreachable` when the channel is not there or we are not in it; `slack_scope_missing` when the app was installed without
   *   a scope that the call needs
   */
  call<T>(request: (client: WebClient) => Promise<T>): Promise<T>;
  /** The team that the token belongs to; null until Slack told. */
  teamId(): string | null;
  /** Asks Slack who we are. @throws as `call` */
  verify(): Promise<void>;
}

/**
 * The Web API of one Slack app in one team.
 * @param options.apiUrl of a server that speaks Slack's protocol; null: Slack itself
 * @param options.onTokenRefused a call failed because the token is not accepted
 */
export function createSlackApi(options: {
  botToken: string;
  apiUrl: string | null;
  log: Logger;
  onTokenRefused(): void;
}): SlackApi {
  const { botToken, apiUrl, log, onTokenRefused } = options;
  const clientOptions: webApi.WebClientOptions = {
    logger: sdkLog(log),
    timeout: REQUEST_MILLISECONDS,
    // The outbox decides when to try again; the SDK would hold back every other call meanwhile.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl.replace(/\/*$/, '/') }),
  };
  const client = new webApi.WebClient(botToken, clientOptions);
  let team: string | null = null;

  async function call<T>(request: (client: WebClient) => Promise<T>): Promise<T> {
    try {
      return await request(client);
    } catch (error) {
      if (TOKEN_REFUSED.has(slackCode(error) ?? '')) onTokenRefused();
      throw productFault(error);
    }
  }

  return {
    client,
    clientOptions,
    call,
    teamId: () => team,
    async verify() {
      const answer = await call((slack) => slack.auth.test());
      team = answer.team_id ?? null;
    },
  };
}

/** Slack's own code of what went wrong, such as `channel_not_found`; null when Slack did not answer. */
export function slackCode(error: unknown): string | null {
  const fault = error instanceof ChatUnavailableError || error instanceof ProductError ? error.cause : error;
  return fault instanceof webApi.WebAPIPlatformError ? fault.data.error : null;
}

/** True when the server has no such method; Slack itself has them all, and says so with a code. */
export function isUnsupported({ cause }: ChatUnavailableError): boolean {
  return cause instanceof webApi.WebAPIHTTPError && [404, 405, 501].includes(cause.statusCode);
}

function productFault(error: unknown): Error {
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return new ChatUnavailableError('ratelimited', error.retryAfter * SECOND_MILLISECONDS, { cause: error });
  }
  if (error instanceof webApi.WebAPIHTTPError) {
    return new ChatUnavailableError(`HTTP ${error.statusCode}`, null, { cause: error });
  }
  if (error instanceof webApi.WebAPIRequestError) return new ChatUnavailableError('no answer', null, { cause: error });
  const code = slackCode(error);
  if (error instanceof webApi.WebAPIPlatformError && code === 'missing_scope') {
    return new ProductError(
      'slack_scope_missing',
      { scope: String(Reflect.get(error.data, 'needed') ?? '') },
      { cause: error },
    );
  }
  if (code === null) return error instanceof Error ? error : new Error(String(error));
  if (UNREACHABLE.has(code)) return new ProductError('channel_unreachable', { channel: '' }, { cause: error });
  if (TOKEN_REFUSED.has(code) || MAY_PASS.has(code)) return new ChatUnavailableError(code, null, { cause: error });
  return new Error(`Slack refused a call: ${code}`, { cause: error });
}
