import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type KeptConnection, keepConnected } from '../kept-connection.ts';
import { slackCode } from './slack-api.ts';

/** How often a quiet connection is asked whether the token still holds. */
const CHECK_MILLISECONDS = 60_000;
const OPENING_MILLISECONDS = 15_000;

/** What carries Slack's requests to us. */
export interface SlackTransport {
  /** Resolves once requests can come. */
  open(): Promise<void>;
  /** True until the transport was lost. */
  isOpen(): boolean;
  close(): Promise<void>;
}

/** Keeps a connection to Slack: verifies the token, opens the transport, and does both again whenever one of them is lost. */
export function createSlackConnection(dependencies: {
  verify(): Promise<void>;
  transport: SlackTransport;
  log: Logger;
}): KeptConnection {
  const { verify, transport, log } = dependencies;
  const kept = keepConnected({
    chat: 'Slack',
    remedyOf,
    log,
    async connect({ ended, isEnding, noteUp, wait }) {
      try {
        await Promise.race([verify(), ended]);
        if (!isEnding() && !transport.isOpen()) await Promise.race([transport.open(), tooLate(), ended]);
        if (isEnding()) return;
        noteUp();
        // It may have been lost between the two.
        if (transport.isOpen()) await wait(CHECK_MILLISECONDS);
      } finally {
        // An opening that hangs must not come through beside the next one.
        if (isEnding() || !transport.isOpen()) await transport.close();
      }
    },
  });
  return { ...kept, isUp: () => kept.isUp() && transport.isOpen() };
}

async function tooLate(): Promise<never> {
  await pause(OPENING_MILLISECONDS, undefined, { ref: false });
  throw new Error('Slack did not say hello in time');
}

function remedyOf(error: unknown): string {
  switch (slackCode(error)) {
    case null:
      return 'Check the connection to the internet, SLACK_API_URL if it is set, and https://slack-status.com.';
    case 'missing_scope':
      return 'Install the app again with the scopes of slack-manifest.json.';
    default:
      return 'Check SLACK_BOT_TOKEN (OAuth & Permissions) and SLACK_APP_TOKEN (Basic Information, App-Level Tokens) of the app.';
  }
}
