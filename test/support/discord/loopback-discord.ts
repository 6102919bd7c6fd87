import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { complaintsAbout } from './discord-description.ts';
import { breachesOf, modalBreachesOf } from './discord-limits.ts';
import { type LoopbackGateway, startLoopbackGateway } from './loopback-gateway.ts';

// biome-ignore lint/suspicious/noExplicitAny: payloads are looked at as Discord would, without trusting any type
export type Json = any;

export const BOT_TOKEN = 'a-bot-token-for-tests';
export const APPLICATION_ID = '100000000000000001';
export const GUILD_ID = '200000000000000001';
export const OTHER_GUILD_ID = '200000000000000002';
export const OWNER_ID = '300000000000000001';
/** Somebody of the guild who owns nothing. */
export const MEMBER_ID = '300000000000000002';

/** A message that somebody can see: in a channel, or for one person after their interaction. */
export interface SeenMessage {
  /** The channel, or the token of the interaction that it answers. */
  place: string;
  isPrivate: boolean;
  body: Json;
  files: { name: string; text: string }[];
}

interface Acknowledgement {
  type: number;
  data: Json;
}

export interface LoopbackDiscord {
  /** For `DISCORD_API_URL`. */
  readonly apiUrl: string;
  readonly gateway: LoopbackGateway;
  /** What people see, in the order in which it appeared. */
  readonly messages: SeenMessage[];
  /** What would not have been accepted, or is forbidden. Tests expect none. */
  readonly breaches: string[];
  /** All requests, as `POST /channels/1/messages`. */
  readonly requests: string[];
  /** First answers to interactions, by interaction token. */
  readonly acknowledgements: Map<string, Acknowledgement>;
  readonly guilds: Json[];
  /** The roles of the bot in every guild, besides everybody's. */
  readonly botRoles: string[];
  /** Registered commands, by `global` or guild. */
  readonly commands: Map<string, Json[]>;
  /** The token that Discord takes. */
  token: string;
  /** The next requests of that kind are refused with 429, that often. */
  limit(pattern: RegExp, times: number, seconds?: number): void;
  /** The next request of that kind is refused because the bot asks too much of everything. */
  limitBot(pattern: RegExp, seconds: number): void;
  /** The next requests of that kind get this error. */
  fail(pattern: RegExp, times: number, status: number, code: number): void;
  /** The next posts are made, but their answers are lost. */
  loseAnswers(pattern: RegExp, times: number): void;
  /** Takes no answer to that interaction any more. */
  expire(interactionToken: string): void;
  /** Interactions that Discord did not wait for, by token: the acknowledgement is refused. */
  readonly impatient: Set<string>;
  /** What the HTTP transport answered first: it did not come through the API. */
  noteAcknowledgement(token: string, answer: Acknowledgement): void;
  stop(): Promise<void>;
}

