import { describe, expect, it } from 'vitest';
import { answerHandshake } from '../../src/senders/registry.ts';
import { NOW, PHONE } from './messages.ts';
import { EVOLUTION, fromMeta, META, read } from './webhooks.ts';

const SECONDS = '1795521540';
const AT = new Date(Number(SECONDS) * 1000);

function body(value: object, phoneNumberId = '106540352242922'): string {
  const metadata = { display_phone_number: '5511900000000', phone_number_id: phoneNumberId };
  const changes = [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } }];
  return JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '1', changes }] });
}

const status = (changes: object) => ({
  id: 'wamid.1',
  status: 'sent',
  timestamp: SECONDS,
  recipient_id: '1',
  ...changes,
});
const message = (changes: object) => ({ from: '5511987654321', id: 'wamid.2', timestamp: SECONDS, ...changes });

function receipts(...statuses: unknown[]) {
  const content = fromMeta(body({ statuses }));
  return content === 'refused' ? content : content.receipts;
}

function replies(...messages: unknown[]) {
  const content = fromMeta(body({ messages }));
  return content === 'refused' ? content : content.replies;
}

describe('a status from Meta', () => {
  it.each([
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['played', 'read'],
  ])('%s is a receipt: %s', (name, expected) => {
    expect(receipts(status({ status: name }))).toEqual([
      { providerMessageId: 'wamid.1', messageId: null, status: expected, at: AT, reason: null },
    ]);
  });

  it('brings our own id back', () => {
    expect(receipts(status({ biz_opaque_callback_data: 'message-1' }))).toMatchObject([{ messageId: 'message-1' }]);
  });

  it.each([
    [[{ code: 131047, title: 'Re-engagement message' }], 'window_closed'],
    [[{ code: 131026 }], 'not_on_whatsapp'],
    [[{ code: 131049 }], 'provider_refused'],
    [[{ code: 'x' }, { code: 132015 }], 'template_paused'],
    [[], 'provider_refused'],
    [undefined, 'provider_refused'],
  ])('says why it failed: %o', (errors, reason) => {
    expect(receipts(status({ status: 'failed', errors }))).toMatchObject([{ status: 'failed', reason }]);
  });

  it('that is odd costs no other', () => {
    expect(receipts(null, status({ status: 'deleted' }), { id: 5 }, status({ id: 'wamid.9' }))).toMatchObject([
      { providerMessageId: 'wamid.9' },
    ]);
  });

  it.each(['', 'x', null, -1, true, [5], 1e300, '1795521601', {}])('with the odd time %o is of now', (timestamp) => {
    expect(receipts(status({ timestamp }))).toMatchObject([{ at: NOW }]);
  });
});

describe('a message from a buyer by Meta', () => {
  it.each([
    [{ type: 'text', text: { body: 'SAIR' } }, 'SAIR'],
    [{ type: 'button', button: { text: 'Não quero mais', payload: 'stop' } }, 'Não quero mais'],
    [{ type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: '1', title: 'Sim' } } }, 'Sim'],
    [{ type: 'interactive', interactive: { type: 'list_reply', list_reply: { id: '1', title: 'Pix' } } }, 'Pix'],
    [{ type: 'image', image: { caption: 'Comprovante' } }, 'Comprovante'],
    [{ type: 'image', image: { id: '1' } }, ''],
    [{ type: 'audio', audio: { id: '1' } }, ''],
    [{ type: 'text', text: 'odd' }, ''],
  ])('is read: %o', (content, text) => {
    expect(replies(message(content))).toEqual([{ providerMessageId: 'wamid.2', phone: PHONE, text, at: AT }]);
  });

  it('comes from the number with its ninth digit, which WhatsApp leaves out of old ones', () => {
    const old = message({ from: '551187654321', type: 'text', text: { body: 'Oi' } });
    expect(replies(old)).toMatchObject([{ phone: PHONE }]);
  });

  it.each([
    { type: 'reaction' },
    { type: 'system' },
    { type: 'unsupported' },
    { type: 'text', from: 'nobody' },
    { type: 'text', from: '120363000000000000' },
  ])('is none: %o', (content) => {
    expect(replies(message(content))).toEqual([]);
  });
});

describe('a webhook from Meta', () => {
  it('of another number of the app tells nothing', () => {
    expect(fromMeta(body({ statuses: [status({})] }, '42'))).toEqual({ receipts: [], replies: [] });
  });

  it('is refused without the right signature over the very bytes', () => {
    const text = body({ statuses: [status({})] });
    expect(read(META, {}, text)).toBe('refused');
    expect(read(META, { 'x-hub-signature-256': 'sha256=' }, text)).toBe('refused');
    expect(read(META, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }, text)).toBe('refused');
    expect(read(META, { 'x-hub-signature': 'sha1=x' }, text)).toBe('refused');
  });

  it('is answered with its challenge when it asks with our token', () => {
    const query = { 'hub.mode': 'subscribe', 'hub.verify_token': 'the-verify-token', 'hub.challenge': '1158201444' };
    expect(answerHandshake(META, query)).toBe('1158201444');
    expect(answerHandshake(META, { ...query, 'hub.verify_token': 'another' })).toBeNull();
    expect(answerHandshake(META, { ...query, 'hub.mode': 'unsubscribe' })).toBeNull();
    expect(answerHandshake(META, { ...query, 'hub.challenge': '<script>' })).toBeNull();
    expect(answerHandshake(META, { ...query, 'hub.challenge': ['1', '2'] })).toBeNull();
    expect(answerHandshake(META, {})).toBeNull();
    expect(answerHandshake(EVOLUTION, query)).toBeNull();
  });
});
