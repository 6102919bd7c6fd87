import { setTimeout as pause } from 'node:timers/promises';
import { SocketModeReceiver } from '@slack/bolt';
import type { Logger } from 'pino';
import { sdkLog } from './sdk-log.ts';
import type { SlackApi } from './slack-api.ts';
import type { SlackTransport } from './slack-connection.ts';

/** How long Slack may take to agree that a connection is over. */
const CLOSING_MILLISECONDS = 2_000;

/**
 * Socket Mode: Slack's requests over a WebSocket that we open, so that no public address is needed.
 * The SDK's own reconnecting is off: it waits five seconds after each of Slack's routine disconnects, and a failure in it would end the process.
 */
export function createSocketTransport(dependencies: { appToken: string; api: SlackApi; log: Logger; onLost(): void }): {
  receiver: SocketModeReceiver;
  transport: SlackTransport;
} {
  const { appToken, api, log, onLost } = dependencies;
  const receiver = new SocketModeReceiver({
    appToken,
    logger: sdkLog(log),
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: api.clientOptions },
    async processEventErrorHandler({ error }) {
      log.error({ err: error }, 'A request of Slack could not be read; it counts as handled');
      return true;
    },
  });
  const { client } = receiver;
  let open = false;
  let started = false;
  client.on('connected', () => {
    // It was closed while it was on its way.
    if (started) open = true;
    else void client.disconnect();
  });
  client.on('disconnected', () => {
    open = false;
    started = false;
    onLost();
  });
  return {
    receiver,
    transport: {
      isOpen: () => open,
      async open() {
        started = true;
        await client.start();
      },
      async close() {
        if (!started) return;
        started = false;
        const closed = client.disconnect();
        await Promise.race([closed, pause(CLOSING_MILLISECONDS, undefined, { ref: false })]);
      },
    },
  };
}
