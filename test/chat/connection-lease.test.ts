import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mongoose';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ConnectionLease, createConnectionLease } from '../../src/chat/connection-lease.ts';
import { createDiscordChat, type DiscordChat } from '../../src/chat/discord/discord-chat.ts';
import { createSlackChat, type SlackChat } from '../../src/chat/slack/slack-chat.ts';
import { readConfig } from '../../src/config.ts';
import { createIndexes, type Database } from '../../src/database/connection.ts';
import { type Product, startProduct } from '../../src/start.ts';
import { useSharedDatabase } from '../support/database.ts';
import { discordPerson } from '../support/discord/discord-person.ts';
import * as loopbackDiscord from '../support/discord/loopback-discord.ts';
import { commandsOn } from '../support/product.ts';
import { APP_TOKEN, BOT_TOKEN, type LoopbackSlack, startLoopbackSlack } from '../support/slack/loopback-slack.ts';
import { SALES, slackPerson } from '../support/slack/slack-person.ts';

const WAIT = { timeout: 15_000, interval: 10 };
const START = Date.parse('2026-11-24T17:05:00.000Z');
const log = pino({ level: 'silent' });
const shared = useSharedDatabase();

let slack: LoopbackSlack;
let discord: loopbackDiscord.LoopbackDiscord;
/** Commands so far; each has one answer in the end. */
let asked = 0;

beforeEach(async () => {
  asked = 0;
  slack = await startLoopbackSlack();
  slack.channels.push({ ...SALES, is_member: true });
  slack.people.set('U0ANA', { id: 'U0ANA', real_name: 'Ana', is_owner: true, locale: 'pt-BR' });
  discord = await loopbackDiscord.startLoopbackDiscord();
  discord.guilds.push(loopbackDiscord.loopbackGuild(loopbackDiscord.GUILD_ID, [{ id: '4', name: 'vendas' }]));
});

afterEach(async () => {
  await slack.stop();
  await discord.stop();
  expect([...slack.breaches, ...discord.breaches]).toEqual([]);
  expect(slack.messages.length + discord.messages.length).toBe(asked);
});

/** Types `/ajuda` in Slack and waits for the answer. */
async function askInSlack(): Promise<void> {
  asked += 1;
  const before = slack.messages.length;
  await slackPerson(slack, (request) => slack.deliverBySocket(request), 'U0ANA').type('/ajuda');
  await vi.waitFor(() => expect(slack.messages.length).toBeGreaterThan(before), WAIT);
}

/** The same in Discord. */
async function askInDiscord(): Promise<void> {
  asked += 1;
  const before = discord.messages.length;
  const ana = discordPerson(
    async (interaction) => discord.gateway.dispatch('INTERACTION_CREATE', interaction),
    { id: loopbackDiscord.OWNER_ID, name: 'Ana', permissions: '8' },
    () => false,
  );
  await ana.run('ajuda');
  await vi.waitFor(() => expect(discord.messages.length).toBeGreaterThan(before), WAIT);
}

function startSlack({ connection }: Database, lease: ConnectionLease): SlackChat {
  const config = { botToken: BOT_TOKEN, appToken: APP_TOKEN, signingSecret: null, apiUrl: slack.apiUrl };
  const chat = createSlackChat({ config, lease, locale: 'pt-BR', log });
  const { services, ...taking } = commandsOn(connection, chat.surface, log);
  const { access, channels } = services;
  chat.start({ ...taking, access, channels, storeReferences: async () => [] });
  return chat;
}

function startDiscord({ connection }: Database, lease: ConnectionLease): DiscordChat {
  const { BOT_TOKEN: token, APPLICATION_ID: applicationId } = loopbackDiscord;
  const config = { token, applicationId, publicKey: null, apiUrl: discord.apiUrl };
  const chat = createDiscordChat({ config, hasGateway: true, lease, connection, locale: 'pt-BR', log });
  const { services, ...taking } = commandsOn(connection, chat.surface, log);
  chat.start({ ...taking, roleOf: services.access.roleOf });
  return chat;
}

