import { compact } from 'es-toolkit';
import { type Logger, pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type HttpServer, startHttpServer } from '../../../src/api/http-server.ts';
import { createConnectionLease } from '../../../src/chat/connection-lease.ts';
import { createSlackChat, type SlackChat } from '../../../src/chat/slack/slack-chat.ts';
import type { Services } from '../../../src/services.ts';
import { type TestDatabase, useTestDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';
import { commandsOn } from '../product.ts';
import {
  APP_TOKEN,
  BOT_TOKEN,
  type Json,
  type LoopbackSlack,
  SIGNING_SECRET,
  signedHeaders,
  startLoopbackSlack,
} from './loopback-slack.ts';
import { type Deliver, SALES, type SlackPersonActions, slackPerson } from './slack-person.ts';

/** 24 November 2026, 14:05 in São Paulo. */
export const NOW = new Date('2026-11-24T17:05:00.000Z');
export const TEAM_CHANNEL = { id: 'C0TEAM', name: 'equipe' };
/** A channel that the app was not invited to. */
export const STRANGE_CHANNEL = { id: 'C0STRANGE', name: 'diretoria' };

export type Transport = 'Socket Mode' | 'HTTP';
export const TRANSPORTS: readonly Transport[] = ['Socket Mode', 'HTTP'];

export interface SlackProduct {
  readonly slack: LoopbackSlack;
  readonly chat: SlackChat;
  readonly services: Services;
  readonly database: TestDatabase;
  /** The admin of the team, who types and presses. */
  readonly ana: SlackPersonActions;
  /** Somebody without a role. */
  readonly bia: SlackPersonActions;
  readonly deliver: Deliver;
  /** Where Slack's HTTP requests go. */
  readonly address: string;
  /** What was logged as a fault. */
  readonly faults: Json[];
  /** Does something and resolves once it is answered in full. */
  answered(action: () => Promise<Json>): Promise<Json>;
  /** Stops the product and starts another one on the same database and Slack. */
  restart(): Promise<void>;
  /** Takes away all that there is. */
  empty(): Promise<void>;
}

/** Every command over the real services, connected to a loopback Slack, for the tests of one file or block. */
export function useSlackProduct(transport: Transport, now: () => Date = () => NOW): SlackProduct {
  const database = useTestDatabase();
  const faults: Json[] = [];
  const log: Logger = pino({ level: 'error' }, { write: (line: string) => faults.push(JSON.parse(line)) });
  let slack: LoopbackSlack;
  let running: { chat: SlackChat; services: Services; server: HttpServer } | null = null;

  const deliverByHttp: Deliver = async ({ type, payload }) => {
    const isForm = type === 'slash_commands' || type === 'interactive';
    const fields = type === 'interactive' ? { payload: JSON.stringify(payload) } : payload;
    const body = isForm ? new URLSearchParams(fields).toString() : JSON.stringify(payload);
    const response = await fetch(`${product.address}/slack/events`, {
      method: 'POST',
      headers: {
        'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
        ...signedHeaders(body, now()),
      },
      body,
    });
    expect(response.status).toBe(200);
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  };

  async function start(): Promise<void> {
    const chat = createSlackChat({
      config: {
        botToken: BOT_TOKEN,
        appToken: transport === 'HTTP' ? null : APP_TOKEN,
        signingSecret: SIGNING_SECRET,
        apiUrl: slack.apiUrl,
      },
      lease: createConnectionLease({ connection: database.connection, chat: 'slack', holderId: 'test', log }),
      locale: 'pt-BR',
      log,
      now,
    });
    const { services, ...taking } = commandsOn(database.connection, chat.surface, log, now);
    await database.prepare();
    const server = await startHttpServer({ host: '127.0.0.1', port: 0, routers: compact([chat.router]), log });
    chat.start({
      ...taking,
      access: services.access,
      channels: services.channels,
      storeReferences: async (workspaceId) => (await services.stores.list(workspaceId)).map(({ name }) => name),
    });
    running = { chat, services, server };
    await eventually(() => expect(chat.isUp()).toBe(true));
  }

  async function stop(): Promise<void> {
    await running?.chat.stop();
    await running?.server.close();
    running = null;
  }

  function made() {
    if (!running) throw new Error('The product runs only while tests run');
    return running;
  }

  beforeAll(async () => {
    slack = await startLoopbackSlack(now);
    for (const channel of [SALES, TEAM_CHANNEL]) slack.channels.push({ ...channel, is_member: true });
    slack.channels.push({ ...STRANGE_CHANNEL, is_member: false });
    const ana = { id: 'U0ANA', real_name: 'Ana', is_admin: true, is_primary_owner: true, locale: 'pt-BR' };
    slack.people.set('U0ANA', ana);
    slack.people.set('U0BIA', { id: 'U0BIA', real_name: 'Bia', is_admin: false, locale: 'pt-BR' });
    slack.people.set('U0ENG', { id: 'U0ENG', real_name: 'Eve', is_admin: true, locale: 'en-GB' });
    await start();
  });

  afterEach(() => {
    expect(slack.breaches.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    await stop();
    await slack.stop();
  });

  const deliver: Deliver = async (request) =>
    transport === 'HTTP' ? await deliverByHttp(request) : await slack.deliverBySocket(request);

  const product: SlackProduct = {
    database,
    faults,
    deliver,
    get slack() {
      return slack;
    },
    get chat() {
      return made().chat;
    },
    get services() {
      return made().services;
    },
    get ana() {
      return slackPerson(slack, deliver, 'U0ANA');
    },
    get bia() {
      return slackPerson(slack, deliver, 'U0BIA');
    },
    get address() {
      return `http://127.0.0.1:${made().server.port}`;
    },
    async answered(action) {
      const before = slack.effects();
      const acknowledgement = await action();
      await eventually(() => expect(slack.effects()).toBeGreaterThan(before));
      await made().chat.settled();
      return acknowledgement;
    },
    async restart() {
      await stop();
      await start();
    },
    async empty() {
      await database.empty();
      slack.messages.length = 0;
      slack.files.length = 0;
      slack.views.clear();
      faults.length = 0;
    },
  };
  return product;
}
