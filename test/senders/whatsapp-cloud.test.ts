import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../scripts/simulate/providers/loopback-server.ts';
import {
  startWhatsAppCloudServer,
  type WhatsAppCloudServer,
} from '../../scripts/simulate/providers/whatsapp-cloud-server.ts';
import type { OutgoingMessage, Sender, SendResult } from '../../src/senders/sender.ts';
import { createWhatsAppCloudSender, whatsappCloudCredentials } from '../../src/senders/whatsapp-cloud.ts';
import { NOW, outgoing, PHONE, patience } from './messages.ts';

const NOT_ON_WHATSAPP = '+5511911111111';
const NEVER_WROTE = '+5511922222222';
const TEMPLATE = { name: 'pix_gerado', language: 'pt_BR', parameters: ['Ana', 'R$ 97,00'], imageUrl: null };
const typed = {
  phoneNumberId: '106540352242922',
  accessToken: 'the-access-token',
  appSecret: 'the-app-secret',
  verifyToken: 'the-verify-token',
};

let clock = NOW.getTime();
let server: WhatsAppCloudServer;
let sender: Sender;

beforeAll(async () => {
  server = await startWhatsAppCloudServer({
    ...typed,
    templates: [
      { name: TEMPLATE.name, body: 'Oi {{1}}, seu Pix de {{2}} está pronto.' },
      { name: 'bem_vindo', body: 'Oi!' },
      { name: 'com_imagem', body: 'Oi {{1}}', components: [{ type: 'HEADER', format: 'IMAGE' }] },
      { name: 'pausado', body: 'Oi!', status: 'PAUSED' },
    ],
    isOnWhatsApp: (phone) => phone !== NOT_ON_WHATSAPP,
    isWindowOpen: (phone) => phone !== NEVER_WROTE,
    now: () => new Date(clock),
  });
  sender = senderWith({});
});

afterAll(() => server.close());

// So that no message comes too soon after the last test's.
beforeEach(() => {
  clock += 60_000;
});

function senderWith(changes: object): Sender {
  const credentials = whatsappCloudCredentials.parse({ ...typed, baseUrl: server.url, ...changes });
  return createWhatsAppCloudSender(credentials, () => NOW);
}

function send(changes: Partial<OutgoingMessage> = {}, by = sender): Promise<SendResult> {
  return by.send(outgoing(changes), patience());
}

/** What becomes of a message when Meta answers with one of its errors. */
async function sendAgainst(status: number, code: number, headers = {}): Promise<SendResult> {
  const body = { error: { message: 'secret details', type: 'OAuthException', code, fbtrace_id: 'x' } };
  server.fail({ kind: 'answer', answer: { status, headers, body } });
  return await send();
}

describe('what WhatsApp is sent by the Cloud API', () => {
  it('is the text, while the buyer has written within 24 hours', async () => {
    const result = await send();
    const taken = server.accepted.at(-1);
    expect(result).toEqual({ outcome: 'accepted', providerMessageId: taken?.id });
    expect(taken).toMatchObject({
      phone: PHONE,
      text: outgoing().text,
      template: null,
      imageUrl: null,
      messageId: 'message-1',
    });
  });

  it('is the picture with the text as its caption', async () => {
    await send({ imageUrl: 'https://example.com/a.png' });
    expect(server.accepted.at(-1)).toMatchObject({ text: outgoing().text, imageUrl: 'https://example.com/a.png' });
  });

  it('is the text alone when it is too long for a caption', async () => {
    const text = 'a'.repeat(1025);
    await send({ imageUrl: 'https://example.com/a.png', text });
    expect(server.accepted.at(-1)).toMatchObject({ text, imageUrl: null });
  });

  it.each([
    ['has never written', null],
    ['wrote 24 hours ago', new Date(NOW.getTime() - 24 * 60 * 60 * 1000)],
  ])('is the template when the buyer %s', async (_, lastReplyAt) => {
    expect(await send({ lastReplyAt, template: TEMPLATE })).toMatchObject({ outcome: 'accepted' });
    expect(server.accepted.at(-1)).toMatchObject({ template: TEMPLATE.name, text: 'Ana R$ 97,00' });
  });

  it('is a template without parameters when it has none', async () => {
    expect(
      await send({ lastReplyAt: null, template: { ...TEMPLATE, name: 'bem_vindo', parameters: [] } }),
    ).toMatchObject({
      outcome: 'accepted',
    });
  });

  it('is a template with the picture of its header', async () => {
    const imageUrl = 'https://example.com/a.png';
    const template = { ...TEMPLATE, name: 'com_imagem', parameters: ['Ana'], imageUrl };
    expect(await send({ lastReplyAt: null, template })).toMatchObject({ outcome: 'accepted' });
    expect(server.accepted.at(-1)).toMatchObject({ template: 'com_imagem', text: 'Ana', imageUrl });
  });

  it('is a template with parameters that Meta takes', async () => {
    await send({ lastReplyAt: null, template: { ...TEMPLATE, parameters: ['Ana\nMaria', '1.\t\t2      3'] } });
    expect(server.accepted.at(-1)).toMatchObject({ text: 'Ana Maria 1. 2 3' });
  });

  it('is still the text a millisecond before the window closes', async () => {
    const lastReplyAt = new Date(NOW.getTime() - 24 * 60 * 60 * 1000 + 1);
    await send({ lastReplyAt, template: TEMPLATE });
    expect(server.accepted.at(-1)).toMatchObject({ template: null });
  });

  it('is nothing when the window is closed and there is no template', async () => {
    const before = server.accepted.length;
    expect(await send({ lastReplyAt: null })).toEqual({ outcome: 'final', reason: 'window_closed' });
    expect(server.accepted).toHaveLength(before);
  });
});

