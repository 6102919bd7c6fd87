import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { ChatUnavailableError } from '../../../src/chat/chat-unavailable.ts';
import { createConnectionLease } from '../../../src/chat/connection-lease.ts';
import { createDiscordChat } from '../../../src/chat/discord/discord-chat.ts';
import { textMessage } from '../../../src/chat/message.ts';
import type { ChatSurface } from '../../../src/chat/surface.ts';
import { isProductError } from '../../../src/text/product-error.ts';
import { SALES } from '../../support/discord/discord-person.ts';
import {
  NOW,
  OTHER_CHANNEL,
  PUBLIC_KEY,
  TEAM,
  useDiscordProduct,
  WORKSPACE,
} from '../../support/discord/discord-product.ts';
import { APPLICATION_ID, BOT_TOKEN, GUILD_ID, MEMBER_ID, OWNER_ID } from '../../support/discord/loopback-discord.ts';
import { eventually } from '../../support/eventually.ts';
import { postDue } from '../../support/product.ts';
import { saleOf } from '../../support/sale.ts';

const POST = /^POST \/channels\//;
const BOT_ROLE = '600000000000000001';
const VIEW = String(1n << 10n);
const log = pino({ level: 'silent' });
const HIDDEN_CHANNEL = '400000000000000003';

let now = NOW;
const product = useDiscordProduct('gateway', () => now);

beforeEach(async () => {
  await product.empty();
});

function postOf(key: string, channelId = SALES.id) {
  return { key, workspaceId: WORKSPACE, channelId, message: textMessage('neutral', key) };
}

function posted(channelId = SALES.id): string[] {
  return product.discord.messages
    .filter(({ place }) => place === channelId)
    .map(({ body }) => body.embeds[0].description);
}

async function errorOf(action: Promise<unknown>): Promise<unknown> {
  return await action.then(
    () => null,
    (error: unknown) => error,
  );
}

/** Where the first admin that can be reached reads alone. @param admins ids of people */
async function adminChannel(surface: ChatSurface, admins: readonly string[] = []): Promise<string> {
  for await (const channelId of surface.adminChannels?.(WORKSPACE, admins) ?? []) return channelId;
  return '';
}

describe('posting to Discord', () => {
  it('offers the channels in which the bot may post', async () => {
    expect(await product.services.channels(WORKSPACE)).toEqual([TEAM, SALES]);
    expect(await product.services.channels('discord:200000000000000009')).toEqual([]);
  });

  it('asks for the one intent that tells of guilds and their channels', () => {
    expect(product.discord.gateway.intents()).toBe(1);
  });

  it('posts a sale to the channel of its store, without mentioning anybody', async () => {
    const store = await product.services.stores.create(WORKSPACE, {
      name: 'Loja de @everyone <@1>',
      platform: 'assiny',
      channelId: SALES.id,
    });
    await saleOf(product, store, NOW);
    await postDue(product.services);
    await eventually(() => expect(product.discord.messages).toHaveLength(1));
    const [message] = product.discord.messages;
    expect(message).toMatchObject({ place: SALES.id, isPrivate: false, body: { allowed_mentions: { parse: [] } } });
    expect(JSON.stringify(message?.body)).toContain('\\\\<@1>');
  });

  it('posts a key once, also when the first answer was lost', async () => {
    const { surface } = product.chat;
    product.discord.loseAnswers(POST, 1);
    await errorOf(surface.post(postOf('once')));
    await surface.post(postOf('once'));
    expect(posted()).toEqual(['once']);
  });

  it('posts everything once and in order when it is stopped in the middle and started again', async () => {
    for (let post = 1; post <= 5; post += 1) await product.services.outbox.enqueue(postOf(`post ${post}`));
    product.discord.loseAnswers(POST, 1);
    const draining = product.services.outbox.drain();
    await eventually(() => expect(posted().length).toBeGreaterThan(0));
    await product.stop();
    await draining;
    await product.start();
    await eventually(async () => {
      now = new Date(now.getTime() + 60_000);
      await product.services.outbox.drain();
      expect(posted()).toHaveLength(5);
    });
    expect(posted()).toEqual([1, 2, 3, 4, 5].map((post) => `post ${post}`));
  });

  it('waits out a storm of 429 and loses nothing', async () => {
    product.discord.limit(POST, 5);
    for (let post = 1; post <= 3; post += 1) await product.services.outbox.enqueue(postOf(`storm ${post}`));
    expect(await product.services.outbox.drain()).toBe(3);
    expect(posted()).toEqual(['storm 1', 'storm 2', 'storm 3']);
  });

  it.each([
    ['10003', '499999999999999999'],
    ['50001', HIDDEN_CHANNEL],
    ['another guild', OTHER_CHANNEL.id],
  ])('gives a channel up that can never be reached (%s)', async (_code, channelId) => {
    const error = await errorOf(product.chat.surface.post(postOf('lost', channelId)));
    expect(isProductError(error, 'channel_unreachable')).toBe(true);
  });

  it.each([
    ['without permission', 403, 50_013],
    ['that takes no messages', 400, 50_008],
  ])('gives a channel up %s (%i %i)', async (_why, status, code) => {
    product.discord.fail(POST, 1, status, code);
    const error = await errorOf(product.chat.surface.post(postOf('lost')));
    expect(isProductError(error, 'channel_unreachable')).toBe(true);
  });

  it('tries again when Discord is down or does not take the token', async () => {
    product.discord.token = 'another token';
    const error = await errorOf(product.chat.surface.post(postOf('later')));
    product.discord.token = BOT_TOKEN;
    expect(error).toBeInstanceOf(ChatUnavailableError);
    await product.chat.surface.post(postOf('later'));
    expect(posted()).toEqual(['later']);
  });

  it('knows the people of a guild, and tells its owner alone', async () => {
    const { surface } = product.chat;
    expect(await surface.person?.(WORKSPACE, OWNER_ID)).toEqual({ id: OWNER_ID, name: 'Ana' });
    expect(await surface.person?.(WORKSPACE, '<@300000000000000002>')).toEqual({
      id: '300000000000000002',
      name: 'Bia',
    });
    expect(await surface.person?.(WORKSPACE, '399999999999999999')).toBeNull();
    expect(await surface.person?.(WORKSPACE, 'ana')).toBeNull();
    const channel = await adminChannel(surface);
    await surface.post(postOf('for the owner', channel));
    expect(posted(channel)).toEqual(['for the owner']);
  });

  it('passes over an admin who is not in Discord any more', async () => {
    const { surface } = product.chat;
    const gone = '399999999999999999';
    expect(await adminChannel(surface, [gone])).toBe(await adminChannel(surface));
    expect(await adminChannel(surface, [MEMBER_ID, gone])).toBe(await adminChannel(surface, [MEMBER_ID]));
  });
});