describe.each([
  {
    name: 'slack',
    startChat: startSlack,
    ask: askInSlack,
    connections: () => slack.sockets(),
    most: () => slack.mostSockets(),
  },
  {
    name: 'discord',
    startChat: startDiscord,
    ask: askInDiscord,
    connections: () => Number(discord.gateway.isConnected()),
    most: () => discord.gateway.mostConnections(),
  },
])('two processes on one database, connected to $name', ({ name, startChat, ask, connections, most }) => {
  let clock = START;
  let chats: (SlackChat | DiscordChat)[] = [];

  function leaseOn(connection: Connection): ConnectionLease {
    const now = () => new Date(clock);
    return createConnectionLease({ connection, chat: name, holderId: randomUUID(), log, now, lookMilliseconds: 10 });
  }

  async function startOne() {
    const database = await shared.open();
    const chat = startChat(database, leaseOn(database.connection));
    await createIndexes(database.connection);
    chats.push(chat);
    await vi.waitFor(() => expect(chat.isUp() || chat.isStandingBy()).toBe(true), WAIT);
    return { chat, database };
  }

  beforeEach(async () => {
    clock = START;
    chats = [];
    await (await shared.open()).connection.collection('connectionleases').deleteMany({});
  });

  afterEach(async () => {
    for (const chat of chats) await chat.stop();
    expect(most()).toBe(1);
  });

  it('lets one connect, and the other as soon as it stops, and each command is answered once', async () => {
    const first = await startOne();
    const second = await startOne();
    expect([first.chat.isUp(), first.chat.isStandingBy()]).toEqual([true, false]);
    expect([second.chat.isUp(), second.chat.isStandingBy()]).toEqual([false, true]);
    expect([first.chat.needsDatabase(), second.chat.needsDatabase()]).toEqual([false, false]);
    await ask();
    await first.chat.stop();
    await vi.waitFor(() => expect(second.chat.isUp()).toBe(true), WAIT);
    expect(second.chat.isStandingBy()).toBe(false);
    await ask();
  });

  it('lets another take over from one that died, twenty seconds after its last word', async () => {
    const dead = await shared.open();
    const start = vi.fn();
    const lease = leaseOn(dead.connection);
    lease.start({ start, stop: async () => undefined });
    await vi.waitFor(() => expect(start).toHaveBeenCalledOnce(), WAIT);
    await dead.close();
    clock = START + 19_999;
    const { chat } = await startOne();
    expect(chat.isStandingBy()).toBe(true);
    clock = START + 20_000;
    await vi.waitFor(() => expect(chat.isUp()).toBe(true), WAIT);
    await ask();
    await lease.stop();
  });

  it('stays connected without the database until its lease is nearly over, and connects again after the other', async () => {
    const first = await startOne();
    const second = await startOne();
    await first.database.connection.close();
    clock = START + 14_999;
    expect([first.chat.isUp(), connections()]).toEqual([true, 1]);
    clock = START + 15_000;
    await vi.waitFor(() => expect([first.chat.isUp(), connections()]).toEqual([false, 0]), WAIT);
    expect([first.chat.isStandingBy(), second.chat.isStandingBy()]).toEqual([false, true]);
    expect([first.chat.needsDatabase(), second.chat.needsDatabase()]).toEqual([true, false]);
    clock = START + 20_000;
    await vi.waitFor(() => expect(second.chat.isUp()).toBe(true), WAIT);
    await ask();
    await first.database.connection.openUri(shared.uri, { autoIndex: false, autoCreate: false });
    await vi.waitFor(() => expect(first.chat.isStandingBy()).toBe(true), WAIT);
    await second.chat.stop();
    await vi.waitFor(() => expect(first.chat.isUp()).toBe(true), WAIT);
    await ask();
  });

  it('keeps its lease while it is renewed', async () => {
    const first = await startOne();
    const second = await startOne();
    const leases = first.database.connection.collection('connectionleases');
    for (let seconds = 10; seconds <= 60; seconds += 10) {
      clock = START + seconds * 1_000;
      await vi.waitFor(
        async () => expect(await leases.findOne()).toMatchObject({ leasedUntil: new Date(clock + 20_000) }),
        WAIT,
      );
    }
    expect([first.chat.isUp(), second.chat.isStandingBy()]).toEqual([true, true]);
  });
});

describe('whole products', () => {
  const running: Product[] = [];
  const directories: string[] = [];

  async function start(databaseUri: string): Promise<Product> {
    const directory = await mkdtemp(join(tmpdir(), 'sininho-lease-'));
    directories.push(directory);
    const config = readConfig({
      PORT: '0',
      DATA_DIR: directory,
      MONGODB_URI: databaseUri,
      SLACK_BOT_TOKEN: BOT_TOKEN,
      SLACK_APP_TOKEN: APP_TOKEN,
      SLACK_API_URL: slack.apiUrl,
      DISCORD_TOKEN: loopbackDiscord.BOT_TOKEN,
      DISCORD_API_URL: discord.apiUrl,
    });
    const product = await startProduct(config, log);
    running.push(product);
    return product;
  }

  async function standsBy({ localUrl }: Product, chats: string[]): Promise<void> {
    await vi.waitFor(async () => {
      const response = await fetch(`${localUrl}/readyz`);
      expect([response.status, await response.json()]).toEqual([200, { ok: true, missing: [], standingBy: chats }]);
    }, WAIT);
  }

  beforeEach(async () => {
    await (await shared.open()).connection.collection('connectionleases').deleteMany({});
  });

  afterEach(async () => {
    for (const product of running.splice(0)) await product.stop();
    for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
  });

  it('blame the database, not the chats, while it does not say whether they may connect', async () => {
    const { localUrl, ready } = await start('mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100');
    const response = await fetch(`${localUrl}/readyz`);
    expect([response.status, await response.json()]).toEqual([
      503,
      {
        ok: false,
        missing: ['database', 'slack', 'discord'].map((name) => ({
          name,
          remedy: expect.stringContaining('MONGODB_URI'),
        })),
        standingBy: [],
      },
    ]);
    await running.shift()?.stop();
    expect(await ready).toBe(false);
  });

  it('on one database are both ready, one connected and one standing by, until the first stops', async () => {
    const first = await start(shared.uri);
    await standsBy(first, []);
    const second = await start(shared.uri);
    await standsBy(second, ['slack', 'discord']);
    await askInSlack();
    await askInDiscord();
    await running.shift()?.stop();
    await standsBy(second, []);
    await askInSlack();
    await askInDiscord();
    expect([slack.mostSockets(), discord.gateway.mostConnections()]).toEqual([1, 1]);
  });
});
