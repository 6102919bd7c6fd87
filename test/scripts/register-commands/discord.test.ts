import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { registerDiscordCommands } from '../../../scripts/register-commands/discord.ts';
import { commandDefinitions } from '../../../src/chat/discord/command-definitions.ts';
import {
  BOT_TOKEN,
  GUILD_ID,
  type Json,
  type LoopbackDiscord,
  startLoopbackDiscord,
} from '../../support/discord/loopback-discord.ts';

const definitions = commandDefinitions(commands);
const names = definitions.map(({ name }) => name);

describe('the slash commands of Discord', () => {
  it('are these, so that their surface cannot change unseen', async () => {
    await expect(`${JSON.stringify(definitions, null, 2)}\n`).toMatchFileSnapshot(
      './__snapshots__/discord-commands.txt',
    );
  });

  it('keep to Discord’s limits', () => {
    for (const definition of definitions) {
      expect(textLength(definition), definition.name).toBeLessThanOrEqual(8_000);
      for (const named of [definition, ...nested(definition)]) {
        const allNames: string[] = [named.name, ...Object.values<string>(named.name_localizations)];
        for (const name of allNames) expect(name).toMatch(/^[-_\p{Ll}\p{N}]{1,32}$/u);
        expect(named.options?.length ?? 0, named.name).toBeLessThanOrEqual(25);
        for (const locale of ['pt-BR', 'en-US']) {
          const siblings = (named.options ?? []).map((option: Json) => option.name_localizations[locale]);
          expect(new Set(siblings).size, `${named.name} ${locale}`).toBe(siblings.length);
        }
        expect(named.description).not.toContain('…');
        expect(named.description_localizations['en-US']).not.toContain('…');
      }
    }
  });
});

function nested(definition: Json): Json[] {
  return (definition.options ?? []).flatMap((option: Json) => [option, ...nested(option)]);
}

/** Name, description and the longest translation of each, of a command and all that is in it. */
function textLength(definition: Json): number {
  return [definition, ...nested(definition)].reduce((sum, { name, description, ...named }) => {
    const longest = (texts: string[]) => Math.max(...texts.map((text) => text.length));
    const translated = (map: Record<string, string>) => Object.values(map);
    return (
      sum +
      longest([name, ...translated(named.name_localizations)]) +
      longest([description, ...translated(named.description_localizations)])
    );
  }, 0);
}

describe('registration', () => {
  let discord: LoopbackDiscord;

  beforeAll(async () => {
    discord = await startLoopbackDiscord();
  });

  afterAll(async () => {
    await discord.stop();
  });

  beforeEach(() => {
    discord.commands.clear();
    discord.requests.length = 0;
  });

  async function register(given = definitions, guildId: string | null = null) {
    return await registerDiscordCommands({ token: BOT_TOKEN, apiUrl: discord.apiUrl, guildId, definitions: given });
  }

  it('creates all commands the first time, and nothing the second time', async () => {
    expect(await register()).toEqual({ created: names, changed: [], removed: [], unchanged: [] });
    discord.requests.length = 0;
    expect(await register()).toEqual({ created: [], changed: [], removed: [], unchanged: names });
    expect(discord.requests.map((request) => request.split(' ')[0])).toEqual(['GET', 'GET']);
    expect(discord.breaches).toEqual([]);
  });

  it('sends only what differs', async () => {
    await register();
    const [first, second] = discord.commands.get('global') ?? [];
    first.options = first.options.slice(1);
    second.name = 'antigo';
    expect(await register()).toEqual({
      created: [names[1]],
      changed: [names[0]],
      removed: ['antigo'],
      unchanged: names.slice(2),
    });
    expect((await register()).unchanged).toHaveLength(names.length);
  });

  it('does not take what Discord adds or leaves out for a difference', async () => {
    await register();
    for (const command of discord.commands.get('global') ?? []) {
      Object.assign(command, { nsfw: false, dm_permission: false, version: '9', guild_id: null });
      for (const option of nested(command)) if (option.required === false) delete option.required;
      if (command.options.length === 0) delete command.options;
    }
    expect((await register()).unchanged).toEqual(names);
  });

  it('tells one guild alone', async () => {
    await register(definitions, GUILD_ID);
    expect([...discord.commands.keys()]).toEqual([GUILD_ID]);
  });
});
