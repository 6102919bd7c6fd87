import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { messageBreaches, viewBreaches } from './slack-limits.ts';

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is checked by the limits and by each test
export type Json = any;

export const BOT_TOKEN = 'xoxb-loopback';
export const APP_TOKEN = 'xapp-loopback';
export const SIGNING_SECRET = 'a signing secret for tests';
export const HOME_TEAM = 'T0HOME';

/** Slack gives a request three seconds. */
const ACKNOWLEDGEMENT_MILLISECONDS = 3_000;
const RESPONSES_FOR_AN_ADDRESS = 5;
/** Slack lets a few messages through at once, and one a second after that. */
const MESSAGES: Pace = { burst: 4, perSecond: 1 };
/** Tier 3 of https://docs.slack.dev/apis/web-api/rate-limits: fifty a minute. */
const HISTORIES: Pace = { burst: 50, perSecond: 50 / 60 };
/** https://docs.slack.dev/reference/methods/conversations.history */
const HISTORY_LIMIT = 999;

interface Pace {
  burst: number;
  perSecond: number;
}

export interface SlackMessage {
  /** How it was sent: a Web API method, or `response_url`. */
  by: string;
  channel: string;
  /** Who alone sees it. */
  user: string | null;
  ephemeral: boolean;
  text: string;
  blocks: Json[];
  /** What apps alone can read of it. */
  metadata?: Json;
  /** Slack's name of the message in its channel: the time, in seconds. */
  ts: string;
}

export interface SlackShare {
  channel: string;
  name: string;
  title: string;
  content: string;
  alternative: string | null;
}

/** What Slack is told to answer instead; after `lost` it does as it was asked, and its answer does not arrive. */
export type Refusal =
  | { error: string; needed?: string }
  | { retryAfter: number }
  | { status: number }
  | { hang: true }
  | { lost: true };

interface Upload {
  name: string;
  length: number;
  content: Buffer | null;
  alternative: string | null;
}

export interface LoopbackSlack {
  apiUrl: string;
  /** Every rule of Slack's that was broken; a test expects none. */
  breaches: string[];
  messages: SlackMessage[];
  files: SlackShare[];
  /** The views as they are now, by id. */
  views: Map<string, Json>;
  /** What each home shows, by person. */
  homes: Map<string, Json>;
  /** How often each method was called. */
  calls: Map<string, number>;
  /** Grows whenever something could be seen by a person. */
  effects(): number;
  people: Map<string, Json>;
  channels: { id: string; name: string; is_member: boolean; is_private?: boolean }[];
  /** Refuses the next calls of a method, or calls by it for as long as `times` says. */
  refuse(method: string, refusal: Refusal, times?: number): void;
  acceptEverything(): void;
  /** The tokens that are accepted from now on. */
  tokens: { bot: string; app: string };
  /** Sockets that are connected and said hello. */
  sockets(): number;
  /** The most of them that there were at one time. */
  mostSockets(): number;
  /** Ends all sockets: as Slack does it routinely, with a warning first, or as a broken line. */
  disconnect(how: 'warning' | 'refresh_requested' | 'broken'): void;
  /** Delivers by the socket. @returns what the acknowledgement carried @throws when none came within three seconds */
  deliverBySocket(envelope: { type: string; payload: Json; envelopeId?: string; retryAttempt?: number }): Promise<Json>;
  /** Whether the next envelope's acknowledgement is thrown away, and the socket with it. */
  loseNextAcknowledgement(): void;
  /** An address that takes answers for a conversation. */
  responseAddress(channel: string, user: string): string;
  newTrigger(): string;
  stop(): Promise<void>;
}

/**
 * A server that speaks as much of Slack's protocol as the product uses, and is as strict as Slack about it.
 * @param now what its clock says
 */
