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

const { values } = parseArgs({
  options: { slack: { type: 'boolean' }, http: { type: 'boolean' }, guild: { type: 'string' } },
});

async function registerSlack(): Promise<void> {
  const { publicUrl, defaultLocale } = readConfig(process.env);
  if (values.http && !publicUrl?.startsWith('https://')) {
    console.error(
      'Slack calls no other address than one of https. Set PUBLIC_URL; for example https://bot.example.com',
    );
    process.exitCode = EXIT_USAGE;
    return;
  }
  console.log(await writeSlackManifest({ locale: defaultLocale, publicUrl: values.http ? publicUrl : null }));
}

async function registerDiscord(): Promise<void> {
  const { discord } = readConfig(process.env);
  if (!discord?.token) {
    console.error(`Set DISCORD_TOKEN to tell Discord of the commands, or ask for Slack's manifest.\n\n${USAGE}`);
    process.exitCode = EXIT_USAGE;
    return;
  }
  const { token, apiUrl } = discord;
  const guildId = values.guild ?? null;
  const { created, changed, removed, unchanged } = await registerDiscordCommands({ token, apiUrl, guildId });
  const changes = [
    ...created.map((name) => `new      /${name}`),
    ...changed.map((name) => `changed  /${name}`),
    ...removed.map((name) => `removed  /${name}`),
  ];
  console.log([...changes, `Up to date: ${unchanged.length}`].join('\n'));
}

const registration = values.slack ? registerSlack() : registerDiscord();
await registration.catch((error: unknown) => {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = EXIT_USAGE;
});
