import type { Logger } from 'pino';
import { slackCode } from './slack-api.ts';

/** How often a quiet connection is asked whether the token still holds. */
const CHECK_MILLISECONDS = 60_000;
const FIRST_RETRY_MILLISECONDS = 500;
const LONGEST_RETRY_MILLISECONDS = 30_000;
const OPENING_MILLISECONDS = 15_000;

/** What carries Slack's requests to us. */
export interface SlackTransport {
  /** Resolves once requests can come. */
  open(): Promise<void>;
  /** True until the transport was lost. */
  isOpen(): boolean;
  close(): Promise<void>;
}

export interface SlackConnection {
  /** True while the token holds and requests can come. */
  isUp(): boolean;
  /** Something may have changed: looks at once. */
  check(): void;
  start(): void;
  /** Resolves once no request can come any more. It may be started again afterwards. */
  stop(): Promise<void>;
}

/**
 * Keeps a connection to Slack: verifies the token, opens the transport, and does both again, with growing waits, whenever one of them is lost.
 * A token that Slack refuses stops nothing; it is tried again until it holds.
 */
export function createSlackConnection(dependencies: {
  verify(): Promise<void>;
  transport: SlackTransport;
  log: Logger;
  random?: () => number;
}): SlackConnection {
  const { verify, transport, log, random = Math.random } = dependencies;
  let up = false;
  let stopping = false;
  let failures = 0;
  let wake: () => void = () => undefined;
  let running: Promise<void> = Promise.resolve();
  let end: () => void = () => undefined;
  let ended: Promise<void> = Promise.resolve();

  /** Waits, but not longer than until somebody asks for a look. */
  function waitFor(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function noteUp(): void {
    if (!up) log.info('Slack is connected');
    up = true;
    failures = 0;
  }

  function noteDown(error: unknown): void {
    // Once for each time it goes down: the attempts after it would only repeat it.
    if (up || failures === 0) log.error({ err: error, code: slackCode(error) }, `Slack is down. ${remedyOf(error)}`);
    up = false;
    failures += 1;
  }

  async function connect(): Promise<void> {
    await Promise.race([verify(), ended]);
    if (stopping) return;
    if (!transport.isOpen()) await Promise.race([withinTime(transport.open()), ended]);
    if (stopping) return;
    noteUp();
    // It may have been lost between the two.
    if (transport.isOpen()) await waitFor(CHECK_MILLISECONDS);
  }

  async function backOff(error: unknown): Promise<void> {
    noteDown(error);
    // An opening that hangs must not come through beside the next one.
    if (!transport.isOpen()) await transport.close();
    const longest = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (failures - 1), LONGEST_RETRY_MILLISECONDS);
    await waitFor(longest * (0.5 + random() / 2));
  }

  async function keep(): Promise<void> {
    while (!stopping) {
      try {
        await connect();
      } catch (error) {
        if (!stopping) await backOff(error);
      }
    }
  }

  return {
    isUp: () => up && transport.isOpen(),
    check: () => wake(),
    start() {
      stopping = false;
      ended = new Promise((resolve) => {
        end = resolve;
      });
      running = keep();
    },
    async stop() {
      stopping = true;
      end();
      wake();
      await transport.close();
      await running;
      up = false;
      failures = 0;
    },
  };
}

async function withinTime(opening: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Slack did not say hello in time')), OPENING_MILLISECONDS);
  });
  try {
    await Promise.race([opening, late]);
  } finally {
    clearTimeout(timer);
  }
}

function remedyOf(error: unknown): string {
  switch (slackCode(error)) {
    case null:
      return 'Check the connection to the internet, SLACK_API_URL if it is set, and https://slack-status.com. Trying again by itself.';
    case 'missing_scope':
      return 'Install the app again with the scopes of slack-manifest.json. Trying again by itself.';
    default:
      return 'Check SLACK_BOT_TOKEN (OAuth & Permissions) and SLACK_APP_TOKEN (Basic Information, App-Level Tokens) of the app. Trying again by itself.';
  }
}
