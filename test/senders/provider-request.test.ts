import { createServer as createPlainServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Fault,
  type LoopbackServer,
  startLoopbackServer,
} from '../../scripts/simulate/providers/loopback-server.ts';
import { requestProvider } from '../../src/senders/provider-request.ts';
import { patience } from './messages.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function loopback(): Promise<LoopbackServer & { seen: string[] }> {
  const seen: string[] = [];
  const server = await startLoopbackServer(({ method, body }) => {
    seen.push(`${method} ${body}`);
    return { status: 200, body: { ok: true } };
  });
  closing.push(server.close);
  return { ...server, seen };
}

/** A server that does with each connection what is said, below HTTP. */
async function plainServer(onConnection: (socket: Socket) => void): Promise<URL> {
  const sockets: Socket[] = [];
  const server = createPlainServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  const address = server.address();
  return new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
}

function post(url: string | URL, signal = patience()) {
  return requestProvider({ method: 'POST', url: new URL(url), headers: {}, body: '{"a":"ç"}' }, signal);
}

async function postTo(fault: Fault) {
  const server = await loopback();
  server.fail(fault);
  return await post(server.url);
}

describe('a request to a provider', () => {
  it('gives the status and the JSON', async () => {
    const server = await loopback();
    expect(await post(server.url)).toMatchObject({ kind: 'answer', status: 200, json: { ok: true } });
    expect(server.seen).toEqual(['POST {"a":"ç"}']);
  });

  it('gives no JSON when it is a page, or longer than any answer', async () => {
    const page = { status: 200, body: '<html>Login</html>' };
    expect(await postTo({ kind: 'answer', answer: page })).toMatchObject({ status: 200, json: undefined });
    const huge = { status: 200, body: { filler: 'x'.repeat(10 * 1024 * 1024) } };
    expect(await postTo({ kind: 'answer', answer: huge })).toMatchObject({ status: 200, json: undefined });
  });

  it('reads an answer of exactly 64 kB', async () => {
    const fitting = { filler: 'x'.repeat(64 * 1024 - '{"filler":""}'.length) };
    const answer = { status: 200, body: fitting };
    expect(await postTo({ kind: 'answer', answer })).toMatchObject({ json: fitting });
  });

  it('does not follow a redirect', async () => {
    const elsewhere = await loopback();
    const answer = { status: 307, headers: { location: elsewhere.url }, body: '' };
    expect(await postTo({ kind: 'answer', answer })).toMatchObject({ status: 307 });
    expect(elsewhere.seen).toEqual([]);
  });

  it('says that nothing was sent when there is no connection', async () => {
    const server = await loopback();
    await server.close();
    const notSent = { kind: 'not_sent', reason: 'provider_unavailable' };
    expect(await post(server.url)).toEqual(notSent);
    expect(await post('http://nowhere.invalid')).toEqual(notSent);
  });

  it('says that nothing was sent when it was given up before there was a connection', async () => {
    const server = await loopback();
    expect(await post(server.url, AbortSignal.abort())).toEqual({ kind: 'not_sent', reason: 'provider_unavailable' });
    expect(server.seen).toEqual([]);
  });

  it('says that nothing was sent when the other side does not speak TLS', async () => {
    const url = await plainServer((socket) => socket.end('220 mail.example.com ready\r\n'));
    expect(await post(`https://${url.host}`)).toEqual({ kind: 'not_sent', reason: 'provider_unavailable' });
  });

  it.each([
    { processed: true, midAnswer: true },
    { processed: true, midAnswer: false },
    { processed: false, midAnswer: true },
    { processed: false, midAnswer: false },
  ])('knows of no answer when the connection is cut: %o', async (cut) => {
    expect(await postTo({ kind: 'cut', ...cut })).toEqual({ kind: 'no_answer' });
  });

  it('knows of no answer when it is given up after the request went out', async () => {
    const giveUp = new AbortController();
    const url = await plainServer((socket) => socket.once('data', () => giveUp.abort()));
    expect(await post(url, giveUp.signal)).toEqual({ kind: 'no_answer' });
  });

  it('knows of no answer when it is given up in the middle of one', async () => {
    const giveUp = new AbortController();
    const url = await plainServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{', () => giveUp.abort());
      });
    });
    expect(await post(url, giveUp.signal)).toEqual({ kind: 'no_answer' });
  });

  it('knows of no answer when what comes back is not HTTP', async () => {
    const url = await plainServer((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n')));
    expect(await post(url)).toEqual({ kind: 'no_answer' });
  });

  it('knows of no answer when the other side wants to speak another protocol', async () => {
    const url = await plainServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
      });
    });
    expect(await post(url)).toEqual({ kind: 'no_answer' });
  });

  it('waits for an answer', async () => {
    expect(await postTo({ kind: 'delay', milliseconds: 20 })).toMatchObject({ kind: 'answer', json: { ok: true } });
  });

  it('uses no connection twice', async () => {
    let connections = 0;
    const url = await plainServer((socket) => {
      connections += 1;
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
    });
    await post(url);
    await post(url);
    expect(connections).toBe(2);
  });
});
