import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { consoleModels } from '../../../src/chat/console/console-message.ts';
import { type ConsoleSurface, createConsoleSurface } from '../../../src/chat/console/console-surface.ts';
import { textMessage } from '../../../src/chat/message.ts';
import { useTestDatabase } from '../../support/database.ts';
import { type ConsoleServer, startConsoleServer } from './console-server.ts';
import { openEventSource } from './event-source.ts';

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever arrived
  json(): any;
}

const database = useTestDatabase();
let surface: ConsoleSurface;
let server: ConsoleServer;

beforeEach(async () => {
  const [model] = consoleModels(database.connection);
  await model?.createIndexes();
  await model?.deleteMany({});
  surface = createConsoleSurface({ connection: database.connection });
  server = await startConsoleServer(surface);
});
afterEach(async () => {
  await server.stop();
});

/** A request with exactly these headers, as no browser and no `fetch` would send them. */
async function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string | undefined>; body?: string } = {},
): Promise<Answer> {
  const headers = Object.fromEntries(
    Object.entries({ host: `localhost:${server.port}`, ...options.headers }).filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
  const sent = request({
    host: '127.0.0.1',
    port: server.port,
    path,
    method: options.method ?? 'GET',
    headers,
    // Else Node's client writes its own `Host` over an empty one.
    setHost: false,
  });
  sent.end(options.body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const body = await text(response);
  return { status: response.statusCode ?? 0, headers: response.headers, body, json: () => JSON.parse(body) };
}

async function send(path: string, body: unknown, headers: Record<string, string | undefined> = {}): Promise<Answer> {
  return await ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

function post(key: string, channelId = 'vendas') {
  return surface.post({ workspaceId: 'console', channelId, key, message: textMessage('neutral', key) });
}

/** `PORT` in a header stands for the server's port. */
function withPort(value: string): string {
  return value.replace('PORT', String(server.port));
}

const PATHS = [
  '/',
  '//',
  '/CONSOLE/channels',
  '/console/channels',
  '/console/messages?channel=vendas',
  '/console/events',
  '/console/assets/console.js',
  '/console/nothing',
];

describe('Host', () => {
  test.each([
    'localhost:PORT',
    'localhost',
    'LOCALHOST:PORT',
    'sininho.localhost:PORT',
    '127.0.0.1:PORT',
    '127.0.0.1',
    '[::1]:PORT',
  ])('%s is this machine', async (host) => {
    expect((await ask('/console/channels', { headers: { host: withPort(host) } })).status).toBe(200);
  });

  test.each([
    'evil.example',
    'evil.example:PORT',
    'localhost.evil.example:PORT',
    'evil-localhost:PORT',
    '127.0.0.1.nip.io:PORT',
    'localhost:1',
    'localhost:PORT0',
    'localhost:',
    'localhost.:PORT',
    'user@localhost:PORT',
    'localhost:PORT@evil.example',
    'localhost:PORT, evil.example',
    '0.0.0.0:PORT',
    '192.168.0.10:PORT',
    '[::]:PORT',
    '',
  ])('“%s” could be a rebound name and is refused', async (host) => {
    const answer = await ask('/console/channels', { headers: { host: withPort(host) } });
    expect(answer.status).toBe(403);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(answer.json()).toEqual({
      code: 'refused.host',
      message: 'Endereço não aceito. Abra o console por http://localhost e a porta do Sininho.',
    });
  });
});

describe('Origin and Sec-Fetch-Site', () => {
  test.each([
    { origin: 'http://localhost:PORT' },
    { origin: undefined },
    { origin: 'http://127.0.0.1:PORT', host: '127.0.0.1:PORT' },
    { origin: 'http://localhost:PORT', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])('%o is the page itself, a person or a tool', async (headers) => {
    const ported = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value && withPort(value)]));
    expect((await send('/console/commands', { line: '/ajuda', channel: 'vendas' }, ported)).status).toBe(200);
  });

  test.each([
    { origin: 'null' },
    { origin: '' },
    { origin: 'http://evil.example' },
    { origin: 'http://evil.example:PORT' },
    { origin: 'http://localhost:1' },
    { origin: 'http://localhost' },
    { origin: 'https://localhost:PORT' },
    { origin: 'http://127.0.0.1:PORT' },
    { origin: 'http://localhost:PORT.evil.example' },
    { origin: 'file://' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'anything' },
    { origin: 'http://localhost:PORT', 'sec-fetch-site': 'cross-site' },
  ])('%o is another page and is refused', async (headers) => {
    const ported = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, withPort(value)]));
    const answer = await send('/console/commands', { line: '/loja criar Intruso', channel: 'vendas' }, ported);
    expect(answer.status).toBe(403);
    expect(answer.json().code).toBe('refused.origin');
    expect(server.services.stores).toEqual([]);
  });
});

