import { ChannelType, type Guild, PermissionFlagsBits, Routes } from 'discord.js';
import { z } from 'zod';
import type { Channel, FoundChannel } from '../surface.ts';
import type { DiscordGateway } from './gateway.ts';

/** One command asks for the channels several times; a person who has just let the bot into a channel asks again after some seconds. */
const REMEMBERED_MILLISECONDS = 3_000;

/** What the bot needs in a channel to post there. */
const POSTING =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles;

const bits = z.string().regex(/^\d+$/).transform(BigInt);
const userSchema = z.object({ id: z.string() });
const guildSchema = z.object({
  id: z.string(),
  owner_id: z.string(),
  roles: z.array(z.object({ id: z.string(), permissions: bits })),
});
const memberSchema = z.object({ roles: z.array(z.string()) });
const overwriteSchema = z.object({ id: z.string(), allow: bits, deny: bits });
const channelsSchema = z.array(
  z.object({
    id: z.string(),
    name: z
      .string()
      .nullish()
      .transform((name) => name ?? ''),
    type: z.int(),
    permission_overwrites: z.array(overwriteSchema).nullish(),
  }),
);
const placeSchema = z.object({ guild_id: z.string().nullish() });

type NamedChannel = Channel & FoundChannel;

/** A guild that the bot is in. */
export interface KnownGuild {
  ownerId: string;
  /** Those in which the bot may post, by name. */
  channels: Channel[];
  /** Those of texts before those of other kinds. Discord tells of those too that the bot may not see. */
  allChannels: NamedChannel[];
}

/** The guilds that the bot is in: told by the gateway where this process holds the connection to it, else asked of Discord. */
export interface GuildDirectory {
  /** Null when the bot is not in it. @throws as `get` */
  guild(guildId: string): Promise<KnownGuild | null>;
  /** The guild that a channel belongs to; null for a direct conversation. @throws as `get` */
  guildIdOfChannel(channelId: string): Promise<string | null>;
}

/**
 * @param dependencies.get asks Discord as the bot
 * @param dependencies.isNothing whether an error of `get` says that there is no such guild, or none that the bot may see
 */
export function createGuildDirectory(dependencies: {
  gateway: DiscordGateway | null;
  get(route: `/${string}`): Promise<unknown>;
  isNothing(error: unknown): boolean;
  now?: () => Date;
}): GuildDirectory {
  const { gateway, get, isNothing, now = () => new Date() } = dependencies;
  const remembered = new Map<string, { guild: Promise<KnownGuild | null>; at: number }>();
  /** A channel never moves to another guild. */
  const guildIds = new Map<string, string | null>();

  async function ask(guildId: string): Promise<KnownGuild | null> {
    try {
      const me = userSchema.parse(await get(Routes.user()));
      const guild = guildSchema.parse(await get(Routes.guild(guildId)));
      const member = memberSchema.parse(await get(Routes.guildMember(guildId, me.id)));
      const channels = channelsSchema.parse(await get(Routes.guildChannels(guildId)));
      const mine = { userId: me.id, roleIds: new Set([guildId, ...member.roles]) };
      const open = channels.filter(({ permission_overwrites: overwrites }) => mayPost(guild, mine, overwrites ?? []));
      return { ownerId: guild.owner_id, channels: listed(open), allChannels: found(channels) };
    } catch (error) {
      if (isNothing(error)) return null;
      throw error;
    }
  }

  return {
    async guild(guildId) {
      const told = gateway?.guild(guildId);
      if (told) return toldOf(told);
      const known = remembered.get(guildId);
      if (known && now().getTime() - known.at < REMEMBERED_MILLISECONDS) return await known.guild;
      const guild = ask(guildId);
      remembered.set(guildId, { guild, at: now().getTime() });
      guild.catch(() => remembered.delete(guildId));
      return await guild;
    },

    async guildIdOfChannel(channelId) {
      const told = gateway?.guildIdOfChannel(channelId) ?? guildIds.get(channelId);
      if (told !== undefined) return told;
      const { guild_id: guildId = null } = placeSchema.parse(await get(Routes.channel(channelId)));
      guildIds.set(channelId, guildId);
      return guildId;
    },
  };
}

function toldOf({ ownerId, channels, members: { me } }: Guild): KnownGuild {
  const all = [...channels.cache.values()];
  const open = me ? all.filter((channel) => channel.permissionsFor(me).has(POSTING)) : [];
  return { ownerId, channels: listed(open), allChannels: found(all) };
}

const TEXT: ReadonlySet<ChannelType> = new Set([ChannelType.GuildText, ChannelType.GuildAnnouncement]);
const OTHER_KINDS: ReadonlySet<ChannelType> = new Set([
  ChannelType.GuildVoice,
  ChannelType.GuildStageVoice,
  ChannelType.GuildForum,
  ChannelType.GuildMedia,
]);

type TypedChannel = Channel & { type: ChannelType };

function listed(channels: readonly TypedChannel[], kinds = TEXT): Channel[] {
  return channels
    .filter(({ type }) => kinds.has(type))
    .map(({ id, name }) => ({ id, name }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

function found(channels: readonly TypedChannel[]): NamedChannel[] {
  return [
    ...listed(channels).map((channel) => ({ ...channel, isText: true })),
    ...listed(channels, OTHER_KINDS).map((channel) => ({ ...channel, isText: false })),
  ];
}

/** https://discord.com/developers/docs/topics/permissions#permission-overwrites: everyone's first, then those of roles together, then the member's own. */
function mayPost(
  { id, roles }: z.infer<typeof guildSchema>,
  { userId, roleIds }: { userId: string; roleIds: ReadonlySet<string> },
  overwrites: readonly z.infer<typeof overwriteSchema>[],
): boolean {
  const base = allOf(roles.filter((role) => roleIds.has(role.id)).map(({ permissions }) => permissions));
  if ((base & PermissionFlagsBits.Administrator) !== 0n) return true;
  const layers = [
    overwrites.filter((overwrite) => overwrite.id === id),
    overwrites.filter((overwrite) => overwrite.id !== id && roleIds.has(overwrite.id)),
    overwrites.filter((overwrite) => overwrite.id === userId),
  ];
  const permissions = layers.reduce(
    (before, layer) => (before & ~allOf(layer.map(({ deny }) => deny))) | allOf(layer.map(({ allow }) => allow)),
    base,
  );
  return (permissions & POSTING) === POSTING;
}

function allOf(flags: readonly bigint[]): bigint {
  return flags.reduce((all, flag) => all | flag, 0n);
}
