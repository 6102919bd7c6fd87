import mongoose from 'mongoose';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ChatUnavailableError } from '../../src/chat/chat-unavailable.ts';
import { textMessage } from '../../src/chat/message.ts';
import { createChatOutbox, postModel } from '../../src/chat/outbox.ts';
import type { ChannelPost, ChatSurface } from '../../src/chat/surface.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { useTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { recordingSurface } from '../support/product.ts';

const log = pino({ level: 'silent' });

describe('the chat outbox', () => {
  const database = useTestDatabase();

  async function* adminChannels() {
    yield 'admin';
    yield 'other admin';
  }

  async function outboxOn(surface: ChatSurface, pause?: (milliseconds: number) => Promise<void>) {
    const clock = { time: Date.parse('2026-11-10T15:00:00Z') };
    const make = (on = surface) =>
      createChatOutbox({
        connection: database.connection,
        surfaces: [on],
        adminChannels,
        locale: 'pt-BR',
        log,
        now: () => new Date(clock.time),
        random: () => 0.5,
        ...(pause ? { pause } : {}),
      });
    const outbox = make();
    await database.prepare();
    await postModel(database.connection).deleteMany({});
    await database.connection.collection('unreachablechannels').deleteMany({});
    return { outbox, make, clock };
  }

  function post(key: string, channelId = 'vendas'): ChannelPost {
    return { key, workspaceId: 'console', channelId, message: textMessage('neutral', key) };
  }

  it('makes a post once, however often it is put in and whoever drains', async () => {
    const surface = recordingSurface();
    const calls: string[] = [];
    const counting: ChatSurface = {
      ...surface,
      async post(made) {
        calls.push(made.key);
      },
    };
    const { outbox, make } = await outboxOn(counting);
    const keys = Array.from({ length: 40 }, (_, index) => `post-${index}`);
    await Promise.all([...keys, ...keys].map((key) => outbox.enqueue(post(key))));
    await Promise.all([outbox.drain(), make().drain(), make().drain()]);
    expect([...calls].sort()).toEqual([...keys].sort());
    expect(await outbox.drain()).toBe(0);
  });

  it('keeps the order within a channel and its pace', async () => {
    const surface = { ...recordingSurface(), postIntervalMilliseconds: 1_000 };
    const pauses: number[] = [];
    const { outbox } = await outboxOn(surface, async (milliseconds) => {
      pauses.push(milliseconds);
    });
    for (const key of ['one', 'two', 'three']) await outbox.enqueue(post(key));
    await outbox.enqueue(post('elsewhere', 'equipe'));
    await outbox.drain();
    expect(surface.posts.filter(({ channelId }) => channelId === 'vendas').map(({ key }) => key)).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect(pauses).toEqual([1_000, 1_000]);
  });

  it('tries again later with growing waits after a fault that may pass', async () => {
    const recording = recordingSurface();
    let faults = 2;
    const flaky: ChatSurface = {
      ...recording,
      async post(made) {
        faults -= 1;
        if (faults >= 0) throw new Error('502');
        await recording.post(made);
      },
    };
    const { outbox, clock } = await outboxOn(flaky);
    await outbox.enqueue(post('patient'));
    await outbox.drain();
    clock.time += 500;
    await outbox.drain();
    expect(recording.posts).toHaveLength(0);
    clock.time += 500;
    await outbox.drain();
    clock.time += 2_000;
    await outbox.drain();
    expect(recording.posts.map(({ key }) => key)).toEqual(['patient']);
  });

  it('gives up at once on a channel that cannot be reached, and says so', async () => {
    const closed: ChatSurface = {
      ...recordingSurface(),
      async post() {
        throw new ProductError('channel_unreachable', { channel: 'vendas' });
      },
    };
    const { outbox } = await outboxOn(closed);
    await outbox.enqueue(post('lost'));
    await outbox.drain();
    expect((await outbox.statusOf(['lost'])).get('lost')).toBe('failed');
    expect(await outbox.lastPost('console', 'vendas')).toMatchObject({ status: 'failed' });
  });

  it('is taken over by another worker when the one that claimed a post died', async () => {
    const surface = recordingSurface();
    const { outbox, make, clock } = await outboxOn(surface);
    await outbox.enqueue(post('orphan'));
    await postModel(database.connection).updateOne(
      { key: 'orphan' },
      { $set: { claimId: new mongoose.Types.ObjectId().toHexString(), availableAt: new Date(clock.time + 30_000) } },
    );
    expect(await make().drain()).toBe(0);
    clock.time += 30_000;
    expect(await make().drain()).toBe(1);
    expect(surface.posts.map(({ key }) => key)).toEqual(['orphan']);
  });

  it('makes what a dead process had claimed before what came after it, once that process is known to be gone', async () => {
    const recording = recordingSurface();
    const { outbox, make, clock } = await outboxOn({ ...recording, post: () => new Promise(() => undefined) });
    for (const key of ['one', 'two', 'three']) await outbox.enqueue(post(key));
    void outbox.drain();
    const claimed = { status: 'waiting' as const, claimId: { $ne: null } };
    await eventually(async () => expect(await postModel(database.connection).countDocuments(claimed)).toBe(3));
    clock.time += 1_500;
    const next = make(recording);
    await next.enqueue(post('four'));
    await next.releaseClaims();
    await next.drain();
    expect(recording.posts.map(({ key }) => key)).toEqual(['one', 'two', 'three', 'four']);
  });

  it('leaves a busy chat alone for as long as it asks, however often, and then posts everything in order', async () => {
    const recording = recordingSurface();
    let busy = true;
    let calls = 0;
    const stormy: ChatSurface = {
      ...recording,
      async post(made) {
        calls += 1;
        if (busy) throw new ChatUnavailableError('ratelimited', 30_000);
        await recording.post(made);
      },
    };
    const { outbox, clock } = await outboxOn(stormy);
    const keys = Array.from({ length: 12 }, (_, index) => `storm-${index}`);
    for (const key of keys) await outbox.enqueue(post(key));
    for (let storm = 1; storm <= 6; storm += 1) {
      await outbox.drain();
      await outbox.drain();
      clock.time += 29_999;
      await outbox.drain();
      clock.time += 1;
    }
    expect(recording.posts).toEqual([]);
    // Twelve wait, in rounds of five: three calls in the first round at most, and then one for what is due at once.
    expect(calls).toBeLessThanOrEqual(6 * 3);
    busy = false;
    await outbox.drain();
    expect(recording.posts.map(({ key }) => key)).toEqual(keys);
  });

  it('lets no later post overtake one that waits for its chat, also when more come meanwhile', async () => {
    const recording = recordingSurface();
    let busy = true;
    const surface: ChatSurface = {
      ...recording,
      async post(made) {
        if (busy) throw new ChatUnavailableError('busy', 5_000);
        await recording.post(made);
      },
    };
    const { outbox, clock } = await outboxOn(surface);
    const keys = Array.from({ length: 12 }, (_, index) => `post ${index}`);
    for (const key of keys.slice(0, 9)) await outbox.enqueue(post(key));
    await outbox.drain();
    busy = false;
    for (const key of keys.slice(9)) await outbox.enqueue(post(key));
    clock.time += 4_000;
    expect(await outbox.drain()).toBe(0);
    clock.time += 1_000;
    await outbox.drain();
    expect(recording.posts.map(({ key }) => key)).toEqual(keys);
  });

  it('gives up on news that is a day old', async () => {
    const away: ChatSurface = {
      ...recordingSurface(),
      async post() {
        throw new ChatUnavailableError('no answer');
      },
    };
    const { outbox, clock } = await outboxOn(away);
    await outbox.enqueue(post('old'));
    for (let hours = 0; hours < 24; hours += 3) {
      await outbox.drain();
      expect((await outbox.statusOf(['old'])).get('old')).toBe('waiting');
      clock.time += 3 * 60 * 60_000;
    }
    clock.time += 1;
    await outbox.drain();
    expect((await outbox.statusOf(['old'])).get('old')).toBe('failed');
  });

  it('tells an admin once that a channel is lost, and again when it was found and lost again', async () => {
    const recording = recordingSurface();
    let isLost = true;
    const flaky: ChatSurface = {
      ...recording,
      async post(made) {
        if (isLost && made.channelId === 'vendas') throw new ProductError('channel_unreachable', { channel: 'vendas' });
        await recording.post(made);
      },
    };
    const { outbox, clock } = await outboxOn(flaky);
    const notices = () => recording.posts.filter(({ channelId }) => channelId === 'admin');
    for (const key of ['a', 'b', 'c']) await outbox.enqueue(post(key));
    await outbox.drain();
    await outbox.enqueue(post('d'));
    await outbox.drain();
    expect(notices()).toHaveLength(1);
    expect(JSON.stringify(notices())).toContain('#vendas');
    expect([...(await outbox.statusOf(['a', 'b', 'c', 'd'])).values()]).toEqual(Array(4).fill('failed'));
    isLost = false;
    await outbox.enqueue(post('e'));
    await outbox.drain();
    isLost = true;
    clock.time += 1_000;
    await outbox.enqueue(post('f'));
    await outbox.drain();
    expect(notices()).toHaveLength(2);
  });

  describe('when an admin cannot be reached either', () => {
    async function losing(...channels: string[]) {
      const recording = recordingSurface();
      const lost = new Set(channels);
      const { outbox, clock } = await outboxOn({
        ...recording,
        async post(made) {
          if (lost.has(made.channelId)) throw new ProductError('channel_unreachable', { channel: made.channelId });
          await recording.post(made);
        },
      });
      async function postTo(channelId: string): Promise<void> {
        clock.time += 1_000;
        await outbox.enqueue(post(`${channelId} at ${clock.time}`, channelId));
        for (let round = 0; round < 4; round += 1) await outbox.drain();
      }
      const told = (channelId: string) =>
        recording.posts.filter((made) => made.channelId === channelId).map(({ message }) => JSON.stringify(message));
      return { lost, postTo, told };
    }

    it('tells the next one, once', async () => {
      const { postTo, told } = await losing('vendas', 'admin');
      await postTo('vendas');
      await postTo('vendas');
      expect(told('other admin')).toEqual([expect.stringContaining('#vendas')]);
      expect(told('admin')).toEqual([]);
      await postTo('vendas');
      expect(told('other admin')).toHaveLength(1);
    });

    it('asks the first one again when there is no other', async () => {
      const { lost, postTo, told } = await losing('vendas', 'equipe', 'admin', 'other admin');
      await postTo('vendas');
      lost.delete('admin');
      await postTo('vendas');
      expect(told('admin')).toEqual([]);
      await postTo('equipe');
      expect(told('admin')).toContainEqual(expect.stringContaining('#equipe'));
      await postTo('vendas');
      expect(told('admin')).toContainEqual(expect.stringContaining('#vendas'));
      expect(told('admin')).toHaveLength(2);
    });
  });

  it('makes the posts of the last day that a lost channel had refused, once it takes one again', async () => {
    const recording = recordingSurface();
    let isLost = true;
    const { outbox, clock } = await outboxOn({
      ...recording,
      async post(made) {
        if (isLost && made.channelId === 'vendas') throw new ProductError('channel_unreachable', { channel: 'vendas' });
        await recording.post(made);
      },
    });
    const made = () => recording.posts.filter(({ channelId }) => channelId === 'vendas').map(({ key }) => key);
    await outbox.enqueue(post('too old'));
    await outbox.drain();
    clock.time += 24 * 60 * 60_000;
    for (const key of ['a', 'b']) await outbox.enqueue(post(key));
    await outbox.drain();
    isLost = false;
    await outbox.drain();
    expect(made()).toEqual([]);
    clock.time += 1_000;
    await outbox.enqueue(post('c'));
    await outbox.drain();
    await outbox.drain();
    expect(made()).toEqual(['c', 'a', 'b']);
  });

  it('lets no channel wait for another one that is slow', async () => {
    const order: string[] = [];
    const slow: ChatSurface = {
      ...recordingSurface(),
      postIntervalMilliseconds: 1_000,
      async post({ key }) {
        order.push(key);
      },
    };
    const { outbox } = await outboxOn(slow, async () => undefined);
    for (let index = 0; index < 40; index += 1) await outbox.enqueue(post(`busy-${index}`));
    await outbox.enqueue(post('quiet', 'equipe'));
    await outbox.drain();
    expect(order).toHaveLength(41);
    expect(order.indexOf('quiet')).toBeLessThan(10);
  });

  it('does not post what another worker took over while it waited for its turn', async () => {
    const posted: string[] = [];
    const counting: ChatSurface = {
      ...recordingSurface(),
      postIntervalMilliseconds: 1_000,
      async post({ key }) {
        posted.push(key);
      },
    };
    let other: () => Promise<unknown> = async () => undefined;
    const { outbox, make, clock } = await outboxOn(counting, async () => {
      clock.time += 40_000;
      const takeOver = other;
      other = async () => undefined;
      await takeOver();
    });
    for (const key of ['one', 'two', 'three']) await outbox.enqueue(post(key));
    other = () => make().drain();
    await outbox.drain();
    expect([...posted].sort()).toEqual(['one', 'three', 'two']);
  });
});