describe('a process without the gateway', () => {
  function surfaceWith(token: string | null): ChatSurface {
    const { connection } = product.database;
    const lease = createConnectionLease({ connection, chat: 'discord', holderId: 'another', log });
    const config = { token, applicationId: APPLICATION_ID, publicKey: PUBLIC_KEY, apiUrl: product.discord.apiUrl };
    const chat = createDiscordChat({ config, hasGateway: false, lease, connection, locale: 'pt-BR', log });
    return chat.surface;
  }

  it('asks Discord for the channels in which the bot may post, once for a command', async () => {
    const surface = surfaceWith(BOT_TOKEN);
    product.discord.requests.length = 0;
    expect(await Promise.all([surface.channels(WORKSPACE), surface.channels(WORKSPACE)])).toEqual([
      [TEAM, SALES],
      [TEAM, SALES],
    ]);
    expect(product.discord.requests).toHaveLength(4);
    expect(await surface.channels('discord:200000000000000009')).toEqual([]);
  });

  it.each([
    ['a role of the bot allows what everybody is denied', 'role', { deny: VIEW }, { allow: VIEW }, true],
    ['the bot itself is denied it', 'member', {}, { deny: VIEW }, false],
    ['another role allows it', 'other role', { deny: VIEW }, { allow: VIEW }, false],
  ])('reckons permissions as Discord does: %s', async (_what, whose, everybody, more, isOpen) => {
    const [guild] = product.discord.guilds;
    const id = { role: BOT_ROLE, member: APPLICATION_ID, 'other role': '600000000000000002' }[whose];
    const nothing = { type: 0, allow: '0', deny: '0' };
    const overwrites = [
      { ...nothing, id: GUILD_ID, ...everybody },
      { ...nothing, id, ...more },
    ];
    const channel = { id: '400000000000000007', name: 'aba', type: 0, position: 9, permission_overwrites: overwrites };
    guild.channels.push(channel);
    product.discord.botRoles.push(BOT_ROLE);
    const channels = await surfaceWith(BOT_TOKEN).channels(WORKSPACE);
    guild.channels.pop();
    product.discord.botRoles.pop();
    expect(channels.some(({ name }) => name === 'aba')).toBe(isOpen);
  });

  it('posts to the channels of a guild, and to no other guild’s for it', async () => {
    const surface = surfaceWith(BOT_TOKEN);
    await surface.post(postOf('ours'));
    await surface.post(postOf('ours again'));
    expect(posted()).toEqual(['ours', 'ours again']);
    const error = await errorOf(surface.post(postOf('theirs', OTHER_CHANNEL.id)));
    expect(isProductError(error, 'channel_unreachable')).toBe(true);
    expect(posted(OTHER_CHANNEL.id)).toEqual([]);
  });

  it('tells the owner alone', async () => {
    const surface = surfaceWith(BOT_TOKEN);
    const channel = await adminChannel(surface);
    await surface.post(postOf('for the owner, without the gateway', channel));
    expect(posted(channel)).toEqual(['for the owner, without the gateway']);
  });

  it('offers no channel while Discord is away, nor without a token', async () => {
    product.discord.token = 'another token';
    expect(await surfaceWith(BOT_TOKEN).channels(WORKSPACE)).toEqual([]);
    product.discord.token = BOT_TOKEN;
    product.discord.requests.length = 0;
    expect(await surfaceWith(null).channels(WORKSPACE)).toEqual([]);
    expect(product.discord.requests).toEqual([]);
  });
});
