/** Tells a chat which commands there are: `npm run commands:register`, `npm run commands:register -- --slack [--http]`. */
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from '../src/config.ts';
import { registerDiscordCommands } from './register-commands/discord.ts';
import { writeSlackManifest } from './register-commands/slack.ts';

const EXIT_USAGE = 64;
const USAGE = `npm run commands:register                      tells Discord of the commands, for all servers
npm run commands:register -- --guild ID        the same for one server
npm run commands:register -- --slack           writes slack-manifest.json for Socket Mode
npm run commands:register -- --slack --http    the same for requests over HTTP at PUBLIC_URL`;

interface Wanted {
  slack: boolean;
  http: boolean;
  guild: string | null;
}

/** @returns null when the line cannot be meant */
function readWanted(): Wanted | null {
  try {
    const { values } = parseArgs({
      options: {
        slack: { type: 'boolean', default: false },
        http: { type: 'boolean', default: false },
        guild: { type: 'string' },
      },
    });
    const wanted = { ...values, guild: values.guild ?? null };
    const isRight = wanted.slack ? wanted.guild === null : !wanted.http;
    return isRight && (wanted.guild === null || /^\d+$/.test(wanted.guild)) ? wanted : null;
  } catch {
    return null;
  }
}

async function registerSlack({ http }: Wanted): Promise<void> {
  const { publicUrl, defaultLocale } = readConfig(process.env);
  if (http && !publicUrl?.startsWith('https://')) {
    console.error(
      'Slack calls no other address than one of https. Set PUBLIC_URL; for example https://bot.example.com',
    );
    process.exitCode = EXIT_USAGE;
    return;
  }
  console.log(await writeSlackManifest({ locale: defaultLocale, publicUrl: http ? publicUrl : null }));
}

async function registerDiscord({ guild: guildId }: Wanted): Promise<void> {
  const { discord } = readConfig(process.env);
  if (!discord?.token) {
    console.error(`Set DISCORD_TOKEN to tell Discord of the commands, or ask for Slack's manifest.\n\n${USAGE}`);
    process.exitCode = EXIT_USAGE;
    return;
  }
  const { token, apiUrl } = discord;
  const { created, changed, removed, unchanged } = await registerDiscordCommands({ token, apiUrl, guildId });
  const changes = [
    ...created.map((name) => `new      /${name}`),
    ...changed.map((name) => `changed  /${name}`),
    ...removed.map((name) => `removed  /${name}`),
  ];
  console.log([...changes, `Up to date: ${unchanged.length}`].join('\n'));
}

/** What went wrong and what to do about it; null when it is nothing that we know. */
function remedyOf(error: unknown, { guild }: Wanted): string | null {
  if (error instanceof ConfigError) return error.message;
  const status = error instanceof Error && 'status' in error ? error.status : null;
  if (status === 401)
    return 'Discord refuses DISCORD_TOKEN. Copy it again from the page Bot of your Discord application.';
  if (guild !== null && (status === 403 || status === 404)) {
    return `Discord knows no server ${guild} that has Sininho in it. Check the id, and add Sininho to the server first.`;
  }
  if (status === null && error instanceof Error && 'code' in error) {
    return 'Discord cannot be reached. Check the connection of this machine and DISCORD_API_URL, and try again.';
  }
  return null;
}

const wanted = readWanted();
if (wanted === null) {
  console.error(USAGE);
  process.exitCode = EXIT_USAGE;
} else {
  await (wanted.slack ? registerSlack(wanted) : registerDiscord(wanted)).catch((error: unknown) => {
    const remedy = remedyOf(error, wanted);
    if (remedy === null) throw error;
    console.error(remedy);
    process.exitCode = EXIT_USAGE;
  });
}
