import mongoose from 'mongoose';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { textMessage } from '../../src/chat/message.ts';
import { createChatOutbox, postModel } from '../../src/chat/outbox.ts';
import type { ChannelPost, ChatSurface } from '../../src/chat/surface.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { useTestDatabase } from '../support/database.ts';
import { recordingSurface } from '../support/product.ts';

const log = pino({ level: 'silent' });

describe('the chat outbox', () => {
  const database = useTestDatabase();

  async function outboxOn(surface: ChatSurface, pause?: (milliseconds: number) => Promise<void>) {
    const clock = { time: Date.parse('2026-11-10T15:00:00Z') };
    const make = () =>
      createChatOutbox({
        connection: database.connection,
        surfaces: [surface],
        log,
        now: () => new Date(clock.time),
        random: () => 0.5,
        ...(pause ? { pause } : {}),
      });
    const outbox = make();
    await database.prepare();
    await postModel(database.connection).deleteMany({});
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
});