describe('a link of another page', () => {
  const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

  test('opens the console', async () => {
    const answer = await ask('/', { headers: followed });
    expect(answer.status).toBe(200);
  });

  test.each([
    { 'sec-fetch-dest': 'iframe' },
    { 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' },
    { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
  ])('does not open it inside the other page: %o', async (headers) => {
    const answer = await ask('/', { headers: { ...followed, ...headers } });
    expect(answer.status).toBe(403);
  });

  test('types nothing', async () => {
    const answer = await send('/console/commands', { line: '/loja criar Intruso', channel: 'vendas' }, followed);
    expect(answer.status).toBe(403);
    expect(server.services.stores).toEqual([]);
  });
});

describe('a proxy in front', () => {
  test.each([
    'X-Forwarded-For',
    'Forwarded',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Real-IP',
    'Via',
    'CF-Connecting-IP',
    'True-Client-IP',
  ])('%s is refused', async (name) => {
    const answer = await ask('/console/channels', { headers: { [name]: '127.0.0.1' } });
    expect(answer.status).toBe(403);
    expect(answer.json().code).toBe('refused.forwarded');
  });
});

describe('the guards stand before everything of the console, and before nothing else', () => {
  test.each(PATHS)('%s', async (path) => {
    const answer = await ask(path, { headers: { host: 'evil.example' } });
    expect(answer.status).not.toBe(200);
    expect(answer.body).not.toContain('<html');
  });

  test('another route of the same server', async () => {
    const answer = await ask('/healthz', {
      headers: { host: 'evil.example', origin: 'null', 'x-forwarded-for': '8.8.8.8' },
    });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ ok: true });
  });

  test('no answer may be read by another origin or framed', async () => {
    for (const path of ['/', '/console/channels', '/console/assets/console.css']) {
      const { status, headers } = await ask(path);
      expect(status).toBe(200);
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toContain("script-src 'self'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['strict-transport-security']).toBeUndefined();
    }
  });
});

describe('what the console knows', () => {
  test.each([
    '/console/channels',
    '/console/messages?channel=vendas',
    '/console/messages?channel=nenhum',
    '/console/nothing',
  ])('is kept in no cache: %s', async (path) => {
    expect((await ask(path)).headers['cache-control']).toBe('no-store');
  });

  test('is kept in no cache: answers and live messages', async () => {
    const answer = await send('/console/commands', { line: '/ajuda', channel: 'vendas' });
    expect(answer.headers['cache-control']).toBe('no-store');
    const events = await openEventSource(server.port);
    expect(events.headers['cache-control']).toBe('no-store');
    events.close();
  });
});

describe('bodies', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
    undefined,
  ])('a content type that a foreign form can send is refused: %s', async (type) => {
    const body = { line: '/loja criar Intruso', channel: 'vendas' };
    const answer = await send('/console/commands', body, { 'content-type': type });
    expect(answer.status).toBe(415);
    expect(answer.json().message).toBe('O corpo precisa ser JSON, com o cabeçalho Content-Type: application/json.');
    expect(server.services.stores).toEqual([]);
  });

  test.each([
    ['{"line":', 400, 'invalid.broken_json'],
    ['[]', 400, 'invalid.fields'],
    ['{}', 400, 'invalid.fields'],
    [{ line: 7, channel: 'vendas' }, 400, 'invalid.fields'],
    [{ line: 'a'.repeat(4_001), channel: 'vendas' }, 400, 'invalid.fields'],
    [{ line: '/ajuda', channel: 'vendas', options: { nome: ['a'] } }, 400, 'invalid.fields'],
    [{ line: '/ajuda', channel: 'vendas', requestId: 'x' }, 400, 'invalid.fields'],
    [{ line: '/ajuda', channel: 'geral' }, 404, 'invalid.channel'],
    [{ line: 'a'.repeat(70_000), channel: 'vendas' }, 413, 'invalid.too_large'],
  ])('%j → %d', async (body, status, code) => {
    const answer = await send('/console/commands', body);
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ code, message: expect.stringMatching(/^\p{Lu}.*\.$/u) });
  });

  test.each(['/console/messages', '/console/messages?channel=vendas&before=x', '/console/events?after=-1'])(
    '%s → 400',
    async (path) => {
      expect((await ask(path)).status).toBe(400);
    },
  );

  test('an unknown channel names those there are', async () => {
    const answer = await ask('/console/messages?channel=geral');
    expect(answer.status).toBe(404);
    expect(answer.json().message).toBe('Não existe o canal “geral” no console. Use um destes: vendas, equipe.');
  });

  test('an unknown address of the console', async () => {
    const answer = await ask('/console/nothing');
    expect(answer.status).toBe(404);
    expect(answer.json().code).toBe('not_found');
  });
});

