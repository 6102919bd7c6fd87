import { beforeEach, describe, expect, test } from 'vitest';
import { consoleModels } from '../../../src/chat/console/console-message.ts';
import { type ConsoleSurface, createConsoleSurface } from '../../../src/chat/console/console-surface.ts';
import { textMessage } from '../../../src/chat/message.ts';
import { useTestDatabase } from '../../support/database.ts';

const NOW = new Date('2026-11-24T12:00:00Z');

function post(key: string, more: { channelId?: string; workspaceId?: string } = {}) {
  return {
    workspaceId: 'console',
    channelId: 'vendas',
    key,
    message: textMessage('neutral', `Mensagem ${key}`),
    ...more,
  };
}

async function keysOf(surface: ConsoleSurface, channelId = 'vendas', limit = 1_000): Promise<string[]> {
  return (await surface.history(channelId, { limit })).map(({ key }) => key);
}

describe('the console as a place to post', () => {
  const database = useTestDatabase();
  let surface: ConsoleSurface;

  beforeEach(async () => {
    const [model] = consoleModels(database.connection);
    await model?.createIndexes();
    await model?.deleteMany({});
    surface = createConsoleSurface({ connection: database.connection, now: () => NOW });
  });

  test('serves its own workspace alone, with two channels', async () => {
    expect(surface.serves('console')).toBe(true);
    expect(surface.serves('slack:T1')).toBe(false);
    expect(await surface.channels('console')).toEqual([
      { id: 'vendas', name: 'vendas' },
      { id: 'equipe', name: 'equipe' },
    ]);
    expect(await surface.channels('slack:T1')).toEqual([]);
  });

  test('keeps a post as it was', async () => {
    const message = {
      title: 'Compra aprovada',
      tone: 'success' as const,
      blocks: [
        { type: 'fields' as const, fields: [{ label: '$set', value: 'a.b' }] },
        { type: 'fields' as const, fields: [] },
      ],
    };
    await surface.post({ ...post('a'), message });
    expect(await surface.history('vendas', { limit: 10 })).toEqual([
      { _id: NOW.getTime(), key: 'a', channelId: 'vendas', postedAt: NOW, line: null, message },
    ]);
  });

  test.each([{ channelId: 'geral' }, { channelId: '' }, { workspaceId: 'slack:T1' }])(
    'refuses what it cannot reach: %o',
    async (elsewhere) => {
      await expect(surface.post(post('a', elsewhere))).rejects.toMatchObject({
        code: 'channel_unreachable',
        values: { channel: elsewhere.channelId ?? 'vendas' },
      });
      expect(await surface.latestId()).toBe(0);
    },
  );

  test('a post made again shows once, also at the same moment, also from another process', async () => {
    const other = createConsoleSurface({ connection: database.connection, now: () => NOW });
    const heard: string[] = [];
    for (const each of [surface, other]) each.subscribe(({ key }) => heard.push(key));
    await Promise.all([surface, other, surface, other].map((each) => each.post(post('a'))));
    await surface.post(post('a'));
    expect(await keysOf(surface)).toEqual(['a']);
    expect(heard).toEqual(['a']);
  });

  test('concurrent posts of several processes lose nothing, and their ids have no gap', async () => {
    const surfaces = Array.from({ length: 3 }, () =>
      createConsoleSurface({ connection: database.connection, now: () => NOW }),
    );
    const keys = Array.from({ length: 30 }, (_, index) => `post ${index}`);
    await Promise.all(keys.map((key, index) => surfaces[index % 3]?.post(post(key))));
    const messages = await surface.since(0, 100);
    expect(messages.map(({ key }) => key).sort()).toEqual([...keys].sort());
    expect(messages.map(({ _id }) => _id - NOW.getTime())).toEqual(keys.map((_, index) => index));
  });

  test('posts of one process keep their order', async () => {
    const keys = Array.from({ length: 10 }, (_, index) => `post ${index}`);
    await Promise.all(keys.map((key) => surface.post(post(key))));
    expect(await keysOf(surface)).toEqual(keys);
  });

  test('a failed post does not hold up the next one', async () => {
    const circular: Record<string, unknown> = {};
    circular.itself = circular;
    const broken = { ...post('broken'), message: circular as never };
    await expect(surface.post(broken)).rejects.toThrow();
    await surface.post(post('a'));
    expect(await keysOf(surface)).toEqual(['a']);
  });

  test('pages through the history of a channel, newest page first', async () => {
    for (const key of ['1', '2', '3', '4', '5']) await surface.post(post(key));
    await surface.post(post('elsewhere', { channelId: 'equipe' }));
    const page = await surface.history('vendas', { limit: 2 });
    expect(page.map(({ key }) => key)).toEqual(['4', '5']);
    const earlier = await surface.history('vendas', { limit: 2, before: page[0]?._id ?? 0 });
    expect(earlier.map(({ key }) => key)).toEqual(['2', '3']);
    expect(await keysOf(surface, 'equipe')).toEqual(['elsewhere']);
  });

  test('a listener hears until it stops', async () => {
    const heard: string[] = [];
    const stop = surface.subscribe(({ key }) => heard.push(key));
    await surface.post(post('a'));
    stop();
    await surface.post(post('b'));
    expect(heard).toEqual(['a']);
  });

  test('messages expire after 90 days', async () => {
    const [model] = consoleModels(database.connection);
    const indexes = await model?.listIndexes();
    expect(indexes).toContainEqual(
      expect.objectContaining({ key: { postedAt: 1 }, expireAfterSeconds: 90 * 24 * 3600 }),
    );
  });
});
