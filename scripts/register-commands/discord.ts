import { isDeepStrictEqual } from 'node:util';
import { type REST, Routes } from 'discord.js';
import { isPlainObject, pickBy } from 'es-toolkit';
import { z } from 'zod';
import { commands } from '../../commands/index.ts';
import { type CommandDefinition, commandDefinitions } from '../../src/chat/discord/command-definitions.ts';
import { createDiscordRest } from '../../src/chat/discord/discord-rest.ts';

const applicationSchema = z.object({ id: z.string() });
const registeredSchema = z.array(z.looseObject({ id: z.string(), name: z.string() }));
type Registered = z.infer<typeof registeredSchema>[number];

/** Which commands were made, changed, taken away, and left as they were. */
export interface RegistrationResult {
  created: string[];
  changed: string[];
  removed: string[];
  unchanged: string[];
}

/**
 * Tells Discord of the slash commands: only what differs from what it holds.
 * @param options.guildId for one guild, where changes show at once; null: for all
 * @throws DiscordAPIError when Discord refuses
 */
export async function registerDiscordCommands(options: {
  token: string;
  apiUrl: string | null;
  guildId: string | null;
  definitions?: readonly CommandDefinition[];
}): Promise<RegistrationResult> {
  const { token, apiUrl, guildId, definitions = commandDefinitions(commands) } = options;
  const rest = createDiscordRest(apiUrl).setToken(token);
  const { id: applicationId } = applicationSchema.parse(await rest.get(Routes.currentApplication()));
  const held = await heldCommands(rest, applicationId, guildId);
  const result: RegistrationResult = { created: [], changed: [], removed: [], unchanged: [] };
  for (const definition of definitions) {
    const registered = held.find(({ name }) => name === definition.name);
    if (!registered) {
      await rest.post(collectionRoute(applicationId, guildId), { body: definition });
      result.created.push(definition.name);
    } else if (isDeepStrictEqual(comparable(definition), comparable(pickKnown(registered, definition)))) {
      result.unchanged.push(definition.name);
    } else {
      await rest.patch(commandRoute(applicationId, guildId, registered.id), { body: definition });
      result.changed.push(definition.name);
    }
  }
  for (const { id, name } of held) {
    if (definitions.some((definition) => definition.name === name)) continue;
    await rest.delete(commandRoute(applicationId, guildId, id));
    result.removed.push(name);
  }
  return result;
}

async function heldCommands(rest: REST, applicationId: string, guildId: string | null): Promise<Registered[]> {
  const query = new URLSearchParams({ with_localizations: 'true' });
  return registeredSchema.parse(await rest.get(collectionRoute(applicationId, guildId), { query }));
}

function collectionRoute(applicationId: string, guildId: string | null) {
  return guildId === null
    ? Routes.applicationCommands(applicationId)
    : Routes.applicationGuildCommands(applicationId, guildId);
}

function commandRoute(applicationId: string, guildId: string | null, commandId: string) {
  return guildId === null
    ? Routes.applicationCommand(applicationId, commandId)
    : Routes.applicationGuildCommand(applicationId, guildId, commandId);
}

/** What Discord adds by itself (ids, versions, its own defaults) is none of our differences. */
function pickKnown(registered: Registered, definition: CommandDefinition): Record<string, unknown> {
  return pickBy(registered, (_value, key) => key in definition);
}

/** Discord leaves out what is empty or false, and answers lists of numbers in an order of its own. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(comparable);
    return items.every((item) => typeof item === 'number') ? [...items].sort((a, b) => a - b) : items;
  }
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([key, entry]): [string, unknown] => [key, comparable(entry)]);
  return Object.fromEntries(entries.filter(([, entry]) => !isNothing(entry)));
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);
}
