import type { LookupAddress, lookup } from 'node:dns';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../scripts/simulate/providers/loopback-server.ts';
import { createHttpSender, httpCredentials } from '../../src/senders/http.ts';
import type { OutgoingMessage, Sender, SendResult } from '../../src/senders/sender.ts';
import { type HttpReceiver, startHttpReceiver } from '../support/http-receiver.ts';
import { NOW, outgoing, patience } from './messages.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

let receiver: HttpReceiver;

beforeAll(async () => {
  receiver = await startHttpReceiver(SECRET, () => NOW);
});
afterAll(() => receiver.close());

interface Setting {
  url?: string;
  secret?: string;
  allowedHosts?: string[];
  /** What each name resolves to, one answer after the other; without it, the machine's own resolver. */
  resolutions?: string[][];
}

function senderWith({ url, secret = SECRET, allowedHosts = ['127.0.0.1'], resolutions }: Setting = {}): Sender {
  const credentials = httpCredentials.parse({ url: url ?? receiver.url, secret });
  return createHttpSender(credentials, allowedHosts, () => NOW, resolutions && resolver(resolutions));
}

function resolver(resolutions: string[][]): typeof lookup {
  const resolve = (_name: string, _options: unknown, done: (error: null, addresses: LookupAddress[]) => void) => {
    const addresses = resolutions.length > 1 ? resolutions.shift() : resolutions[0];
    done(
      null,
      (addresses ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return resolve as unknown as typeof lookup;
}

function send(setting: Setting = {}, changes: Partial<OutgoingMessage> = {}): Promise<SendResult> {
  return senderWith(setting).send(outgoing(changes), patience());
}

/** The receiver by a name, so that the name has to be resolved. */
function named(name: string): string {
  return receiver.url.replace('127.0.0.1', name);
}

describe('what a program of the seller is sent', () => {
  it('is the message, signed, which it may name', async () => {
    const template = { name: 'pix', language: 'pt_BR', parameters: ['Ana'], imageUrl: null };
    expect(await send({}, { id: 'first', template })).toEqual({
      outcome: 'accepted',
      providerMessageId: 'receiver-first',
    });
    const { phone, text } = outgoing();
    expect(receiver.accepted.get('first')).toEqual({
      type: 'message.send',
      timestamp: NOW.toISOString(),
      data: { id: 'first', phone, text, imageUrl: null, template },
    });
  });

  it('is known as the same message when it is sent again', async () => {
    await send({}, { id: 'again' });
    const before = receiver.accepted.size;
    await send({}, { id: 'again' });
    expect(receiver.accepted.size).toBe(before);
  });

  it('is refused when the secret is another', async () => {
    const secret = `whsec_${Buffer.alloc(24).toString('base64')}`;
    expect(await send({ secret })).toEqual({ outcome: 'final', reason: 'token_refused' });
  });

  it('is refused when the program says so', async () => {
    expect(await sendAgainst(json(400, { error: 'no' }))).toEqual({ outcome: 'final', reason: 'provider_refused' });
    expect(await sendAgainst(json(410, null))).toEqual({ outcome: 'final', reason: 'provider_refused' });
  });

  it('is sent again later when the program asks for it', async () => {
    const later = { outcome: 'temporary', retryAfterMilliseconds: 5000 };
    const headers = { 'retry-after': '5' };
    expect(await sendAgainst(json(429, null, headers))).toEqual({ ...later, reason: 'rate_limited' });
    expect(await sendAgainst(json(503, null, headers))).toEqual({ ...later, reason: 'provider_unavailable' });
  });

  it.each([[''], ['OK'], [{ id: 7 }], [null], [[1]]])('is accepted without a name by %o', async (body) => {
    expect(await sendAgainst(json(202, body))).toEqual({ outcome: 'accepted', providerMessageId: null });
  });

  it('may or may not have arrived when a page answers', async () => {
    const page = json(200, '<html>Log in</html>');
    expect(await sendAgainst(page)).toEqual({ outcome: 'uncertain', reason: 'provider_unreadable' });
  });

  it.each([[{ error: 'no credit' }], [{ error: { message: 'no credit' } }], [{ error: true }]])(
    'was refused when a 200 says %o',
    async (body) => {
      expect(await sendAgainst(json(200, body))).toEqual({ outcome: 'final', reason: 'provider_refused' });
    },
  );

  it('may or may not have arrived when the connection is cut', async () => {
    expect(await sendAgainst({ kind: 'cut', processed: true, midAnswer: false })).toEqual({
      outcome: 'uncertain',
      reason: 'no_answer',
    });
  });

  it('did not leave when nobody listens', async () => {
    expect(await send({ url: 'http://127.0.0.1:1' })).toMatchObject({
      outcome: 'temporary',
      reason: 'provider_unavailable',
    });
  });
});

const json = (status: number, body: unknown, headers = {}): Fault => ({
  kind: 'answer',
  answer: { status, body, headers },
});

function sendAgainst(fault: Fault): Promise<SendResult> {
  receiver.fail(fault);
  return send();
}

describe('the guard of addresses', () => {
  const NOT_ALLOWED = { outcome: 'final', reason: 'address_not_allowed' };
  let requestsBefore = 0;

  beforeAll(() => {
    requestsBefore = receiver.requests.length;
  });
  const nothingArrived = () => expect(receiver.requests).toHaveLength(requestsBefore);

  it('lets no message go to a host that is not on the list', async () => {
    expect(await send({ allowedHosts: [] })).toEqual(NOT_ALLOWED);
    expect(await send({ allowedHosts: ['example.com', '127.0.0.2'] })).toEqual(NOT_ALLOWED);
    expect(await send({ url: named('example.com.evil.test'), allowedHosts: ['example.com'] })).toEqual(NOT_ALLOWED);
    nothingArrived();
  });

  it.each([
    '127.0.0.1',
    '127.1.2.3',
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:1::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
  ])('lets no allowed name lead to %s', async (address) => {
    const setting = { url: named('hooks.example.com'), allowedHosts: ['hooks.example.com'], resolutions: [[address]] };
    expect(await send(setting)).toEqual(NOT_ALLOWED);
    expect(await senderWith(setting).connection(patience())).toMatchObject({ reason: 'address_not_allowed' });
    nothingArrived();
  });

  it('lets no name lead to a private address beside a public one', async () => {
    const resolutions = [['93.184.215.14', '127.0.0.1']];
    expect(await send({ url: named('hooks.example.com'), allowedHosts: ['hooks.example.com'], resolutions })).toEqual(
      NOT_ALLOWED,
    );
    nothingArrived();
  });

  it('looks at the address that is connected to, whatever the name led to before', async () => {
    const sender = senderWith({
      url: named('rebinding.example.com'),
      allowedHosts: ['rebinding.example.com', '127.0.0.1'],
      resolutions: [['127.0.0.1'], ['127.0.0.2']],
    });
    expect(await sender.send(outgoing(), patience())).toMatchObject({ outcome: 'accepted' });
    requestsBefore += 1;
    expect(await sender.send(outgoing(), patience())).toEqual(NOT_ALLOWED);
    nothingArrived();
  });

  it.each(['http://2130706433', 'http://0x7f.1', 'http://[::ffff:127.0.0.1]', 'http://localhost', 'http://[::1]'])(
    'is not deceived by %s',
    async (origin) => {
      const url = `${origin}:${new URL(receiver.url).port}`;
      expect(await send({ url, allowedHosts: ['hooks.example.com'] })).toEqual(NOT_ALLOWED);
      nothingArrived();
    },
  );

  it('does not follow a redirect', async () => {
    receiver.fail(json(307, '', { location: `${receiver.url}/elsewhere` }));
    expect(await send()).toEqual({ outcome: 'final', reason: 'provider_refused' });
    expect(receiver.requests).toHaveLength(requestsBefore);
  });
});

describe('the list of allowed hosts', () => {
  afterEach(() => expect(receiver.accepted.size).toBeGreaterThan(0));

  it('opens a private address that it names, also for names that lead there', async () => {
    const allowedHosts = ['hooks.example.com', '127.0.0.1'];
    const resolutions = [['127.0.0.1']];
    const setting = { url: named('Hooks.Example.com.'), allowedHosts, resolutions };
    expect(await send(setting)).toMatchObject({ outcome: 'accepted' });
    expect(await senderWith(setting).connection(patience())).toEqual({ state: 'connected' });
  });

  it('is read as people write it', async () => {
    expect(await send({ url: named('localhost'), allowedHosts: [' LOCALHOST ', '127.0.0.1', '[::1]'] })).toMatchObject({
      outcome: 'accepted',
    });
  });
});

describe('the connection to a program of the seller', () => {
  it('is there when it takes connections', async () => {
    expect(await senderWith().connection(patience())).toEqual({ state: 'connected' });
  });

  it.each([
    ['its host is not on the list', { allowedHosts: [] }, 'address_not_allowed'],
    ['nobody listens', { url: 'http://127.0.0.1:1' }, 'provider_unavailable'],
    [
      'its name leads nowhere',
      { url: 'http://nowhere.invalid', allowedHosts: ['nowhere.invalid'] },
      'provider_unavailable',
    ],
  ])('is not there when %s', async (_, setting, reason) => {
    expect(await senderWith(setting).connection(patience())).toEqual({ state: 'disconnected', reason, qrCode: null });
  });
});

describe('the credentials of a program of the seller', () => {
  it.each([
    { url: 'ftp://example.com' },
    { url: 'https://user:word@example.com' },
    { url: 'https://example.com/#a' },
    { secret: 'whsec_dG9vIHNob3J0' },
    { secret: SECRET.replace('whsec_', '') },
    { secret: `whsec_${Buffer.alloc(65).toString('base64')}` },
  ])('are not %o', (changes) => {
    expect(httpCredentials.safeParse({ url: 'https://example.com', secret: SECRET, ...changes }).success).toBe(false);
  });
});
