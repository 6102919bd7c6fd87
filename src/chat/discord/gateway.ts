import { setTimeout as pause } from 'node:timers/promises';
import {
  Client,
  type ClientOptions,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  type Guild,
  Options,
  Routes,
} from 'discord.js';
import type { Logger } from 'pino';
import { type Attempt, type KeptConnection, keepConnected } from '../kept-connection.ts';
import { isTokenRefused, restOptions } from './discord-rest.ts';

/** How often a quiet connection is asked whether the token still holds: Discord may refuse it and leave the connection open. */
const CHECK_MILLISECONDS = 60_000;
/** How long a login that is under way is waited for. */
const CLOSING_MILLISECONDS = 2_000;
/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const AUTHENTICATION_FAILED = 4_004;

export interface DiscordGateway extends KeptConnection {
  /** A guild that the bot is in, with its channels, roles and owner; null when it is not, or not known yet. */
  guild(guildId: string): Guild | null;
  /** The guild that a channel belongs to, where that is known. */
  guildIdOfChannel(channelId: string): string | null;
}

/**
 * Keeps a connection to Discord's gateway. Discord's own client resumes after a lost connection; when it gives up, for example because the token was revoked,
 * a new one is made.
 * @param dependencies.onInteraction called in the tick in which an interaction arrives
 */
export function createGateway(dependencies: {
  token: string;
  apiUrl: string | null;
  onInteraction(raw: unknown): void;
  log: Logger;
}): DiscordGateway {
  const { token, apiUrl, onInteraction, log } = dependencies;
  let client: Client | null = null;

  /** Stays until the connection is lost for good. */
  async function session(current: Client, { noteUp, noteAway, wait, isEnding, ended }: Attempt): Promise<void> {
    const lost = new Promise<never>((_resolve, reject) => {
      current.on(Events.ShardDisconnect, ({ code }) => reject(new GatewayClosedError(code)));
      current.on(Events.Invalidated, () => reject(new GatewayClosedError(AUTHENTICATION_FAILED)));
    });
    current.on(Events.ClientReady, noteUp);
    current.on(Events.ShardReady, () => {
      if (current.isReady()) noteUp();
    });
    current.on(Events.ShardResume, noteUp);
    current.on(Events.ShardReconnecting, noteAway);
    current.on(Events.ShardError, (error) => log.warn({ err: error }, 'The connection to Discord had a fault'));
    current.on(Events.Error, (error) => log.warn({ err: error }, 'Discord’s client had a fault'));
    current.ws.on(GatewayDispatchEvents.InteractionCreate, (raw: object) => {
      const taken = takeFrom(raw);
      if (!isEnding()) onInteraction(taken);
    });
    const login = current.login(token);
    await Promise.race([login, lost, ended]);
    // Discord's client cannot be destroyed while it logs in: it would connect all the same.
    if (isEnding()) await Promise.race([login, lost, pause(CLOSING_MILLISECONDS, undefined, { ref: false })]);
    while (!isEnding()) {
      await Promise.race([lost, ended, wait(CHECK_MILLISECONDS)]);
      if (!isEnding()) await Promise.race([lost, ended, refuseWhenRefused(current)]);
    }
  }

  /** @throws DiscordAPIError when Discord does not take the token; whatever else goes wrong says nothing of it */
  async function refuseWhenRefused(current: Client): Promise<void> {
    try {
      // After a refusal Discord's client forgets its token.
      await current.rest.setToken(token).get(Routes.user());
    } catch (error) {
      if (isTokenRefused(error)) throw error;
      log.debug({ err: error }, 'Discord did not say whether the token still holds');
    }
  }

  const kept = keepConnected({
    chat: 'Discord',
    remedyOf,
    log,
    async connect(attempt) {
      const current = new Client(clientOptions(apiUrl));
      client = current;
      try {
        await session(current, attempt);
      } finally {
        attempt.noteAway();
        client = null;
        await current
          .destroy()
          .catch((error: unknown) => log.warn({ err: error }, 'Discord’s client did not end well'));
      }
    },
  });

  return {
    ...kept,
    guild: (guildId) => client?.guilds.cache.get(guildId) ?? null,
    guildIdOfChannel(channelId) {
      const channel = client?.channels.cache.get(channelId);
      return channel && 'guildId' in channel ? channel.guildId : null;
    },
  };
}

/** Discord's client reads the packet next; without its contents it leaves it alone, whatever it would have expected in it. */
function takeFrom(raw: object): object {
  const taken = { ...raw };
  for (const name of Object.keys(raw)) Reflect.deleteProperty(raw, name);
  return taken;
}

/** The gateway closed the connection and would close the next one too. */
class GatewayClosedError extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`Discord closed the gateway with code ${code}`);
    this.name = 'GatewayClosedError';
    this.code = code;
  }
}

/** The least that is needed: guilds with their channels and roles, to know where the bot may post. Everything else is forgotten at once. */
function clientOptions(apiUrl: string | null): ClientOptions {
  const nothing = 0;
  return {
    intents: [GatewayIntentBits.Guilds],
    rest: restOptions(apiUrl),
    makeCache: Options.cacheWithLimits({
      ApplicationCommandManager: nothing,
      ApplicationEmojiManager: nothing,
      AutoModerationRuleManager: nothing,
      BaseGuildEmojiManager: nothing,
      DMMessageManager: nothing,
      EntitlementManager: nothing,
      GuildBanManager: nothing,
      GuildEmojiManager: nothing,
      GuildForumThreadManager: nothing,
      GuildInviteManager: nothing,
      GuildMessageManager: nothing,
      GuildScheduledEventManager: nothing,
      GuildStickerManager: nothing,
      GuildTextThreadManager: nothing,
      MessageManager: nothing,
      PresenceManager: nothing,
      ReactionManager: nothing,
      ReactionUserManager: nothing,
      StageInstanceManager: nothing,
      ThreadManager: nothing,
      ThreadMemberManager: nothing,
      VoiceStateManager: nothing,
      GuildMemberManager: { maxSize: nothing, keepOverLimit: (member) => member.id === member.client.user.id },
      UserManager: { maxSize: nothing, keepOverLimit: (user) => user.id === user.client.user.id },
    }),
  };
}

function remedyOf(error: unknown): string {
  const isTokenInvalid =
    isTokenRefused(error) ||
    (error instanceof GatewayClosedError && error.code === AUTHENTICATION_FAILED) ||
    (error instanceof Error && Reflect.get(error, 'code') === 'TokenInvalid');
  if (isTokenInvalid) {
    return 'Check DISCORD_TOKEN: make a new one under Bot, Reset Token at https://discord.com/developers/applications.';
  }
  return 'Check the connection to the internet, DISCORD_API_URL if it is set, and https://discordstatus.com.';
}
