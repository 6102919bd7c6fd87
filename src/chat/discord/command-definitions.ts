import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  type APIApplicationCommandSubcommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  Locale as DiscordLocale,
  InteractionContextType,
  type LocalizationMap,
  PermissionFlagsBits,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js';
import { type TextKey, text } from '../../text/text.ts';
import type { Command, CommandOption, CommandVerb } from '../command.ts';
import { shorten } from './discord-text.ts';
import { ENGLISH_NAMES } from './english-names.ts';
import { DISCORD_LIMITS } from './limits.ts';

/** A command as Discord is told of it. */
export type CommandDefinition = RESTPostAPIChatInputApplicationCommandsJSONBody;

/** Discord counts 6,000 characters at most in a text option. */
const LONGEST_OPTION = 6_000;

/**
 * Who sees the commands before the admins of a guild say otherwise: those who may manage it. A guild may be full of customers.
 * Whoever sees one is checked again, by their role, when they use it.
 */
const MANAGERS = String(PermissionFlagsBits.ManageGuild);

/** The slash commands in the form that Discord takes, in both languages. */
export function commandDefinitions<Services>(commands: readonly Command<Services>[]): CommandDefinition[] {
  return commands.map((command) => ({
    type: ApplicationCommandType.ChatInput,
    ...named(command.name, command.description),
    options: optionsOf(command),
    default_member_permissions: MANAGERS,
    contexts: [InteractionContextType.Guild],
    integration_types: [ApplicationIntegrationType.GuildInstall],
  }));
}

/** A command of one verb needs no second word. */
function optionsOf<Services>({ verbs, defaultVerb }: Command<Services>): APIApplicationCommandOption[] {
  const [only] = verbs;
  if (only && verbs.length === 1 && only.name === defaultVerb)
    return only.options.map(definedOption).sort(requiredFirst);
  return verbs.map(subcommand);
}

function subcommand<Services>(verb: CommandVerb<Services>): APIApplicationCommandSubcommandOption {
  return {
    type: ApplicationCommandOptionType.Subcommand,
    ...named(verb.name, verb.description),
    options: verb.options.map(definedOption).sort(requiredFirst),
  };
}

function definedOption<Services>(option: CommandOption<Services>): APIApplicationCommandBasicOption {
  const { name, description, required, kind, maximumLength, complete } = option;
  const shared = { ...named(name, description), required };
  if (kind === 'person') return { type: ApplicationCommandOptionType.User, ...shared };
  const text = { type: ApplicationCommandOptionType.String as const, ...shared };
  const longest = { max_length: Math.min(maximumLength ?? LONGEST_OPTION, LONGEST_OPTION) };
  return complete ? { ...text, ...longest, autocomplete: true } : { ...text, ...longest };
}

function requiredFirst(a: { required?: boolean }, b: { required?: boolean }): number {
  return Number(b.required ?? false) - Number(a.required ?? false);
}

/** Discord falls back to another language where the default one is not named again as a translation. */
function named(name: string, description: TextKey) {
  const english = ENGLISH_NAMES[name];
  if (english === undefined) throw new Error(`Give “${name}” an English name in english-names.ts`);
  const portuguese = descriptionIn('pt-BR', description);
  return {
    name,
    name_localizations: inBoth(name, english),
    description: portuguese,
    description_localizations: inBoth(portuguese, descriptionIn('en', description)),
  };
}

function descriptionIn(locale: 'pt-BR' | 'en', key: TextKey): string {
  return shorten(text(locale, key), DISCORD_LIMITS.commandDescription);
}

function inBoth(portuguese: string, english: string): LocalizationMap {
  return {
    [DiscordLocale.PortugueseBR]: portuguese,
    [DiscordLocale.EnglishUS]: english,
    [DiscordLocale.EnglishGB]: english,
  };
}
