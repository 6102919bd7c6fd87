import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EvolutionServer, startEvolutionServer } from '../../scripts/simulate/providers/evolution-server.ts';
import type { Fault } from '../../scripts/simulate/providers/loopback-server.ts';
import { createEvolutionSender, evolutionCredentials } from '../../src/senders/evolution.ts';
import type { OutgoingMessage, Sender, SendResult } from '../../src/senders/sender.ts';
import { NOW, outgoing, PHONE, patience } from './messages.ts';

const NOT_ON_WHATSAPP = '+5511911111111';
const typed = { apiKey: 'the-api-key', instanceName: 'Loja da Ana/1' };

let server: EvolutionServer;
let sender: Sender;

beforeAll(async () => {
  server = await startEvolutionServer({ ...typed, isOnWhatsApp: (phone) => phone !== NOT_ON_WHATSAPP, now: () => NOW });
  sender = senderWith({});
});

afterAll(() => server.close());

beforeEach(() => server.setState('open'));

function senderWith(changes: object): Sender {
  const credentials = evolutionCredentials.parse({ ...typed, baseUrl: `${server.url}/`, ...changes });
  return createEvolutionSender(credentials, () => NOW);
}

function send(changes: Partial<OutgoingMessage> = {}, by = sender): Promise<SendResult> {
  return by.send(outgoing(changes), patience());
}

const json = (status: number, body: unknown, headers = {}): Fault => ({
  kind: 'answer',
  answer: { status, body, headers },
});
const error = (status: number, message: unknown): Fault =>
  json(status, { status, error: 'An error', response: { message } });
const page = (status: number): Fault => ({
  kind: 'answer',
  answer: { status, body: '<html>404 page not found</html>' },
});

describe('what WhatsApp is sent by Evolution', () => {
  it('is the text, with no need of a window or a template', async () => {
    const result = await send({ lastReplyAt: null });
    const taken = server.accepted.at(-1);
    expect(result).toEqual({ outcome: 'accepted', providerMessageId: taken?.id });
    expect(taken).toMatchObject({ phone: PHONE, text: outgoing().text, imageUrl: null });
  });

  it('is the picture with the text as its caption', async () => {
    expect(await send({ imageUrl: 'https://example.com/a.png' })).toMatchObject({ outcome: 'accepted' });
    expect(server.accepted.at(-1)).toMatchObject({ text: outgoing().text, imageUrl: 'https://example.com/a.png' });
  });
});

describe('an error of Evolution', () => {
  it('says that a buyer has no WhatsApp', async () => {
    expect(await send({ phone: NOT_ON_WHATSAPP })).toEqual({ outcome: 'final', reason: 'not_on_whatsapp' });
  });

  it('says that the instance is not connected', async () => {
    server.setState('close');
    expect(await send()).toMatchObject({ outcome: 'temporary', reason: 'instance_disconnected' });
  });

  it('says that the key or the instance is wrong', async () => {
    expect(await send({}, senderWith({ apiKey: 'another' }))).toEqual({ outcome: 'final', reason: 'token_refused' });
    const gone = await send({}, senderWith({ instanceName: 'gone' }));
    expect(gone).toMatchObject({ outcome: 'temporary', reason: 'instance_disconnected' });
  });

  it.each<[string, Fault, string, string]>([
    ['a closed socket', error(400, ['Error: Connection Closed']), 'temporary', 'instance_disconnected'],
    [
      'a socket that is not there yet',
      error(500, "Cannot read properties of undefined (reading 'onWhatsApp')"),
      'temporary',
      'instance_disconnected',
    ],
    ['no time left while it sent', error(400, ['Error: Timed Out']), 'uncertain', 'no_answer'],
    ['no time left before it sent', error(500, 'Timed Out'), 'temporary', 'provider_unavailable'],
    ['a picture that cannot be fetched', error(400, ['AxiosError: status code 404']), 'final', 'provider_refused'],
    ['a body that does not fit', error(400, [['instance requires property "number"']]), 'final', 'provider_refused'],
    ['no message', json(400, { status: 400, error: 'Bad Request' }), 'final', 'provider_refused'],
    ['an odd message', error(400, { odd: true }), 'final', 'provider_refused'],
    ['a forbidden key', error(403, 'Forbidden'), 'final', 'token_refused'],
    ['too many requests', error(429, 'Too Many Requests'), 'temporary', 'rate_limited'],
    ['a fault of its own', error(500, 'Internal Server Error'), 'temporary', 'provider_unavailable'],
    [
      'an unknown number inside a success',
      json(200, { status: 400, error: 'Bad Request', response: { message: [{ exists: false }] } }),
      'final',
      'not_on_whatsapp',
    ],
    ['a success that names no message', json(201, { status: 'PENDING' }), 'uncertain', 'provider_unreadable'],
    ['a success that is none', json(200, { error: true, message: 'x' }), 'uncertain', 'provider_unreadable'],
    ['a page with status 200', page(200), 'uncertain', 'provider_unreadable'],
    ['a page with status 404', page(404), 'temporary', 'provider_unreadable'],
    ['a page with status 502', page(502), 'uncertain', 'answer_lost'],
    ['a page with status 503', page(503), 'temporary', 'provider_unavailable'],
    ['a page with status 504', page(504), 'uncertain', 'answer_lost'],
    ['half an answer', { kind: 'cut', processed: true, midAnswer: true }, 'uncertain', 'no_answer'],
  ])('is read: %s', async (_, fault, outcome, reason) => {
    server.fail(fault);
    expect(await send()).toMatchObject({ outcome, reason });
  });

  it('waits as long as it says', async () => {
    server.fail(json(429, { status: 429, response: { message: 'slow' } }, { 'retry-after': '30' }));
    expect(await send()).toMatchObject({ reason: 'rate_limited', retryAfterMilliseconds: 30_000 });
  });
});

