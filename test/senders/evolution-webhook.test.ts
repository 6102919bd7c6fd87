import { describe, expect, it } from 'vitest';
import { readCredentials } from '../../src/senders/registry.ts';
import { NOW, PHONE } from './messages.ts';
import { EVOLUTION, read } from './webhooks.ts';

const SECONDS = 1_795_521_540;
const AT = new Date(SECONDS * 1000);
const NOTHING = { receipts: [], replies: [] };

function tell(event: string, data: unknown, instance = 'loja') {
  const body = { event, instance, data, date_time: '2026-11-24T09:00:00.000Z', apikey: 'the-api-key' };
  return read(EVOLUTION, {}, JSON.stringify(body));
}

const update = (changes: object = {}) => ({
  messageId: 'their-own',
  keyId: '3EB01',
  remoteJid: '5511987654321@s.whatsapp.net',
  fromMe: true,
  status: 'READ',
  ...changes,
});
const upsert = (message: unknown, key: object = {}) => ({
  key: { id: '3A1', fromMe: false, remoteJid: '5511987654321@s.whatsapp.net', ...key },
  message,
  messageTimestamp: SECONDS,
});

describe('a status from Evolution', () => {
  it.each([
    ['SERVER_ACK', 'sent', null],
    ['DELIVERY_ACK', 'delivered', null],
    ['READ', 'read', null],
    ['PLAYED', 'read', null],
    ['ERROR', 'failed', 'provider_refused'],
  ])('%s is a receipt: %s', (name, status, reason) => {
    expect(tell('messages.update', update({ status: name }))).toEqual({
      receipts: [{ providerMessageId: '3EB01', messageId: null, status, at: NOW, reason }],
      replies: [],
    });
  });

  it('may come in a list, and under the other name of its event', () => {
    const updates = [update(), null, update({ status: 'PENDING' }), update({ keyId: '3EB02' })];
    expect(tell('MESSAGES_UPDATE', updates)).toMatchObject({
      receipts: [{ providerMessageId: '3EB01' }, { providerMessageId: '3EB02' }],
    });
  });

  it('of what somebody else wrote tells nothing', () => {
    expect(tell('messages.update', update({ fromMe: false }))).toEqual(NOTHING);
  });
});

describe('a message from a buyer by Evolution', () => {
  it.each([
    [{ conversation: 'SAIR' }, 'SAIR'],
    [{ extendedTextMessage: { text: 'Parar' } }, 'Parar'],
    [{ ephemeralMessage: { message: { extendedTextMessage: { text: 'Oi' } } } }, 'Oi'],
    [{ buttonsResponseMessage: { selectedDisplayText: 'Sim' } }, 'Sim'],
    [{ templateButtonReplyMessage: { selectedDisplayText: 'Não' } }, 'Não'],
    [{ listResponseMessage: { title: 'Pix' } }, 'Pix'],
    [{ imageMessage: { caption: 'Comprovante' } }, 'Comprovante'],
    [{ imageMessage: { url: 'x' } }, ''],
    [{ audioMessage: { seconds: 3 } }, ''],
  ])('is read: %o', (message, text) => {
    const reply = { providerMessageId: '3A1', phone: PHONE, text, at: AT };
    expect(tell('messages.upsert', upsert(message))).toEqual({ receipts: [], replies: [reply] });
  });

  it.each([
    { remoteJid: '551187654321@s.whatsapp.net' },
    { remoteJid: '5511987654321:12@s.whatsapp.net' },
    { remoteJid: '123456789012345@lid', remoteJidAlt: '5511987654321@s.whatsapp.net' },
    { remoteJid: '123456789012345@lid', senderPn: '5511987654321@s.whatsapp.net' },
  ])('comes from the number, however the chat is named: %o', (key) => {
    expect(tell('messages.upsert', upsert({ conversation: 'Oi' }, key))).toMatchObject({ replies: [{ phone: PHONE }] });
  });

  it.each([
    [{ conversation: 'Oi' }, { fromMe: true }],
    [{ conversation: 'Oi' }, { remoteJid: '120363000000000000@g.us' }],
    [{ conversation: 'Oi' }, { remoteJid: 'status@broadcast' }],
    [{ conversation: 'Oi' }, { remoteJid: '123456789012345@lid' }],
    [{ reactionMessage: { text: '👍' } }, {}],
    [{ protocolMessage: { type: 'REVOKE' } }, {}],
    [null, {}],
  ])('is none: %o with %o', (message, key) => {
    expect(tell('messages.upsert', upsert(message, key))).toEqual(NOTHING);
  });
});

describe('a webhook from Evolution', () => {
  it.each([
    ['open', 'connected'],
    ['close', 'disconnected'],
    ['refused', 'disconnected'],
  ])('tells that the instance is %s: %s', (state, connection) => {
    expect(tell('connection.update', { instance: 'loja', state, statusReason: 200 })).toEqual({
      ...NOTHING,
      connection,
    });
  });

  it('tells nothing of a connection that is still being made, or is none', () => {
    expect(tell('connection.update', { state: 'connecting' })).toEqual(NOTHING);
    expect(tell('connection.update', 'open')).toEqual(NOTHING);
  });

  it('of another instance, or with another event, tells nothing', () => {
    expect(tell('messages.update', update(), 'another')).toEqual(NOTHING);
    expect(tell('contacts.update', update())).toEqual(NOTHING);
  });

  it('is refused without the secret, when the instance has one', () => {
    const { credentials } = EVOLUTION;
    const guarded = readCredentials('evolution', { ...credentials, webhookSecret: 'the-secret' });
    const body = JSON.stringify({ event: 'messages.update', instance: 'loja', data: update() });
    expect(read(guarded, {}, body)).toBe('refused');
    expect(read(guarded, { 'x-webhook-secret': 'another' }, body)).toBe('refused');
    expect(read(guarded, { 'x-webhook-secret': 'the-secret' }, body)).toMatchObject({ receipts: [{ status: 'read' }] });
  });
});
