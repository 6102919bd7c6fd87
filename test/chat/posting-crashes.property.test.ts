import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Connection } from 'mongoose';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createConnectionLease } from '../../src/chat/connection-lease.ts';
import { createDiscordChat } from '../../src/chat/discord/discord-chat.ts';
import { textMessage } from '../../src/chat/message.ts';
import { createChatOutbox, postModel } from '../../src/chat/outbox.ts';
import { createSlackChat } from '../../src/chat/slack/slack-chat.ts';
import type { ChatSurface } from '../../src/chat/surface.ts';
import { createIndexes } from '../../src/database/connection.ts';
import { useSharedDatabase } from '../support/database.ts';
import * as loopbackDiscord from '../support/discord/loopback-discord.ts';
import { killAtWrite } from '../support/interrupt.ts';
import { BOT_TOKEN, HOME_TEAM, type LoopbackSlack, startLoopbackSlack } from '../support/slack/loopback-slack.ts';

/** As long as a dead process holds on to a post, and longer than a lost answer is waited for. */
const CLAIM_MILLISECONDS = 30_000;
const log = pino({ level: 'silent' });
const shared = useSharedDatabase();
const now = () => new Date(clock);
let clock = Date.parse('2026-11-24T17:05:00.000Z');
let slack: LoopbackSlack;
let discord: loopbackDiscord.LoopbackDiscord;

beforeAll(async () => {
  slack = await startLoopbackSlack(now);
  discord = await loopbackDiscord.startLoopbackDiscord();
  discord.guilds.push(loopbackDiscord.loopbackGuild(loopbackDiscord.GUILD_ID, []));
});

afterEach(() => {
  vi.restoreAllMocks();
  expect([...slack.breaches.splice(0), ...discord.breaches.splice(0)]).toEqual([]);
});

afterAll(async () => {
  await slack.stop();
  await discord.stop();
});

/** A chat as this test sees it: the real surface over the real SDK, on the loopback server. */
interface ChatUnderTest {
  name: string;
  workspaceId: string;
  surface(connection: Connection): ChatSurface;
  newChannel(): string;
  /** What people see in a channel, in order. */
  seenIn(channelId: string): string[];
  /** The next post is made, but nobody is told. */
  loseAnswer(): void;
}

let channels = 500_000_000_000_000_000n;

const CHATS: ChatUnderTest[] = [
  {
    name: 'Slack',
    workspaceId: `slack:${HOME_TEAM}`,
    surface(connection) {
      const config = { botToken: BOT_TOKEN, appToken: null, signingSecret: 'secret', apiUrl: slack.apiUrl };
      const lease = createConnectionLease({ connection, chat: 'slack', holderId: 'test', log });
      return createSlackChat({ config, lease, locale: 'pt-BR', log, now }).surface;
    },
    newChannel() {
      channels += 1n;
      slack.channels.push({ id: `C${channels}`, name: String(channels), is_member: true });
      return `C${channels}`;
    },
    seenIn: (channelId) => slack.messages.filter(({ channel }) => channel === channelId).map(({ text }) => text),
    loseAnswer: () => slack.refuse('chat.postMessage', { lost: true }),
  },
  {
    name: 'Discord',
    workspaceId: `discord:${loopbackDiscord.GUILD_ID}`,
    surface(connection) {
      const config = {
        token: loopbackDiscord.BOT_TOKEN,
        applicationId: null,
        publicKey: null,
        apiUrl: discord.apiUrl,
      };
      const lease = createConnectionLease({ connection, chat: 'discord', holderId: 'test', log });
      const chat = createDiscordChat({ config, hasGateway: false, lease, connection, locale: 'pt-BR', log, now });
      return chat.surface;
    },
    newChannel() {
      channels += 1n;
      const [guild] = discord.guilds;
      guild.channels.push({ id: String(channels), name: String(channels), type: 0, permission_overwrites: [] });
      return String(channels);
    },
    seenIn: (channelId) =>
      discord.messages.filter(({ place }) => place === channelId).map(({ body }) => body.embeds[0].description),
    loseAnswer: () => discord.loseAnswers(/^POST \/channels\//, 1),
  },
];

/** One life of a process that posts. */
interface Life {
  /** Which of its writes is its last, and whether that one takes effect. */
  lastWrite: number;
  when: 'before' | 'after';
  losesAnswer: boolean;
  /** Whether the next process knows that this one is gone, as on the embedded engine, or has to wait for its claims to end. */
  knownDead: boolean;
}

const lives = fc.array(
  fc.record<Life>({
    lastWrite: fc.integer({ min: 1, max: 14 }),
    when: fc.constantFrom('before', 'after'),
    losesAnswer: fc.boolean(),
    knownDead: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);

describe.each(CHATS)('posts to $name', (chat) => {
  async function startProcess() {
    const database = await shared.open();
    const { connection } = database;
    const outbox = createChatOutbox({
      connection,
      surfaces: [chat.surface(connection)],
      adminChannels: async function* () {},
      locale: 'pt-BR',
      log,
      now,
      random: () => 0.5,
      async pause(milliseconds) {
        clock += milliseconds;
      },
    });
    await createIndexes(connection);
    return { database, outbox };
  }

  type Process = Awaited<ReturnType<typeof startProcess>>;

  async function enqueueOneEach({ outbox }: Process, posts: ReadonlyMap<string, string[]>): Promise<void> {
    for (const [channelId, keys] of posts) {
      const key = randomUUID();
      keys.push(key);
      await outbox.enqueue({ key, workspaceId: chat.workspaceId, channelId, message: textMessage('neutral', key) });
    }
  }

  /** @returns the process that came after the one that died */
  async function outlive(
    dying: Process,
    posts: ReadonlyMap<string, string[]>,
    { lastWrite, when, losesAnswer, knownDead }: Life,
  ): Promise<Process> {
    if (losesAnswer) chat.loseAnswer();
    killAtWrite(dying.database.connection, lastWrite, when);
    await dying.outbox.drain().catch(() => undefined);
    const next = await startProcess();
    if (knownDead) await next.outbox.releaseClaims();
    await enqueueOneEach(next, posts);
    await next.outbox.drain();
    clock += CLAIM_MILLISECONDS;
    await dying.database.close();
    return next;
  }

  it('are each shown once and in order, wherever a process dies and whichever answers are lost', async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (livesOfProcesses) => {
        const posts = new Map<string, string[]>([
          [chat.newChannel(), []],
          [chat.newChannel(), []],
        ]);
        let process = await startProcess();
        await postModel(process.database.connection).deleteMany({});
        await enqueueOneEach(process, posts);
        for (const life of livesOfProcesses) {
          await enqueueOneEach(process, posts);
          process = await outlive(process, posts, life);
        }
        for (let round = 1; round <= 3; round += 1) {
          await process.outbox.drain();
          clock += CLAIM_MILLISECONDS;
        }
        await process.database.close();
        for (const [channelId, keys] of posts) expect(chat.seenIn(channelId)).toEqual(keys);
      }),
      { numRuns: 25 },
    );
  });
});
