import mongoose from 'mongoose';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChatUnavailableError } from '../../../src/chat/chat-unavailable.ts';
import { createConnectionLease } from '../../../src/chat/connection-lease.ts';
import { textMessage } from '../../../src/chat/message.ts';
import { createSlackChat } from '../../../src/chat/slack/slack-chat.ts';
import type { ChatSurface } from '../../../src/chat/surface.ts';
import {
  BOT_TOKEN,
  HOME_TEAM,
  type LoopbackSlack,
  type Refusal,
  startLoopbackSlack,
} from '../../support/slack/loopback-slack.ts';
import { SALES } from '../../support/slack/slack-person.ts';

const NOW = new Date('2026-11-24T17:05:00.000Z');
const SECOND = 1_000;
let slack: LoopbackSlack;
let logged = '';

beforeEach(async () => {
  logged = '';
  slack = await startLoopbackSlack(() => NOW);
  slack.channels.push({ ...SALES, is_member: true });
  slack.people.set('U0ANA', { id: 'U0ANA', real_name: 'Ana', is_admin: true });
});

afterEach(async () => {
  await slack.stop();
  expect(slack.breaches).toEqual([]);
});

/** The surface of a process that has just started: it remembers nothing. */
function startedSurface(): ChatSurface {
  const log = pino({ level: 'warn' }, { write: (line) => (logged += line) });
  const connection = mongoose.createConnection();
  const lease = createConnectionLease({ connection, chat: 'slack', holderId: 'test', log });
  const config = { botToken: BOT_TOKEN, appToken: null, signingSecret: 'secret', apiUrl: slack.apiUrl };
  return createSlackChat({ config, lease, locale: 'pt-BR', log, now: () => NOW }).surface;
}

function postOf(key: string, channelId: string = SALES.id) {
  return { key, workspaceId: `slack:${HOME_TEAM}`, channelId, message: textMessage('neutral', key) };
}

/** Others talk in the channel. */
function chatter(messages: number): void {
  for (let index = 0; index < messages; index += 1) {
    const at = NOW.getTime() / SECOND + index;
    const message = { by: 'a person', channel: SALES.id, user: null, ephemeral: false, text: 'oi', blocks: [] };
    slack.messages.push({ ...message, ts: `${at}.5` });
  }
}

function shown(): string[] {
  return slack.messages.filter(({ by }) => by === 'chat.postMessage').map(({ text }) => text);
}

describe('a post of which nobody knows whether it was made', () => {
  it.each([-299, 0, 299])('is found again and made once, our clock %i seconds ahead of Slack’s', async (seconds) => {
    await startedSurface().post(postOf('once'));
    await startedSurface().post(postOf('once'), new Date(NOW.getTime() + seconds * SECOND));
    expect(shown()).toEqual(['once']);
  });

  it('is found behind several pages', async () => {
    await startedSurface().post(postOf('once'));
    chatter(900);
    await startedSurface().post(postOf('once'), NOW);
    expect(shown()).toEqual(['once']);
    expect(slack.calls.get('conversations.history')).toBe(5);
  });

  it('is made again after a thousand messages, rather than looked for without end', async () => {
    await startedSurface().post(postOf('once'));
    chatter(1_000);
    await startedSurface().post(postOf('once'), NOW);
    expect(shown()).toEqual(['once', 'once']);
    expect(slack.calls.get('conversations.history')).toBe(5);
  });

  it('is not taken for another one that reads the same', async () => {
    const message = textMessage('success', 'Compra aprovada');
    await startedSurface().post({ ...postOf('one'), message });
    await startedSurface().post({ ...postOf('two'), message }, NOW);
    expect(shown()).toHaveLength(2);
  });

  it('says nothing of the sale to other apps', async () => {
    await startedSurface().post(postOf('alert:6924a1b2c3d4e5f601234567'));
    const [message] = slack.messages;
    expect(message?.metadata).toEqual({ event_type: 'sininho_post', event_payload: { mark: expect.any(String) } });
    expect(JSON.stringify(message?.metadata)).not.toContain('6924a1b2');
  });

  it.each<[string, Refusal]>([
    ['missing_scope', { error: 'missing_scope' }],
    ['unknown_method', { error: 'unknown_method' }],
    ['a server without the method', { status: 404 }],
    ['not_in_channel', { error: 'not_in_channel' }],
  ])('is made again where Slack does not let us look (%s), and the log says so', async (_why, refusal) => {
    slack.refuse('conversations.history', refusal);
    await startedSurface().post(postOf('not lost'), NOW);
    expect(shown()).toEqual(['not lost']);
    expect(logged).toContain('Install the app again');
  });

  it('is made again in a direct conversation, which we may not read', async () => {
    await startedSurface().post(postOf('for Ana', 'U0ANA'), NOW);
    expect(shown()).toEqual(['for Ana']);
  });

  it.each<[string, Refusal, number | null]>([
    ['busy', { retryAfter: 30 }, 30_000],
    ['away', { status: 503 }, null],
    ['cut off', { hang: true }, null],
  ])('waits while Slack is %s', async (_how, refusal, retryAfterMilliseconds) => {
    await startedSurface().post(postOf('once'));
    slack.refuse('conversations.history', refusal);
    const refused = startedSurface().post(postOf('once'), NOW);
    await expect(refused).rejects.toBeInstanceOf(ChatUnavailableError);
    await expect(refused).rejects.toMatchObject({ retryAfterMilliseconds });
    await startedSurface().post(postOf('once'), NOW);
    expect(shown()).toEqual(['once']);
  });
});