describe('the limits of the Cloud API', () => {
  it('are told as such when a buyer was sent something less than six seconds ago', async () => {
    await send();
    clock += 5999;
    expect(await send()).toMatchObject({ outcome: 'temporary', reason: 'recipient_rate_limited' });
    clock += 1;
    expect(await send()).toMatchObject({ outcome: 'accepted' });
  });

  it('are told as such when a number sends more than 80 messages in a second', async () => {
    const phones = Array.from({ length: 81 }, (_, index) => `+55119800000${String(index).padStart(2, '0')}`);
    const results = await Promise.all(phones.map((phone) => send({ phone })));
    expect(results.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(80);
    expect(results.filter((result) => 'reason' in result && result.reason === 'rate_limited')).toHaveLength(1);
  });

  it('say that a buyer has no WhatsApp, or has not written although we thought so', async () => {
    expect(await send({ phone: NOT_ON_WHATSAPP })).toEqual({ outcome: 'final', reason: 'not_on_whatsapp' });
    expect(await send({ phone: NEVER_WROTE })).toEqual({ outcome: 'final', reason: 'window_closed' });
  });

  it('say that a template is not approved', async () => {
    const template = { ...TEMPLATE, name: 'another' };
    expect(await send({ lastReplyAt: null, template })).toEqual({ outcome: 'final', reason: 'template_unknown' });
  });

  it.each([
    [{ language: 'en_US' }, 'template_unknown'],
    [{ name: 'pausado', parameters: [] }, 'template_paused'],
    [{ parameters: ['Ana'] }, 'template_parameters'],
    [{ name: 'com_imagem', parameters: ['Ana'] }, 'template_parameters'],
    [{ imageUrl: 'https://example.com/a.png' }, 'template_parameters'],
  ])('say what is wrong with a template: %o', async (changes, reason) => {
    const template = { ...TEMPLATE, ...changes };
    expect(await send({ lastReplyAt: null, template })).toEqual({ outcome: 'final', reason });
  });
});

describe('an error of the Cloud API', () => {
  it.each([
    [401, 0, 'final', 'token_refused'],
    [403, 10, 'final', 'token_refused'],
    [401, 190, 'final', 'token_refused'],
    [403, 200, 'final', 'token_refused'],
    [403, 299, 'final', 'token_refused'],
    [400, 4, 'temporary', 'rate_limited'],
    [400, 80007, 'temporary', 'rate_limited'],
    [429, 130429, 'temporary', 'rate_limited'],
    [400, 131048, 'temporary', 'rate_limited'],
    [400, 131056, 'temporary', 'recipient_rate_limited'],
    [403, 368, 'final', 'account_restricted'],
    [403, 131031, 'final', 'account_restricted'],
    [400, 131042, 'final', 'account_restricted'],
    [400, 131026, 'final', 'not_on_whatsapp'],
    [400, 131047, 'final', 'window_closed'],
    [400, 132000, 'final', 'template_parameters'],
    [404, 132001, 'final', 'template_unknown'],
    [400, 132007, 'final', 'template_rejected'],
    [400, 132012, 'final', 'template_parameters'],
    [400, 132015, 'final', 'template_paused'],
    [400, 132016, 'final', 'template_paused'],
    [400, 133010, 'temporary', 'instance_disconnected'],
    [400, 100, 'final', 'provider_refused'],
    [400, 131009, 'final', 'provider_refused'],
    [500, 131000, 'temporary', 'provider_unavailable'],
    [503, 2, 'temporary', 'provider_unavailable'],
    [500, 999999, 'temporary', 'provider_unavailable'],
    [429, 999999, 'temporary', 'rate_limited'],
    [400, 999999, 'final', 'provider_refused'],
    // An error inside an answer that says that all went well.
    [200, 131056, 'temporary', 'recipient_rate_limited'],
    [200, 190, 'final', 'token_refused'],
  ])('%d with code %d is %s: %s', async (status, code, outcome, reason) => {
    expect(await sendAgainst(status, code)).toMatchObject({ outcome, reason });
  });

  it('waits as long as it says', async () => {
    expect(await sendAgainst(429, 130429, { 'retry-after': '7' })).toMatchObject({ retryAfterMilliseconds: 7000 });
    const date = new Date(NOW.getTime() + 90_000).toUTCString();
    expect(await sendAgainst(503, 2, { 'retry-after': date })).toMatchObject({ retryAfterMilliseconds: 90_000 });
    expect(await sendAgainst(503, 2, { 'retry-after': 'soon' })).toMatchObject({ retryAfterMilliseconds: null });
    expect(await sendAgainst(503, 2)).toMatchObject({ retryAfterMilliseconds: null });
  });
});

const page = (status: number): Fault => ({ kind: 'answer', answer: { status, body: '<html>Bad Gateway</html>' } });
const json = (body: unknown): Fault => ({ kind: 'answer', answer: { status: 200, body } });

describe('what is not an answer of Meta', () => {
  it.each<[string, Fault, string, string]>([
    ['a page with status 200', page(200), 'uncertain', 'provider_unreadable'],
    ['a redirect', page(302), 'temporary', 'provider_unreadable'],
    ['a page with status 404', page(404), 'temporary', 'provider_unreadable'],
    ['a page with status 429', page(429), 'temporary', 'rate_limited'],
    ['a page with status 502', page(502), 'uncertain', 'answer_lost'],
    ['a page with status 503', page(503), 'temporary', 'provider_unavailable'],
    ['a page with status 504', page(504), 'uncertain', 'answer_lost'],
    ['an empty list of messages', json({ messages: [] }), 'uncertain', 'provider_unreadable'],
    ['a message without an id', json({ messages: [{ id: null }] }), 'uncertain', 'provider_unreadable'],
    ['null', json(null), 'uncertain', 'provider_unreadable'],
    ['a list', json([[], 'x']), 'uncertain', 'provider_unreadable'],
    ['an error without a code', json({ error: 'no' }), 'uncertain', 'provider_unreadable'],
    ['no answer', { kind: 'cut', processed: true, midAnswer: false }, 'uncertain', 'no_answer'],
    ['half an answer', { kind: 'cut', processed: true, midAnswer: true }, 'uncertain', 'no_answer'],
  ])('%s', async (_, fault, outcome, reason) => {
    server.fail(fault);
    expect(await send()).toMatchObject({ outcome, reason });
  });

  it('is one all the same when it names the message, whatever its status', async () => {
    server.fail({ kind: 'answer', answer: { status: 500, body: { messages: [{ id: 'wamid.7' }] } } });
    expect(await send()).toEqual({ outcome: 'accepted', providerMessageId: 'wamid.7' });
  });

  it('may leave the message sent all the same', async () => {
    const before = server.accepted.length;
    server.fail({ kind: 'cut', processed: true, midAnswer: true });
    expect(await send()).toEqual({ outcome: 'uncertain', reason: 'no_answer' });
    expect(server.accepted).toHaveLength(before + 1);
  });

  it('is waited for until the attempt is given up', async () => {
    server.fail({ kind: 'silence', processed: true });
    const before = server.accepted.length;
    const giveUp = new AbortController();
    const result = sender.send(outgoing(), giveUp.signal);
    await expect.poll(() => server.accepted.length).toBe(before + 1);
    giveUp.abort();
    expect(await result).toEqual({ outcome: 'uncertain', reason: 'no_answer' });
  });

  it('is known to have sent nothing when nobody listens', async () => {
    const nobody = senderWith({ baseUrl: 'http://127.0.0.1:1' });
    expect(await send({}, nobody)).toEqual({
      outcome: 'temporary',
      reason: 'provider_unavailable',
      retryAfterMilliseconds: null,
    });
  });
});

describe('the connection to the Cloud API', () => {
  it('is there when Meta knows the number and the token', async () => {
    expect(await sender.connection(patience())).toEqual({ state: 'connected' });
  });

  it('is not there when the token was withdrawn', async () => {
    server.setTokenRevoked(true);
    expect(await sender.connection(patience())).toEqual({
      state: 'disconnected',
      reason: 'token_refused',
      qrCode: null,
    });
    expect(await send()).toEqual({ outcome: 'final', reason: 'token_refused' });
    server.setTokenRevoked(false);
  });

  it.each([
    ['the number is another', { phoneNumberId: '999999' }, 'token_refused'],
    ['nobody listens', { baseUrl: 'http://127.0.0.1:1' }, 'provider_unavailable'],
  ])('is not there when %s', async (_, changes, reason) => {
    expect(await senderWith(changes).connection(patience())).toMatchObject({ state: 'disconnected', reason });
  });

  it.each([
    ['a page', page(200), 'provider_unreadable'],
    ['an overload', page(503), 'provider_unavailable'],
    ['half an answer', { kind: 'cut', processed: true, midAnswer: true } as Fault, 'no_answer'],
    ['an odd answer', json({ id: 5 }), 'provider_unreadable'],
  ])('is not known after %s', async (_, fault, reason) => {
    server.fail(fault);
    expect(await sender.connection(patience())).toMatchObject({ state: 'disconnected', reason });
  });
});

describe('the credentials of the Cloud API', () => {
  it('are what people paste, without the spaces around it', () => {
    const read = whatsappCloudCredentials.parse({ ...typed, accessToken: ' the-access-token\n' });
    expect(read).toEqual({ ...typed, baseUrl: 'https://graph.facebook.com', version: 'v24.0' });
    const baseUrl = ' https://proxy.example.com/meta/ ';
    expect(whatsappCloudCredentials.parse({ ...typed, baseUrl }).baseUrl).toBe('https://proxy.example.com/meta');
  });

  it.each([
    { accessToken: 'two words' },
    { accessToken: 'a\r\nhost: evil' },
    { phoneNumberId: '../me' },
    { baseUrl: 'file:///etc/passwd' },
    { baseUrl: 'https://user:word@example.com' },
    { baseUrl: 'https://example.com/?q=1' },
    { version: 'v24.0/../..' },
    { unknown: 'field' },
  ])('are not %o, and the refusal quotes no secret', (changes) => {
    const read = whatsappCloudCredentials.safeParse({ ...typed, ...changes });
    expect(read.success).toBe(false);
    for (const value of Object.values({ ...typed, ...changes })) {
      expect(JSON.stringify(read.error)).not.toContain(JSON.stringify(value));
    }
  });
});

describe('the templates of the Cloud API', () => {
  it('are those of that very name, in each language, with how many values they ask for', async () => {
    expect(await sender.templates?.(TEMPLATE.name, patience())).toEqual([
      { language: 'pt_BR', status: 'APPROVED', parameters: 2, hasImage: false },
    ]);
    expect(await sender.templates?.('pausado', patience())).toEqual([
      { language: 'pt_BR', status: 'PAUSED', parameters: 0, hasImage: false },
    ]);
    expect(await sender.templates?.('com_imagem', patience())).toEqual([
      { language: 'pt_BR', status: 'APPROVED', parameters: 1, hasImage: true },
    ]);
    expect(await sender.templates?.('pix', patience())).toEqual([]);
  });

  it.each<[string, Fault]>([
    ['the token may only send', { kind: 'answer', answer: { status: 403, body: { error: { code: 200 } } } }],
    ['a page comes', page(200)],
    ['half an answer comes', { kind: 'cut', processed: true, midAnswer: true }],
    ['the account is not named', json({ id: '1', health_status: { entities: [{ entity_type: 'APP', id: '2' }] } })],
  ])('are not known when %s', async (_, fault) => {
    server.fail(fault);
    expect(await sender.templates?.(TEMPLATE.name, patience())).toBeNull();
  });
});