export async function startLoopbackSlack(now: () => Date = () => new Date()): Promise<LoopbackSlack> {
  const breaches: string[] = [];
  const messages: SlackMessage[] = [];
  const files: SlackShare[] = [];
  const views = new Map<string, Json>();
  const homes = new Map<string, Json>();
  const calls = new Map<string, number>();
  const people = new Map<string, Json>();
  const channels: LoopbackSlack['channels'] = [];
  const tokens = { bot: BOT_TOKEN, app: APP_TOKEN };
  const refusals: { method: string; refusal: Refusal; times: number }[] = [];
  const uploads = new Map<string, Upload>();
  const addresses = new Map<string, { channel: string; user: string; left: number }>();
  const triggers = new Set<string>();
  const tickets = new Set<string>();
  const buckets = new Map<string, { room: number; at: number }>();
  const waiting = new Map<string, (payload: Json) => void>();
  const greeted = new Set<WebSocket>();
  const began = { real: performance.now(), told: now().getTime() };
  let loseNext = false;
  let viewCount = 0;
  let mostSockets = 0;
  let effects = 0;
  let address = '';

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      breaches.push(`the loopback failed: ${String(error)}`);
      response.writeHead(500).end();
    });
  });
  const socketServer = new WebSocketServer({ server, path: '/link' });

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, area, name = ''] = (request.url ?? '').split('/');
    const body = await read(request);
    if (area === 'api') answerApi(name, request, body, response);
    else if (area === 'upload') takeUpload(name, request, body, response);
    else if (area === 'respond') takeResponse(name, body, response);
    else response.writeHead(404).end();
  }

  function answerApi(method: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    calls.set(method, (calls.get(method) ?? 0) + 1);
    const order = orderFor(method);
    if (order && !('lost' in order)) {
      refuse(order, response);
      return;
    }
    const answer = effectOf(method, request, body);
    if (order) response.destroy();
    else if (answer.retryAfter) refuse({ retryAfter: answer.retryAfter }, response);
    else json(response, answer);
  }

  function effectOf(method: string, request: IncomingMessage, body: Buffer): Json {
    const token = method === 'apps.connections.open' ? tokens.app : tokens.bot;
    if (request.headers.authorization !== `Bearer ${token}`) return { ok: false, error: 'invalid_auth' };
    const answer = METHODS[method]?.(fieldsOf(body));
    if (answer === undefined) breaches.push(`unknown method ${method}`);
    return answer ?? { ok: false, error: 'unknown_method' };
  }

  function orderFor(method: string): Refusal | null {
    const order = refusals.find((candidate) => candidate.method === method && candidate.times > 0);
    if (!order) return null;
    order.times -= 1;
    return order.refusal;
  }

  function refuse(refusal: Refusal, response: ServerResponse): void {
    if ('retryAfter' in refusal) response.writeHead(429, { 'retry-after': String(refusal.retryAfter) }).end();
    else if ('status' in refusal) response.writeHead(refusal.status).end();
    else if ('error' in refusal) json(response, { ok: false, ...refusal });
    else response.destroy();
  }

  /** What to answer when that is asked more often than it may be; null when there is room for one more. */
  function tooFast(what: string, { burst, perSecond }: Pace): { retryAfter: number } | null {
    // A test's clock may stand still, or jump.
    const at = Math.max(performance.now() - began.real, now().getTime() - began.told);
    const bucket = buckets.get(what) ?? { room: burst, at };
    bucket.room = Math.min(burst, bucket.room + ((at - bucket.at) / 1_000) * perSecond) - 1;
    bucket.at = at;
    buckets.set(what, bucket);
    if (bucket.room >= 0) return null;
    breaches.push(`too often: ${what}`);
    return { retryAfter: 1 };
  }

  function isThere(channel: string): string | null {
    if (people.has(channel) || channel.startsWith('D')) return null;
    const known = channels.find(({ id }) => id === channel);
    if (!known) return 'channel_not_found';
    return known.is_member ? null : 'not_in_channel';
  }

  function take(message: Omit<SlackMessage, 'ts'>): string {
    breaches.push(...messageBreaches(message));
    effects += 1;
    const ts = `${Math.floor(now().getTime() / 1_000)}.${String(effects).padStart(6, '0')}`;
    messages.push({ ...message, ts });
    return ts;
  }

  /** A page of what everybody in the channel sees, newest first. */
  function historyOf({ channel, oldest = '0', limit = '100', cursor = '0', include_all_metadata }: Json): Json {
    // Unlike a message, a question takes no person in place of the conversation with them.
    const error = people.has(channel) ? 'channel_not_found' : isThere(channel);
    if (error) return { ok: false, error };
    if (!(Number(limit) >= 1 && Number(limit) <= HISTORY_LIMIT)) return { ok: false, error: 'invalid_limit' };
    const late = tooFast('conversations.history', HISTORIES);
    if (late) return late;
    const seen = messages
      .filter((message) => message.channel === channel && !message.ephemeral && Number(message.ts) > Number(oldest))
      .reverse();
    const end = Number(cursor) + Number(limit);
    return {
      ok: true,
      messages: seen.slice(Number(cursor), end).map(({ ts, text, blocks, metadata }) => ({
        ...{ type: 'message', bot_id: 'B0BOT', ts, text, blocks },
        ...(metadata && include_all_metadata === 'true' ? { metadata } : {}),
      })),
      has_more: end < seen.length,
      response_metadata: { next_cursor: end < seen.length ? String(end) : '' },
    };
  }

  function takeView(view: Json): void {
    breaches.push(...viewBreaches(view));
    // A modal that only says that it waits is no answer yet.
    if (view.callback_id !== 'waiting') effects += 1;
  }

  function openView(view: Json): Json {
    viewCount += 1;
    const opened = { ...view, id: `V${viewCount}`, state: { values: {} } };
    views.set(opened.id, opened);
    return opened;
  }

  const METHODS: Record<string, (fields: Json) => Json> = {
    'auth.test': () => ({ ok: true, team_id: HOME_TEAM, user_id: 'U0BOT', bot_id: 'B0BOT' }),
    'apps.connections.open': () => {
      const ticket = randomUUID();
      tickets.add(ticket);
      return { ok: true, url: `${address.replace('http', 'ws')}/link?ticket=${ticket}` };
    },
    'users.info': ({ user, include_locale }) => {
      const person = people.get(user);
      if (!person) return { ok: false, error: 'user_not_found' };
      const { locale, ...others } = person;
      return { ok: true, user: include_locale === 'true' ? person : others };
    },
    'users.list': () => ({ ok: true, members: [...people.values()], response_metadata: { next_cursor: '' } }),
    'users.conversations': ({ cursor = '0' }) => {
      const mine = channels.filter(({ is_member }) => is_member);
      const next = Number(cursor) + 2;
      return {
        ok: true,
        channels: mine.slice(Number(cursor), next),
        response_metadata: { next_cursor: next < mine.length ? String(next) : '' },
      };
    },
    'conversations.info': ({ channel }) => {
      const known = channels.find(({ id }) => id === channel);
      return known && (known.is_member || !known.is_private)
        ? { ok: true, channel: known }
        : { ok: false, error: 'channel_not_found' };
    },
    'conversations.open': ({ users }) => ({ ok: true, channel: { id: `D${users}` } }),
    'conversations.history': historyOf,
    'chat.postMessage': ({ channel, text, blocks, metadata }) => {
      const error = isThere(channel);
      if (error) return { ok: false, error };
      const late = tooFast(`messages to ${channel}`, MESSAGES);
      if (late) return late;
      const ts = take({ by: 'chat.postMessage', channel, user: null, ephemeral: false, text, blocks, metadata });
      return { ok: true, channel, ts };
    },
    'chat.postEphemeral': ({ channel, user, text, blocks }) => {
      const error = isThere(channel);
      if (error) return { ok: false, error };
      return {
        ok: true,
        message_ts: take({ by: 'chat.postEphemeral', channel, user, ephemeral: true, text, blocks }),
      };
    },
    'views.open': ({ trigger_id, view }) => {
      if (!triggers.delete(trigger_id)) return { ok: false, error: 'expired_trigger_id' };
      takeView(view);
      return { ok: true, view: openView(view) };
    },
    'views.update': ({ view_id, view }) => {
      if (!views.has(view_id)) return { ok: false, error: 'not_found' };
      views.set(view_id, { ...view, id: view_id, state: { values: {} } });
      takeView(view);
      return { ok: true, view: views.get(view_id) };
    },
    'views.publish': ({ user_id, view }) => {
      homes.set(user_id, view);
      takeView(view);
      return { ok: true, view };
    },
    'files.getUploadURLExternal': ({ filename, length, alt_text = null }) => {
      const id = `F${uploads.size + 1}`;
      uploads.set(id, { name: filename, length: Number(length), content: null, alternative: alt_text });
      return { ok: true, file_id: id, upload_url: `${address}/upload/${id}` };
    },
    'files.completeUploadExternal': ({ files: completed, channel_id }) => {
      const error = isThere(channel_id);
      if (error) return { ok: false, error };
      for (const { id, title } of completed) {
        const upload = uploads.get(id);
        if (!upload?.content) breaches.push('a file that was never uploaded');
        files.push({
          channel: channel_id,
          name: upload?.name ?? '',
          title,
          content: upload?.content?.toString('utf8') ?? '',
          alternative: upload?.alternative ?? null,
        });
        effects += 1;
      }
      return { ok: true, files: completed };
    },
  };

  function takeUpload(id: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const upload = uploads.get(id);
    if (!upload) return void response.writeHead(404).end();
    upload.content = uploadedContent(request, body);
    if (upload.content.length !== upload.length) breaches.push(`${upload.name} is not as long as it was said to be`);
    response.end('OK');
  }

  function takeResponse(id: string, body: Buffer, response: ServerResponse): void {
    const order = orderFor('response_url');
    if (order) return void refuse(order, response);
    const target = addresses.get(id);
    if (!target || target.left === 0) return void response.writeHead(404).end('expired_url');
    target.left -= 1;
    const { response_type, text, blocks } = JSON.parse(body.toString('utf8'));
    const ephemeral = response_type !== 'in_channel';
    take({
      by: 'response_url',
      channel: target.channel,
      user: ephemeral ? target.user : null,
      ephemeral,
      text,
      blocks,
    });
    response.end('ok');
  }

  socketServer.on('connection', (socket, request) => {
    const ticket = new URL(request.url ?? '', address).searchParams.get('ticket') ?? '';
    if (!tickets.delete(ticket)) return socket.close(4_000);
    greeted.add(socket);
    mostSockets = Math.max(mostSockets, greeted.size);
    socket.on('close', () => greeted.delete(socket));
    socket.on('message', (data) => {
      const { envelope_id, payload } = JSON.parse(String(data));
      if (loseNext) {
        loseNext = false;
        socket.terminate();
        return;
      }
      const settle = waiting.get(envelope_id);
      if (!settle) breaches.push(`an acknowledgement of nothing that was sent: ${envelope_id}`);
      settle?.(payload);
    });
    socket.send(JSON.stringify({ type: 'hello', num_connections: greeted.size, connection_info: { app_id: 'A1' } }));
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    apiUrl: `${address}/api`,
    breaches,
    messages,
    files,
    views,
    homes,
    calls,
    people,
    channels,
    tokens,
    effects: () => effects,
    refuse: (method, refusal, times = 1) => void refusals.push({ method, refusal, times }),
    acceptEverything: () => void refusals.splice(0),
    sockets: () => greeted.size,
    mostSockets: () => mostSockets,
    disconnect(how) {
      for (const socket of greeted) {
        if (how === 'broken') socket.terminate();
        else socket.send(JSON.stringify({ type: 'disconnect', reason: how }));
      }
    },
    loseNextAcknowledgement() {
      loseNext = true;
    },
    async deliverBySocket({ type, payload, envelopeId = randomUUID(), retryAttempt = 0 }) {
      const [socket] = greeted;
      if (!socket) throw new Error('Nobody listens on the socket');
      const envelope = {
        type,
        envelope_id: envelopeId,
        payload,
        accepts_response_payload: true,
        ...(retryAttempt > 0 ? { retry_attempt: retryAttempt, retry_reason: 'timeout' } : {}),
      };
      return await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('not acknowledged')), ACKNOWLEDGEMENT_MILLISECONDS);
        const lost = () => settle(undefined);
        const settle = (answer: Json) => {
          clearTimeout(timer);
          socket.off('close', lost);
          waiting.delete(envelopeId);
          resolve(answer);
        };
        waiting.set(envelopeId, settle);
        socket.once('close', lost);
        socket.send(JSON.stringify(envelope));
      });
    },
    responseAddress(channel, user) {
      const id = randomUUID();
      addresses.set(id, { channel, user, left: RESPONSES_FOR_AN_ADDRESS });
      return `${address}/respond/${id}`;
    },
    newTrigger() {
      const trigger = `${randomUUID()}.trigger`;
      triggers.add(trigger);
      return trigger;
    },
    async stop() {
      for (const socket of socketServer.clients) socket.terminate();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The headers with which Slack signs a request: https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function signedHeaders(body: string, at: Date, secret = SIGNING_SECRET): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const hash = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${hash}` };
}

function json(response: ServerResponse, value: Json): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A call's arguments; what is JSON inside of them is read. */
function fieldsOf(body: Buffer): Json {
  const fields = [...new URLSearchParams(body.toString('utf8'))];
  return Object.fromEntries(
    fields.map(([name, value]) => [
      name,
      ['blocks', 'view', 'files', 'metadata'].includes(name) ? JSON.parse(value) : value,
    ]),
  );
}

/** An upload comes as it is, or as the one part of a form. */
function uploadedContent(request: IncomingMessage, body: Buffer): Buffer {
  const boundary = /boundary=(.+)$/.exec(request.headers['content-type'] ?? '')?.[1];
  if (!boundary) return body;
  const start = body.indexOf('\r\n\r\n') + 4;
  return body.subarray(start, body.lastIndexOf(`\r\n--${boundary}`));
}