describe('the connection to Evolution', () => {
  it('is there when the instance is open', async () => {
    expect(await sender.connection(patience())).toEqual({ state: 'connected' });
  });

  it('is a QR code to scan when it is not, a PNG in base64', async () => {
    server.setState('close');
    const connection = await sender.connection(patience());
    expect(connection).toMatchObject({ state: 'disconnected', reason: 'qr_code' });
    const qrCode = 'qrCode' in connection ? connection.qrCode : null;
    expect(
      Buffer.from(qrCode ?? '', 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    // It goes on connecting, with the same code.
    expect(await sender.connection(patience())).toEqual(connection);
  });

  it.each([
    ['there is no code yet', [{ instance: { state: 'connecting' } }, { count: 0 }], 'provider_unreadable'],
    ['it was not loaded', [{ instance: {} }, { instance: {} }], 'instance_disconnected'],
    ['the code is none', [{ instance: { state: 'close' } }, { base64: '<script>' }], 'provider_unreadable'],
  ])('is not there when %s', async (_, [state, connect], reason) => {
    server.fail(json(200, state));
    server.fail(json(200, connect));
    expect(await sender.connection(patience())).toEqual({ state: 'disconnected', reason, qrCode: null });
  });

  it('is there when it came about while the code was asked for', async () => {
    server.fail(json(200, { instance: { state: 'connecting' } }));
    expect(await sender.connection(patience())).toEqual({ state: 'connected' });
  });

  it.each([
    ['the key is wrong', { apiKey: 'another' }, 'token_refused'],
    ['the instance is gone', { instanceName: 'gone' }, 'instance_disconnected'],
    ['nobody listens', { baseUrl: 'http://127.0.0.1:1' }, 'provider_unavailable'],
  ])('is not there when %s', async (_, changes, reason) => {
    expect(await senderWith(changes).connection(patience())).toMatchObject({ state: 'disconnected', reason });
  });

  it.each([
    ['a page', page(200), 'provider_unreadable'],
    ['a fault of its own', error(500, 'x'), 'provider_unavailable'],
    ['too many requests', error(429, 'x'), 'rate_limited'],
    ['half an answer', { kind: 'cut', processed: true, midAnswer: true } as Fault, 'no_answer'],
  ])('is not known after %s', async (_, fault, reason) => {
    server.fail(fault);
    expect(await sender.connection(patience())).toMatchObject({ state: 'disconnected', reason });
  });
});

describe('the credentials of Evolution', () => {
  it.each([
    { instanceName: '' },
    { instanceName: '..' },
    { baseUrl: 'evolution.example.com' },
    { apiKey: '' },
    { webhookSecret: 'two words' },
  ])('are not %o', (changes) => {
    const read = evolutionCredentials.safeParse({ ...typed, baseUrl: 'https://evolution.example.com', ...changes });
    expect(read.success).toBe(false);
  });
});
