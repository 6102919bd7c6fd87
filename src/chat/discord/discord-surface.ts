import { HTTPError, Routes } from 'discord.js';
import { z } from 'zod';
import { ProductError } from '../../text/product-error.ts';
import type { Locale } from '../../text/text.ts';
import { foldCase } from '../arguments.ts';
import { ChatUnavailableError } from '../chat-unavailable.ts';
import { postMark } from '../post-mark.ts';
import type { ChatSurface, Person } from '../surface.ts';
import type { ActionStore } from './action-store.ts';
import { type AsBot, DISCORD_CODES, discordCode, isTokenRefused, rateLimitOf, requestBody } from './discord-rest.ts';
import type { DiscordGateway } from './gateway.ts';
import { createGuildDirectory, type KnownGuild } from './guild-directory.ts';
import { guildIdOf } from './interaction.ts';
import type { NamedPeople } from './named-people.ts';
import { type DiscordMessage, renderMessage } from './render-message.ts';

const DEFINITE: ReadonlySet<number | null> = new Set([
  DISCORD_CODES.unknownChannel,
  DISCORD_CODES.missingAccess,
  DISCORD_CODES.missingPermissions,
  DISCORD_CODES.cannotMessageUser,
  // The forum of the thread in which a store was created.
  DISCORD_CODES.notTextChannel,
]);

/** Who or what is asked for is not there, or not for us to see. */
const NOTHING: ReadonlySet<number | null> = new Set([
  DISCORD_CODES.unknownGuild,
  DISCORD_CODES.unknownMember,
  DISCORD_CODES.unknownUser,
  DISCORD_CODES.missingAccess,
]);

/** There is no direct conversation with that person. */
const NOBODY: ReadonlySet<number | null> = new Set([
  DISCORD_CODES.unknownUser,
  DISCORD_CODES.cannotMessageUser,
  DISCORD_CODES.invalidRecipient,
]);

const memberSchema = z.object({
  nick: z.string().nullish(),
  user: z.object({ id: z.string(), username: z.string(), global_name: z.string().nullish() }),
});
const directChannelSchema = z.object({ id: z.string() });

/**
 * Discord as a place to post: each guild is a workspace, with the channels in which the bot may post.
 * @param dependencies.token null: nothing can be posted, because interactions alone prove nothing to Discord
 * @param dependencies.gateway null where this process never holds the connection; then Discord is asked for the channels
 */
export function createDiscordSurface(dependencies: {
  asBot: AsBot;
  token: string | null;
  gateway: DiscordGateway | null;
  named: NamedPeople;
  actions: ActionStore;
  locale: Locale;
  now?: () => Date;
}): ChatSurface {
  const { asBot, token, gateway, named, actions, locale } = dependencies;
  const guilds = createGuildDirectory({
    gateway,
    get: (route) => asBot((rest) => rest.get(route)),
    isNothing: (error) => NOTHING.has(discordCode(error)),
    ...(dependencies.now ? { now: dependencies.now } : {}),
  });

  async function send(channelId: string, key: string, message: DiscordMessage): Promise<void> {
    const { files, ...body } = message;
    // Discord answers a repeated nonce of the last minutes with the message that it already has.
    const nonce = { nonce: key, enforce_nonce: true };
    const content = requestBody({ ...body, ...nonce, allowed_mentions: { parse: [] } }, files);
    await asBot((rest) => rest.post(Routes.channelMessages(channelId), content));
  }

  /** Null also while Discord cannot be asked. */
  async function guildOf(workspaceId: string): Promise<KnownGuild | null> {
    const guildId = guildIdOf(workspaceId);
    if (guildId === null || token === null) return null;
    try {
      return await guilds.guild(guildId);
    } catch (error) {
      if (asPostError(error, '') instanceof ChatUnavailableError) return null;
      throw error;
    }
  }

  async function findPerson(guildId: string, userId: string): Promise<Person | null> {
    try {
      const member = memberSchema.parse(await asBot((rest) => rest.get(Routes.guildMember(guildId, userId))));
      return { id: member.user.id, name: member.nick || member.user.global_name || member.user.username };
    } catch (error) {
      if (NOTHING.has(discordCode(error))) return null;
      throw error;
    }
  }

  /** None with somebody who is not there any more, or takes no messages. */
  async function* directChannel(recipient: string): AsyncGenerator<string> {
    try {
      const channel = await asBot((rest) => rest.post(Routes.userChannels(), { body: { recipient_id: recipient } }));
      yield directChannelSchema.parse(channel).id;
    } catch (error) {
      if (!NOBODY.has(discordCode(error))) throw error;
    }
  }

  return {
    name: 'discord',
    // Discord's client keeps to the pace of each channel, which Discord tells with every answer.
    postIntervalMilliseconds: 0,
    ...(token === null ? { missingSetting: 'DISCORD_TOKEN' } : {}),
    serves: (workspaceId) => guildIdOf(workspaceId) !== null,

    async channels(workspaceId) {
      return (await guildOf(workspaceId))?.channels ?? [];
    },

    async channel(workspaceId, idOrName) {
      const known = (await guildOf(workspaceId))?.allChannels ?? [];
      const wanted = foldCase(idOrName);
      return known.find(({ id }) => id === wanted) ?? known.find(({ name }) => foldCase(name) === wanted) ?? null;
    },

    async person(workspaceId, userId) {
      const guildId = guildIdOf(workspaceId);
      const id = userId.replace(/^<?@?!?(\d+)>?$/, '$1');
      if (guildId === null || !/^\d{1,20}$/.test(id)) return null;
      const known = named.find(workspaceId, id);
      if (known) return known;
      return token === null ? { id, name: id } : await findPerson(guildId, id);
    },

    async *adminChannels(workspaceId, admins) {
      if (token === null) return;
      for (const admin of admins) yield* directChannel(admin);
      const owner = (await guildOf(workspaceId))?.ownerId;
      if (owner !== undefined && !admins.includes(owner)) yield* directChannel(owner);
    },

    async post({ key, workspaceId, channelId, message }) {
      if (token === null) throw new ProductError('channel_unreachable', { channel: channelId });
      const { messages, kept } = renderMessage(message, locale);
      await actions.keep(workspaceId, kept);
      try {
        const owner = await guilds.guildIdOfChannel(channelId);
        if (owner !== null && owner !== guildIdOf(workspaceId)) {
          throw new ProductError('channel_unreachable', { channel: channelId });
        }
        for (const [index, rendered] of messages.entries()) {
          await send(channelId, postMark({ workspaceId, channelId, key }, index), rendered);
        }
      } catch (error) {
        throw asPostError(error, channelId);
      }
    },
  };
}

function asPostError(error: unknown, channelId: string): unknown {
  if (error instanceof ProductError) return error;
  if (DEFINITE.has(discordCode(error))) {
    return new ProductError('channel_unreachable', { channel: channelId }, { cause: error });
  }
  const retryAfter = rateLimitOf(error);
  if (retryAfter !== null) return new ChatUnavailableError('rate limited', retryAfter, { cause: error });
  if (isTokenRefused(error)) return new ChatUnavailableError('the token was refused', null, { cause: error });
  const isAway = error instanceof HTTPError || discordCode(error) === null;
  return isAway ? new ChatUnavailableError('it does not answer', null, { cause: error }) : error;
}