describe('the page', () => {
  test('is in Portuguese, without a script in it', async () => {
    const { headers, body } = await ask('/');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(body).toContain('<html lang="pt-BR">');
    expect(body).not.toMatch(/<script(?![^>]*(src=|application\/json))/);
    expect(body).not.toMatch(/ on\w+=| style=/);
  });

  test.each([
    ['console.js', 'text/javascript; charset=utf-8'],
    ['console.css', 'text/css; charset=utf-8'],
    ['bell.svg', 'image/svg+xml'],
  ])('%s has its type and an ETag', async (name, type) => {
    const first = await ask(`/console/assets/${name}`);
    expect(first.headers['content-type']).toBe(type);
    const again = await ask(`/console/assets/${name}`, { headers: { 'if-none-match': first.headers.etag } });
    expect(again.status).toBe(304);
  });

  test.each([
    '/console/assets/',
    '/console/assets/../console-page.ts',
    '/console/assets/%2e%2e/console-page.ts',
    '/console/assets/..%2fconsole-page.ts',
  ])('nothing outside the page’s own files is served: %s', async (path) => {
    expect((await ask(path)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('commands', () => {
  test('a private reply goes to the asker alone', async () => {
    const answer = await send('/console/commands', { line: '/ajuda', channel: 'vendas' });
    expect(answer.json()).toMatchObject({ visibility: 'private', tone: 'neutral' });
    expect(await surface.latestId()).toBe(0);
  });

  test('a public reply stays in the channel, with the command as it was meant', async () => {
    const options = { loja: 'Curso de Violão' };
    const reply = (await send('/console/commands', { line: '/loja ver', channel: 'equipe', options })).json();
    const { messages } = (await ask('/console/messages?channel=equipe')).json();
    const { visibility: _, ...message } = reply;
    expect(messages).toEqual([expect.objectContaining({ line: '/loja ver loja:"Curso de Violão"', message })]);
  });

  test('the same command twice is in the channel twice', async () => {
    for (const _ of [1, 2]) await send('/console/commands', { line: '/loja listar', channel: 'vendas' });
    expect((await ask('/console/messages?channel=vendas')).json().messages).toHaveLength(2);
  });

  test('a reply reaches its asker even when it cannot be kept', async () => {
    await server.stop();
    const failing = { ...surface, post: async () => Promise.reject(new Error('the database is away')) };
    server = await startConsoleServer(failing);
    const answer = await send('/console/commands', { line: '/loja listar', channel: 'vendas' });
    expect(answer.json()).toMatchObject({ title: 'Lojas', visibility: 'public' });
    expect(server.log.join()).toContain('could not be kept');
  });

  test('a fault of the server is one sentence', async () => {
    await server.stop();
    server = await startConsoleServer({ ...surface, history: async () => Promise.reject(new Error('secret detail')) });
    const answer = await ask('/console/messages?channel=vendas');
    expect(answer.status).toBe(500);
    expect(answer.json().message).toMatch(/^Algo deu errado/);
    expect(answer.body).not.toContain('secret detail');
  });

  test('completions', async () => {
    const answer = await send('/console/completions', { line: '/loja l', channel: 'vendas' });
    expect(answer.json()).toEqual([{ line: '/loja listar ', label: expect.any(String) }]);
  });
});

describe('history', () => {
  test('comes in pages', async () => {
    for (let index = 1; index <= 60; index += 1) await post(`post ${index}`);
    const newest = (await ask('/console/messages?channel=vendas')).json();
    expect(newest.messages).toHaveLength(50);
    expect(newest.hasEarlier).toBe(true);
    const earlier = (await ask(`/console/messages?channel=vendas&before=${newest.messages[0].id}`)).json();
    expect(earlier.messages.map(({ key }: { key: string }) => key)).toEqual(
      Array.from({ length: 10 }, (_, index) => `post ${index + 1}`),
    );
    expect(earlier.hasEarlier).toBe(false);
  });
});

describe('live messages', () => {
  test('refuses a page that comes back while the server stops, so that it can end', async () => {
    const open = await openEventSource(server.port);
    expect(await open.next()).toMatchObject({ event: 'ready' });
    server.closeStreams();
    expect(await open.next()).toBeNull();
    expect((await ask('/console/events')).status).toBe(503);
  });

  test('begin with what comes next, and carry their ids', async () => {
    await post('before');
    const events = await openEventSource(server.port);
    expect(events.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(await events.next()).toMatchObject({ event: 'ready', id: String(await surface.latestId()) });
    await post('after');
    const [message] = await events.messages(1);
    expect(message).toMatchObject({
      data: { key: 'after', channelId: 'vendas' },
      id: String(await surface.latestId()),
    });
    events.close();
  });

  test.each(['last-event-id', 'after'])('resume after the last one that was seen (%s)', async (how) => {
    for (const key of ['1', '2', '3', '4']) await post(key);
    const [, second] = await surface.history('vendas', { limit: 4 });
    const seen = String(second?._id);
    const events =
      how === 'after'
        ? await openEventSource(server.port, `/console/events?after=${seen}`)
        : // What the browser sends by itself wins over the older position in the address.
          await openEventSource(server.port, '/console/events?after=0', { 'last-event-id': seen });
    await post('5');
    expect((await events.messages(3)).map(({ data }) => data.key)).toEqual(['3', '4', '5']);
    events.close();
  });

  test('nothing is lost or doubled over broken connections while posts keep coming', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => `post ${index}`);
    const posting = Promise.all(keys.map((key) => post(key)));
    const seen: string[] = [];
    let lastId = '0';
    while (seen.length < keys.length) {
      const events = await openEventSource(server.port, '/console/events', { 'last-event-id': lastId });
      for (const { id, data } of await events.messages(Math.min(7, keys.length - seen.length))) {
        seen.push(data.key);
        lastId = id;
      }
      events.close();
    }
    await posting;
    expect(seen).toEqual(keys);
  });

  test('a post made twice is told once', async () => {
    const events = await openEventSource(server.port);
    await post('once');
    await post('once');
    await post('end');
    expect((await events.messages(2)).map(({ data }) => data.key)).toEqual(['once', 'end']);
    events.close();
  });

  test('a post of another process arrives too', async () => {
    const events = await openEventSource(server.port);
    await events.next();
    await createConsoleSurface({ connection: database.connection }).post({
      workspaceId: 'console',
      channelId: 'equipe',
      key: 'elsewhere',
      message: textMessage('neutral', 'Olá'),
    });
    expect((await events.messages(1)).map(({ data }) => data.key)).toEqual(['elsewhere']);
    events.close();
  });

  test('end when the server stops', async () => {
    const events = await openEventSource(server.port);
    await events.next();
    await server.stop();
    expect(await events.next()).toBeNull();
    server = await startConsoleServer(surface);
  });
});
