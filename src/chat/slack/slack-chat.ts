import { App } from '@slack/bolt';
import type { Router } from 'express';
import type { Logger } from 'pino';
import type { SlackConfig } from '../../config.ts';
import type { Locale } from '../../text/text.ts';
import type { ConnectionLease } from '../connection-lease.ts';
import type { ChatSurface } from '../surface.ts';
import { createHttpReceiver } from './http-receiver.ts';
import { createMarkedMessages } from './marked-messages.ts';
import { sdkLog } from './sdk-log.ts';
import { createSlackAnswers } from './slack-answers.ts';
import { createSlackApi } from './slack-api.ts';
import { createSlackConnection, type SlackTransport } from './slack-connection.ts';
import { createSlackFiles } from './slack-files.ts';
import { listenToSlack, type SlackInteractionOptions } from './slack-interactions.ts';
import { createSlackPeople } from './slack-people.ts';
import { createSlackSurface } from './slack-surface.ts';
import { createSocketTransport } from './socket-transport.ts';

export interface SlackChat {
  surface: ChatSurface;
  /** Takes Slack's requests over HTTP; null with Socket Mode. */
  router: Router | null;
  /** False while the token is refused or the socket is away. */
  isUp(): boolean;
  /** True while another process holds the socket. */
  isStandingBy(): boolean;
  /** True while it is down because the database does not say whether this process may connect. */
  needsDatabase(): boolean;
  refusedRequests(): number;
  /** Resolves once nothing is being answered. */
  settled(): Promise<void>;
  /** Begins to take commands. Slack need not be there: it is tried until it is. */
  start(
    commands: Pick<SlackInteractionOptions, 'dispatcher' | 'access' | 'handled' | 'storeReferences' | 'channels'>,
  ): void;
  /** Takes nothing new, and finishes what is being answered. */
  stop(): Promise<void>;
}

/**
 * Slack as a chat of the product: where it posts, and where people give commands.
 * @param dependencies.lease whose holder alone opens the socket; over HTTP any number of processes may answer
 */
export function createSlackChat(dependencies: {
  config: SlackConfig;
  lease: ConnectionLease;
  locale: Locale;
  log: Logger;
  now?: () => Date;
}): SlackChat {
  const { config, lease, locale, log, now = () => new Date() } = dependencies;
  const api = createSlackApi({
    botToken: config.botToken,
    apiUrl: config.apiUrl,
    log,
    onTokenRefused: () => connection.check(),
  });
  const people = createSlackPeople({ api, locale, now });
  const files = createSlackFiles(api);
  const http =
    config.appToken === null ? createHttpReceiver({ signingSecret: config.signingSecret ?? '', log, now }) : null;
  const socket =
    config.appToken === null
      ? null
      : createSocketTransport({ appToken: config.appToken, api, log, onLost: () => connection.check() });
  const transport = socket?.transport ?? HTTP_TRANSPORT;
  const connection = createSlackConnection({ verify: api.verify, transport, log });
  let settled: () => Promise<void> = async () => undefined;

  return {
    surface: createSlackSurface({ api, people, files, marked: createMarkedMessages({ api, log }), locale, log, now }),
    router: http?.router ?? null,
    isUp: connection.isUp,
    isStandingBy: lease.isStandingBy,
    needsDatabase: () => socket !== null && lease.isUnanswered(),
    refusedRequests: () => http?.refusedRequests() ?? 0,
    settled: () => settled(),
    start(commands) {
      const receiver = http ?? socket?.receiver;
      if (!receiver) throw new Error('Slack has neither a socket nor an HTTP receiver');
      const app = new App({
        receiver,
        // Known beforehand, so that nothing is asked of Slack before a request is acknowledged.
        authorize: async () => ({ botToken: config.botToken }),
        logger: sdkLog(log),
        clientOptions: api.clientOptions,
        convoStore: false,
        ignoreSelf: false,
      });
      settled = listenToSlack({
        ...commands,
        app,
        api,
        people,
        locale,
        log,
        now,
        answers: createSlackAnswers({ api, files, log, now }),
      }).settled;
      if (socket) lease.start(connection);
      else connection.start();
    },
    async stop() {
      await (socket ? lease : connection).stop();
      await settled();
    },
  };
}

/** Slack calls us: there is nothing to open or to lose. */
const HTTP_TRANSPORT: SlackTransport = {
  open: async () => undefined,
  isOpen: () => true,
  close: async () => undefined,
};
