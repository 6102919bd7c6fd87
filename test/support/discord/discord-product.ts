import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { compact } from 'es-toolkit';
import { type Logger, pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { type HttpServer, startHttpServer } from '../../../src/api/http-server.ts';
import { createConnectionLease } from '../../../src/chat/connection-lease.ts';
import { createDiscordChat, type DiscordChat } from '../../../src/chat/discord/discord-chat.ts';
import type { Services } from '../../../src/services.ts';
import { type TestDatabase, useTestDatabase } from '../database.ts';
import { eventually } from '../eventually.ts';
import { commandsOn } from '../product.ts';
import { type Deliver, type DiscordPerson, discordPerson, SALES } from './discord-person.ts';
import {
  APPLICATION_ID,
  BOT_TOKEN,
  GUILD_ID,
  type Json,
  type LoopbackDiscord,
  loopbackGuild,
  MEMBER_ID,
  OTHER_GUILD_ID,
  OWNER_ID,
  type SeenMessage,
  startLoopbackDiscord,
} from './loopback-discord.ts';

/** 24 November 2026, 14:05 in São Paulo. */
export const NOW = new Date('2026-11-24T17:05:00.000Z');
export const WORKSPACE = `discord:${GUILD_ID}`;
export const TEAM = { id: '400000000000000002', name: 'equipe' };
export const OTHER_CHANNEL = { id: '400000000000000009', name: 'canal-alheio' };

/** A channel that the bot may not see. */
export const HIDDEN = { id: '400000000000000003', name: 'diretoria', hidden: true };

/** Channels of kinds to which Sininho never posts. */
export const VOICE = { id: '400000000000000004', name: 'sala de voz', type: 2 };
export const FORUM = { id: '400000000000000005', name: 'dúvidas', type: 15 };

const keys = generateKeyPairSync('ed25519');
export const PUBLIC_KEY = keys.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');

export type Transport = 'gateway' | 'HTTP';
export const TRANSPORTS: readonly Transport[] = ['gateway', 'HTTP'];

export interface DiscordProduct {
  readonly discord: LoopbackDiscord;
  readonly chat: DiscordChat;
  readonly services: Services;
  readonly database: TestDatabase;
  /** Owns the guild. */
  readonly ana: DiscordPerson;
  /** Somebody without a role. */
  readonly bia: DiscordPerson;
  readonly deliver: Deliver;
  /** Where Discord's HTTP requests go. */
  readonly address: string;
  /** What was logged, at least as a warning. */
  readonly log: Json[];
  /** What is seen in answer to an interaction, once it is answered in full. */
  seenAfter(action: () => Promise<string>): Promise<SeenMessage[]>;
  person(id: string, name: string, permissions?: string): DiscordPerson;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Takes away all that there is. */
  empty(): Promise<void>;
}

/** Headers of a request that Discord signed. */
export function signedHeaders(body: string, at: Date, key: KeyObject = keys.privateKey): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  return {
    'content-type': 'application/json',
    'x-signature-timestamp': timestamp,
    'x-signature-ed25519': sign(null, Buffer.from(timestamp + body), key).toString('hex'),
  };
}

/**
 * Every command over the real services, connected to a loopback Discord, for the tests of one file or block.
 * @param token null: there is nothing but the public key, so it takes the transport HTTP
 */
export function useDiscordProduct(
  transport: Transport,
  now: () => Date = () => NOW,
  token: string | null = BOT_TOKEN,
): DiscordProduct {
  const database = useTestDatabase();
  const log: Json[] = [];
  const logger: Logger = pino({ level: 'warn' }, { write: (line: string) => log.push(JSON.parse(line)) });
  let discord: LoopbackDiscord;
  let running: { chat: DiscordChat; services: Services; server: HttpServer } | null = null;

  const deliverByHttp: Deliver = async (interaction) => {
    const body = JSON.stringify(interaction);
    const response = await fetch(`${product.address}/discord/interactions`, {
      method: 'POST',
      headers: signedHeaders(body, now()),
      body,
    });
    expect(response.status).toBe(200);
    const answer: Json = await response.json();
    if (!discord.acknowledgements.has(interaction.token)) discord.noteAcknowledgement(interaction.token, answer);
  };

  function made() {
    if (!running) throw new Error('The product runs only while tests run');
    return running;
  }

  beforeAll(async () => {
    discord = await startLoopbackDiscord();
    discord.guilds.push(
      loopbackGuild(GUILD_ID, [SALES, TEAM, HIDDEN, VOICE, FORUM]),
      loopbackGuild(OTHER_GUILD_ID, [OTHER_CHANNEL]),
    );
    await product.start();
  });

  afterEach(() => {
    expect(discord.breaches.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    await product.stop();
    await discord.stop();
  });

  const deliver: Deliver = async (interaction) => {
    if (transport === 'HTTP') return await deliverByHttp(interaction);
    discord.gateway.dispatch('INTERACTION_CREATE', interaction);
    await eventually(() => expect(discord.requests.join()).toContain(interaction.token));
  };

  function person(id: string, name: string, permissions = '0'): DiscordPerson {
    const hasVerbs = (command: string) => (commands.find((known) => known.name === command)?.verbs.length ?? 0) > 1;
    return discordPerson(deliver, { id, name, permissions }, hasVerbs);
  }

  const product: DiscordProduct = {
    database,
    log,
    deliver,
    person,
    ana: person(OWNER_ID, 'Ana', '8'),
    bia: person(MEMBER_ID, 'Bia'),
    get discord() {
      return discord;
    },
    get chat() {
      return made().chat;
    },
    get services() {
      return made().services;
    },
    get address() {
      return `http://127.0.0.1:${made().server.port}`;
    },

    async start() {
      const chat = createDiscordChat({
        config: { token, applicationId: APPLICATION_ID, publicKey: PUBLIC_KEY, apiUrl: discord.apiUrl },
        hasGateway: true,
        lease: createConnectionLease({
          connection: database.connection,
          chat: 'discord',
          holderId: 'test',
          log: logger,
        }),
        connection: database.connection,
        locale: 'pt-BR',
        log: logger,
        now,
      });
      const { services, ...taking } = commandsOn(database.connection, chat.surface, logger, now);
      await database.prepare();
      const routers = compact([chat.router]);
      const server = await startHttpServer({ host: '127.0.0.1', port: 0, routers, log: logger });
      chat.start({ ...taking, roleOf: services.access.roleOf });
      running = { chat, services, server };
      await eventually(() => expect(chat.isUp()).toBe(true));
    },

    async stop() {
      await made().chat.stop();
      await made().server.close();
      running = null;
    },

    async seenAfter(action) {
      const token = await action();
      await eventually(() => expect(discord.acknowledgements.has(token)).toBe(true));
      await made().chat.settled();
      return discord.messages.filter(({ place }) => place === token);
    },

    async empty() {
      await database.empty();
      discord.messages.length = 0;
      log.length = 0;
    },
  };
  return product;
}
