import { DiscordAPIError, RateLimitError, type RawFile, REST } from 'discord.js';

/** Discord allows three seconds for an acknowledgement, and posts are tried again by the outbox: nothing is worth a longer wait. */
const TIMEOUT_MILLISECONDS = 10_000;

/** A longer wait is better spent in the outbox, whose claim on a post would run out meanwhile. */
const LONGEST_WAIT_MILLISECONDS = 15_000;

/** The codes of Discord's errors that we answer in a way of their own (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json). */
export const DISCORD_CODES = {
  unknownChannel: 10_003,
  unknownGuild: 10_004,
  unknownMember: 10_007,
  unknownUser: 10_013,
  unknownWebhook: 10_015,
  unknownInteraction: 10_062,
  alreadyAcknowledged: 40_060,
  missingAccess: 50_001,
  missingPermissions: 50_013,
  cannotMessageUser: 50_007,
  notTextChannel: 50_008,
  invalidWebhookToken: 50_027,
  invalidRecipient: 50_033,
} as const;

/**
 * Discord's REST API by its own client, which keeps to Discord's buckets and waits out 429, but for no longer than fifteen seconds.
 * @param apiUrl as in `https://discord.com/api`, with or without a version; null: Discord's own
 */
export function createDiscordRest(apiUrl: string | null): REST {
  return new REST({
    ...restOptions(apiUrl),
    rejectOnRateLimit: ({ retryAfter }) => retryAfter > LONGEST_WAIT_MILLISECONDS,
  });
}

/** Asks Discord as the bot. */
export type AsBot = <T>(request: (rest: REST) => Promise<T>) => Promise<T>;

/**
 * Calls that need the token.
 * @param options.token null: none will succeed
 * @param options.onRefused Discord does not take the token
 */
export function createAsBot(options: { rest: REST; token: string | null; onRefused(): void }): AsBot {
  const { rest, token, onRefused } = options;
  return async (request) => {
    try {
      // After a refusal Discord's client forgets its token, so it is told again: the token may have been mended at Discord's side.
      return await request(token === null ? rest : rest.setToken(token));
    } catch (error) {
      if (isTokenRefused(error)) onRefused();
      throw error;
    }
  };
}

/** The options of Discord's client, which the gateway's own client takes as well. */
export function restOptions(apiUrl: string | null) {
  return {
    version: '10',
    timeout: TIMEOUT_MILLISECONDS,
    ...(apiUrl === null ? {} : { api: apiUrl.replace(/\/+$/, '').replace(/\/v\d+$/, '') }),
  };
}

/** Discord's own code of an error; null for any other error. */
export function discordCode(error: unknown): number | null {
  return error instanceof DiscordAPIError && typeof error.code === 'number' ? error.code : null;
}

/** True when Discord does not take our token. */
export function isTokenRefused(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.status === 401;
}

/** How long Discord's limit asks us to wait, in milliseconds; null for any other error. */
export function rateLimitOf(error: unknown): number | null {
  return error instanceof RateLimitError ? error.retryAfter : null;
}

/** A body with its files, as Discord's client takes it: JSON, or multipart when there are files. */
export function requestBody<Body extends object>(body: Body, files: readonly RawFile[]) {
  return files.length === 0 ? { body } : { body, files: [...files] };
}
