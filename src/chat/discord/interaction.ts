import { ChannelType, InteractionType, PermissionFlagsBits } from 'discord.js';
import { z } from 'zod';
import type { Locale } from '../../text/text.ts';
import type { OptionValues } from '../command.ts';
import type { Channel } from '../surface.ts';

const PREFIX = 'discord:';
const THREADS: ReadonlySet<number> = new Set([
  ChannelType.AnnouncementThread,
  ChannelType.PublicThread,
  ChannelType.PrivateThread,
]);

const userSchema = z.object({ id: z.string(), username: z.string(), global_name: z.string().nullish() });

interface Option {
  name: string;
  type: number;
  value?: string | number | boolean | undefined;
  focused?: boolean | undefined;
  options?: Option[] | undefined;
}

const optionSchema: z.ZodType<Option> = z.lazy(() =>
  z.object({
    name: z.string(),
    type: z.number(),
    value: z.union([z.string(), z.number(), z.boolean()]).optional(),
    focused: z.boolean().optional(),
    options: z.array(optionSchema).optional(),
  }),
);

const inputSchema = z.object({
  custom_id: z.string(),
  value: z.string().optional(),
  values: z.array(z.string()).optional(),
});

const namedMemberSchema = z.object({ nick: z.string().nullish(), permissions: z.string().optional() });

/** What we read of an interaction (https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object). */
export const interactionSchema = z.object({
  id: z.string(),
  application_id: z.string(),
  token: z.string(),
  type: z.number(),
  guild_id: z.string().optional(),
  locale: z.string().optional(),
  channel: z
    .object({ id: z.string(), type: z.number(), name: z.string().nullish(), parent_id: z.string().nullish() })
    .optional(),
  member: z.object({ user: userSchema, nick: z.string().nullish(), permissions: z.string() }).optional(),
  data: z
    .object({
      name: z.string().optional(),
      options: z.array(optionSchema).optional(),
      custom_id: z.string().optional(),
      values: z.array(z.string()).optional(),
      resolved: z
        .object({
          users: z.record(z.string(), userSchema).optional(),
          members: z.record(z.string(), namedMemberSchema).optional(),
        })
        .optional(),
      components: z
        .array(z.object({ component: inputSchema.optional(), components: z.array(inputSchema).optional() }))
        .optional(),
    })
    .optional(),
});

export type Interaction = z.infer<typeof interactionSchema>;

/** A Discord guild as a workspace. */
export function discordWorkspaceId(guildId: string): string {
  return `${PREFIX}${guildId}`;
}

/** The guild of a workspace; null when it is not Discord's. */
export function guildIdOf(workspaceId: string): string | null {
  return workspaceId.startsWith(PREFIX) ? workspaceId.slice(PREFIX.length) : null;
}

/** Who asks, in a guild; null in a direct message. */
export interface Asker {
  workspaceId: string;
  guildId: string;
  channel: Channel | null;
  user: { id: string; name: string };
  /** Discord says, with this very request, that they have the permission Administrator, which an owner always has. */
  isAdministrator: boolean;
}

export function askerOf({ guild_id: guildId, channel, member }: Interaction): Asker | null {
  if (guildId === undefined || !member) return null;
  const { user, nick, permissions } = member;
  return {
    workspaceId: discordWorkspaceId(guildId),
    guildId,
    channel: channel ? channelOf(channel) : null,
    user: { id: user.id, name: nick || user.global_name || user.username },
    isAdministrator: isAdministrator(permissions),
  };
}

/** @param permissions as Discord counts them; an owner has them all */
export function isAdministrator(permissions = '0'): boolean {
  return /^\d+$/.test(permissions) && (BigInt(permissions) & PermissionFlagsBits.Administrator) !== 0n;
}

/** A thread ends by itself some day, so what is to be posted goes to the channel that it is in. */
function channelOf({ id, type, name, parent_id: parentId }: NonNullable<Interaction['channel']>): Channel {
  return parentId && THREADS.has(type) ? { id: parentId, name: parentId } : { id, name: name ?? id };
}

/** The language of the person's own Discord, where we speak it. */
export function localeOf({ locale }: Interaction, fallback: Locale): Locale {
  if (locale?.startsWith('pt')) return 'pt-BR';
  return locale?.startsWith('en') ? 'en' : fallback;
}

/** A slash command as a command line, with its options beside it. */
export interface TypedCommand {
  line: string;
  command: string;
  /** Null when the command has no verbs to choose from. */
  verb: string | null;
  options: OptionValues;
  /** The option that is being typed, while it is. */
  focused: string | null;
}

export function typedCommand({ type, data }: Interaction): TypedCommand | null {
  if (type !== InteractionType.ApplicationCommand && type !== InteractionType.ApplicationCommandAutocomplete) {
    return null;
  }
  const command = data?.name;
  if (command === undefined) return null;
  const subcommand = data?.options?.find(({ options, value }) => options !== undefined || value === undefined);
  const options = subcommand ? (subcommand.options ?? []) : (data?.options ?? []);
  return {
    command,
    verb: subcommand?.name ?? null,
    line: [`/${command}`, ...(subcommand ? [subcommand.name] : [])].join(' '),
    options: Object.fromEntries(options.map(({ name, value }) => [name, withoutMention(String(value ?? ''))])),
    focused: options.find((option) => option.focused)?.name ?? null,
  };
}

/** `<#400000000000000001>` is what becomes of a channel that was chosen while typing. */
function withoutMention(value: string): string {
  return value.replace(/^<#(\d+)>$/, '#$1');
}

/** What was filled in on a modal, by field; several choices are separated by commas. */
export function submittedFields({ data }: Interaction): OptionValues {
  const inputs = (data?.components ?? []).flatMap(({ component, components = [] }) =>
    component ? [component] : components,
  );
  return Object.fromEntries(
    inputs.map(({ custom_id: name, value, values }) => [name, value ?? (values ?? []).join(',')]),
  );
}
