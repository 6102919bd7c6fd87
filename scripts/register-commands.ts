/** Tells a chat which commands there are: `npm run commands:register -- --slack [--http]`. */
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from '../src/config.ts';
import { writeSlackManifest } from './register-commands/slack.ts';

const EXIT_USAGE = 64;
const USAGE = `npm run commands:register -- --slack          writes slack-manifest.json for Socket Mode
npm run commands:register -- --slack --http   the same for requests over HTTP at PUBLIC_URL`;

const { values } = parseArgs({ options: { slack: { type: 'boolean' }, http: { type: 'boolean' } } });

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

if (values.slack) {
  await registerSlack().catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = EXIT_USAGE;
  });
} else {
  console.error(USAGE);
  process.exitCode = EXIT_USAGE;
}
