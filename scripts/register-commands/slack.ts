import { writeFile } from 'node:fs/promises';
import { commands } from '../../commands/index.ts';
import type { CommandServices } from '../../commands/services.ts';
import type { Command } from '../../src/chat/command.ts';
import { type Locale, text } from '../../src/text/text.ts';

const MANIFEST_FILE = 'slack-manifest.json';
/** Where the product takes Slack's requests when they come over HTTP. */
const EVENTS_PATH = '/slack/events';

/** docs/slack.md says why of each. */
const BOT_SCOPES = [
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'files:write',
  'groups:history',
  'groups:read',
  'im:write',
  'users:read',
] as const;

export interface ManifestOptions {
  locale: Locale;
  /** The address that the internet reaches the product at, for requests over HTTP; null: Socket Mode. */
  publicUrl: string | null;
}

/**
 * Slack's description of the app, made from the commands: https://docs.slack.dev/reference/app-manifest
 * @param list the commands to offer
 */
export function slackManifest(list: readonly Command<CommandServices>[], { locale, publicUrl }: ManifestOptions) {
  const url = publicUrl === null ? null : `${publicUrl.replace(/\/+$/, '')}${EVENTS_PATH}`;
  const requestUrl = url === null ? {} : { request_url: url };
  return {
    _metadata: { major_version: 1, minor_version: 1 },
    display_information: {
      name: 'Sininho',
      description: text(locale, 'slack.app_description'),
      background_color: '#1f2937',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: 'Sininho', always_online: true },
      slash_commands: list.map((command) => ({
        command: `/${command.name}`,
        description: text(locale, command.description),
        usage_hint: usageHint(command),
        // Mentions and channels then come as ids, which do not change.
        should_escape: true,
        ...(url === null ? {} : { url }),
      })),
    },
    oauth_config: { scopes: { bot: [...BOT_SCOPES] } },
    settings: {
      event_subscriptions: { ...requestUrl, bot_events: ['app_home_opened'] },
      interactivity: {
        is_enabled: true,
        ...requestUrl,
        ...(url === null ? {} : { message_menu_options_url: url }),
      },
      org_deploy_enabled: false,
      socket_mode_enabled: url === null,
      token_rotation_enabled: false,
    },
  };
}

/** What Slack shows after the command while one types: its verbs, or its options when it needs no verb. */
function usageHint({ verbs, defaultVerb }: Command<CommandServices>): string {
  const verb = verbs.find(({ name }) => name === defaultVerb);
  if (!verb) return verbs.map(({ name }) => name).join(' | ');
  return verb.options.map(({ name }) => `[${name}]`).join(' ');
}

/** Writes the manifest beside package.json. @returns what to do with it */
export async function writeSlackManifest(options: ManifestOptions): Promise<string> {
  await writeFile(MANIFEST_FILE, `${JSON.stringify(slackManifest(commands, options), null, 2)}\n`);
  return `Wrote ${MANIFEST_FILE}. At https://api.slack.com/apps choose Create New App, From a manifest, and paste it; for an app that is there already, App Manifest. docs/slack.md goes on from there.`;
}