interface Trouble {
  pattern: RegExp;
  left: number;
  apply(response: ServerResponse): void;
  /** Whether the request takes effect all the same. */
  takesEffect: boolean;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** https://discord.com/developers/docs/topics/permissions: view, send, embed, attach, read history. */
const MAY_POST = String((1n << 10n) | (1n << 11n) | (1n << 14n) | (1n << 15n) | (1n << 16n));

/** A guild as GUILD_CREATE tells it; the bot may post in `vendas` and `equipe`, not in `diretoria`. */
export function loopbackGuild(
  id: string,
  channels: readonly { id: string; name: string; hidden?: boolean; type?: number }[],
): Json {
  return {
    id,
    name: `Guild ${id}`,
    owner_id: OWNER_ID,
    roles: [{ id, name: '@everyone', permissions: MAY_POST, position: 0, color: 0, hoist: false, managed: false }],
    members: [{ user: botUser(), roles: [], joined_at: '2026-01-01T00:00:00Z', deaf: false, mute: false, flags: 0 }],
    channels: channels.map((channel, position) => ({
      id: channel.id,
      name: channel.name,
      type: channel.type ?? 0,
      position,
      permission_overwrites: channel.hidden ? [{ id, type: 0, allow: '0', deny: String(1n << 10n) }] : [],
    })),
    emojis: [],
    stickers: [],
    threads: [],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    features: [],
    member_count: 2,
    joined_at: '2026-01-01T00:00:00Z',
    large: false,
    unavailable: false,
  };
}

function botUser(): Json {
  return { id: APPLICATION_ID, username: 'sininho', discriminator: '0', global_name: null, avatar: null, bot: true };
}

/** A server that speaks Discord's protocol, on loopback: REST with buckets and 429, the gateway, interactions. */
export async function startLoopbackDiscord(): Promise<LoopbackDiscord> {
  const messages: SeenMessage[] = [];
  const breaches: string[] = [];
  const requests: string[] = [];
  const acknowledgements = new Map<string, Acknowledgement>();
  const commands = new Map<string, Json[]>();
  const people = new Map<string, string>([
    [OWNER_ID, 'Ana'],
    [MEMBER_ID, 'Bia'],
  ]);
  const guilds: Json[] = [];
  const botRoles: string[] = [];
  const nonces = new Map<string, Json>();
  const expired = new Set<string>();
  const resolved = new Set<string>();
  const impatient = new Set<string>();
  const troubles: Trouble[] = [];
  let ids = 900_000_000_000_000_000n;
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const gateway = startLoopbackGateway({
    server,
    address: () => `ws://127.0.0.1:${port}/gateway`,
    acceptsToken: (token) => token === discord.token,
    ready: () => ({ user: botUser(), application: { id: APPLICATION_ID, flags: 0 }, guilds }),
  });

  function newId(): string {
    ids += 1n;
    return String(ids);
  }

  function channelNamed(id: string): Json {
    return guilds.flatMap(({ channels }) => channels).find((channel: Json) => channel.id === id);
  }

  function see(place: string, isPrivate: boolean, body: Json, files: SeenMessage['files']): Json {
    const shown = body.embeds ?? [];
    breaches.push(
      ...breachesOf(
        body,
        files.map(({ name }) => name),
      ).map((breach) => `A message ${breach}`),
    );
    messages.push({ place, isPrivate, body, files });
    return { id: newId(), channel_id: place, content: body.content ?? '', embeds: shown };
  }

  function post(channelId: string, body: Json, files: SeenMessage['files']): Json {
    const channel = channelNamed(channelId);
    if (!channel && !channelId.startsWith('8')) throw new Refusal(404, 10_003, 'Unknown Channel');
    if (channel?.permission_overwrites.length > 0) throw new Refusal(403, 50_001, 'Missing Access');
    const known = body.enforce_nonce ? nonces.get(`${channelId} ${body.nonce}`) : undefined;
    if (known) return known;
    const made = see(channelId, false, body, files);
    if (body.nonce) nonces.set(`${channelId} ${body.nonce}`, made);
    return made;
  }

  function acknowledge(token: string, body: Json): void {
    if (impatient.has(token)) throw new Refusal(404, 10_062, 'Unknown interaction');
    if (acknowledgements.has(token)) throw new Refusal(400, 40_060, 'Interaction has already been acknowledged.');
    noteAcknowledgement(token, body);
  }

  function noteAcknowledgement(token: string, body: Acknowledgement): void {
    acknowledgements.set(token, body);
    breaches.push(...complaintsAbout('POST', `/interactions/1/${token}/callback`, body));
    if (body.type === 4) see(token, (body.data.flags & 64) !== 0, body.data, []);
    if (body.type === 9) breaches.push(...modalBreachesOf(body.data).map((breach) => `A modal ${breach}`));
  }

  /** A follow-up of a private acknowledgement would be private too, whatever it asks for, until the acknowledgement itself was answered. */
  function followUp(token: string, body: Json, files: SeenMessage['files']): Json {
    if (!acknowledgements.has(token) || expired.has(token)) throw new Refusal(404, 10_015, 'Unknown Webhook');
    const inherits = !resolved.has(token) && ((acknowledgements.get(token)?.data?.flags ?? 0) & 64) !== 0;
    resolved.add(token);
    return see(token, inherits || (body.flags & 64) !== 0, body, files);
  }

  function editOriginal(token: string, body: Json, files: SeenMessage['files']): Json {
    const acknowledged = acknowledgements.get(token);
    if (!acknowledged || expired.has(token)) throw new Refusal(404, 10_015, 'Unknown Webhook');
    resolved.add(token);
    return see(token, (acknowledged.data?.flags & 64) !== 0, body, files);
  }

  function commandsAt(place: string, method: string, id: string | undefined, body: Json): Json {
    const held = commands.get(place) ?? [];
    commands.set(place, held);
    const index = held.findIndex((command) => command.id === id);
    if (method === 'GET') return held;
    if (method === 'DELETE') return void held.splice(index, 1);
    if (method === 'PATCH') {
      held[index] = { ...held[index], ...body };
      return held[index];
    }
    if (method === 'PUT') {
      commands.set(
        place,
        body.map((command: Json) => ({ ...command, id: newId(), application_id: APPLICATION_ID })),
      );
      return commands.get(place);
    }
    held.push({ ...body, id: newId(), application_id: APPLICATION_ID, version: newId() });
    return held.at(-1);
  }

  function guildNamed(id: string): Json {
    const guild = guilds.find((candidate) => candidate.id === id);
    if (!guild) throw new Refusal(404, 10_004, 'Unknown Guild');
    return guild;
  }

  function channelWithGuild(id: string): Json {
    const guild = guilds.find(({ channels }) => channels.some((channel: Json) => channel.id === id));
    if (!guild && !id.startsWith('8')) throw new Refusal(404, 10_003, 'Unknown Channel');
    return guild ? { ...channelNamed(id), guild_id: guild.id } : { id, type: 1 };
  }

  function member(userId: string): Json {
    if (userId === APPLICATION_ID) return { nick: null, user: botUser(), roles: botRoles };
    const name = people.get(userId);
    if (!name) throw new Refusal(404, 10_007, 'Unknown Member');
    return { nick: null, user: { id: userId, username: name.toLowerCase(), global_name: name }, roles: [] };
  }

  function directChannel(userId: string): Json {
    if (!people.has(userId)) throw new Refusal(400, 50_033, 'Invalid Recipient(s)');
    return { id: `8${userId.slice(1)}`, type: 1 };
  }

  type Effect = (asked: { method: string; ids: string[]; body: Json; files: SeenMessage['files'] }) => Json;
  const routes: [RegExp, Effect][] = [
    [/^GET \/gateway\/bot$/, gatewayInformation],
    [/^GET \/applications\/@me$/, () => ({ id: APPLICATION_ID, name: 'Sininho', verify_key: '' })],
    [/^GET \/users\/@me$/, botUser],
    [/^GET \/guilds\/(\d+)$/, ({ ids: [id = ''] }) => guildNamed(id)],
    [/^GET \/guilds\/(\d+)\/channels$/, ({ ids: [id = ''] }) => guildNamed(id).channels],
    [/^GET \/channels\/(\d+)$/, ({ ids: [id = ''] }) => channelWithGuild(id)],
    [/^POST \/users\/@me\/channels$/, ({ body }) => directChannel(body.recipient_id)],
    [/^POST \/channels\/(\d+)\/messages$/, ({ ids: [id = ''], body, files }) => post(id, body, files)],
    [/^POST \/interactions\/\d+\/([^/]+)\/callback$/, ({ ids: [token = ''], body }) => acknowledge(token, body)],
    [/^POST \/webhooks\/\d+\/([^/]+)$/, ({ ids: [token = ''], body, files }) => followUp(token, body, files)],
    [
      /^PATCH \/webhooks\/\d+\/([^/]+)\/messages\/@original$/,
      ({ ids: [token = ''], body, files }) => editOriginal(token, body, files),
    ],
    [/^DELETE \/webhooks\/\d+\/([^/]+)\/messages\/@original$/, ({ ids: [token = ''] }) => withdraw(token)],
    [/^GET \/guilds\/\d+\/members\/(\d+)$/, ({ ids: [id = ''] }) => member(id)],
    [
      /^\w+ \/applications\/\d+\/commands(?:\/(\d+))?$/,
      ({ method, ids: [id], body }) => commandsAt('global', method, id, body),
    ],
    [
      /^\w+ \/applications\/\d+\/guilds\/(\d+)\/commands(?:\/(\d+))?$/,
      ({ method, ids: [guild = '', id], body }) => commandsAt(guild, method, id, body),
    ],
  ];

  /** What is done, after everything that could be against it. */
  function act(method: string, path: string, body: Json, files: SeenMessage['files']): Json {
    for (const [pattern, effect] of routes) {
      const match = pattern.exec(`${method} ${path}`);
      if (match) return effect({ method, ids: match.slice(1), body, files });
    }
    throw new Refusal(404, 0, `404: Not Found: ${method} ${path}`);
  }

  function withdraw(token: string): void {
    if (!acknowledgements.has(token) || expired.has(token)) throw new Refusal(404, 10_015, 'Unknown Webhook');
    resolved.add(token);
  }

  function gatewayInformation(): Json {
    const limit = { total: 1_000, remaining: 1_000, reset_after: 0, max_concurrency: 1 };
    return { url: `ws://127.0.0.1:${port}/gateway`, shards: 1, session_start_limit: limit };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    const url = new URL(request.url ?? '', 'http://loopback');
    const path = url.pathname.replace(/^\/api\/v10/, '');
    const key = `${method} ${path}`;
    requests.push(key);
    const { body, files } = await readBody(request);
    try {
      refuseStrangers(path, request.headers.authorization);
      refuseInvalid(method, path, body);
      const trouble = troubles.find(({ pattern, left }) => left > 0 && pattern.test(key));
      if (trouble) trouble.left -= 1;
      const result = trouble?.takesEffect === false ? undefined : act(method, path, body, files);
      if (trouble) trouble.apply(response);
      else sendJson(response, 200, result, bucketHeaders(path));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      sendJson(response, error.status, { message: error.message, code: error.code }, bucketHeaders(path));
    }
  }

  function refuseStrangers(path: string, authorization: string | undefined): void {
    const needsToken = !path.startsWith('/interactions/') && !path.startsWith('/webhooks/');
    if (needsToken && authorization !== `Bot ${discord.token}`) throw new Refusal(401, 0, '401: Unauthorized');
  }

  function refuseInvalid(method: string, path: string, body: Json): void {
    const complaints = complaintsAbout(method, path, body);
    if (complaints.length === 0) return;
    breaches.push(...complaints);
    throw new Refusal(400, 50_035, 'Invalid Form Body');
  }

  const discord: LoopbackDiscord = {
    token: BOT_TOKEN,
    apiUrl: `http://127.0.0.1:${port}/api`,
    gateway,
    messages,
    breaches,
    requests,
    acknowledgements,
    guilds,
    botRoles,
    commands,
    impatient,
    noteAcknowledgement,
    limit(pattern, times, seconds = 0.05) {
      const headers = {
        'retry-after': String(seconds),
        'x-ratelimit-scope': 'shared',
        'x-ratelimit-limit': '5',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset-after': String(seconds),
        'x-ratelimit-bucket': 'limited',
      };
      troubles.push({
        pattern,
        left: times,
        takesEffect: false,
        apply: (response) =>
          sendJson(
            response,
            429,
            { message: 'You are being rate limited.', retry_after: seconds, global: false },
            headers,
          ),
      });
    },
    limitBot(pattern, seconds) {
      const headers = { 'retry-after': String(seconds), 'x-ratelimit-global': 'true', 'x-ratelimit-scope': 'global' };
      const body = { message: 'You are being rate limited.', retry_after: seconds, global: true };
      troubles.push({
        pattern,
        left: 1,
        takesEffect: false,
        apply: (response) => sendJson(response, 429, body, headers),
      });
    },
    fail(pattern, times, status, code) {
      const apply = (response: ServerResponse) => sendJson(response, status, { message: 'as told', code }, {});
      troubles.push({ pattern, left: times, takesEffect: false, apply });
    },
    loseAnswers(pattern, times) {
      troubles.push({ pattern, left: times, takesEffect: true, apply: (response) => response.destroy() });
    },
    expire: (token) => expired.add(token),
    async stop() {
      gateway.stop();
      server.close();
      server.closeAllConnections();
    },
  };
  return discord;
}

function bucketHeaders(path: string): Record<string, string> {
  return {
    'x-ratelimit-bucket': path.split('/').slice(1, 2).join(''),
    'x-ratelimit-limit': '1000',
    'x-ratelimit-remaining': '999',
    'x-ratelimit-reset-after': '1',
  };
}

function sendJson(response: ServerResponse, status: number, body: Json, headers: Record<string, string>): void {
  const isEmpty = body === undefined;
  response.writeHead(isEmpty ? 204 : status, {
    ...headers,
    ...(isEmpty ? {} : { 'content-type': 'application/json' }),
  });
  response.end(isEmpty ? undefined : JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<{ body: Json; files: SeenMessage['files'] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  if (raw.length === 0) return { body: undefined, files: [] };
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/')) return { body: JSON.parse(raw.toString()), files: [] };
  const form = await new Response(raw, { headers: { 'content-type': type } }).formData();
  const files: SeenMessage['files'] = [];
  for (const [, value] of form)
    if (typeof value !== 'string') files.push({ name: value.name, text: await value.text() });
  return { body: JSON.parse(String(form.get('payload_json'))), files };
}
