import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';

// biome-ignore lint/suspicious/noExplicitAny: payloads are looked at as Discord would, without trusting any type
type Json = any;

const HEARTBEAT_MILLISECONDS = 45_000;

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway */
const OPCODES = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  resume: 6,
  reconnect: 7,
  invalidSession: 9,
  hello: 10,
  acknowledged: 11,
} as const;

interface Session {
  id: string;
  sequence: number;
  events: Json[];
  socket: WebSocket | null;
}

export interface LoopbackGateway {
  /** What clients did, in order: `identify`, `resume`. */
  readonly log: string[];
  /** The intents of the last identify. */
  intents(): number | null;
  isConnected(): boolean;
  /** The most connections that there were at one time. */
  mostConnections(): number;
  /** Dispatches an event to the session, now or when it resumes. */
  dispatch(type: string, data: Json): void;
  /** Asks the client to reconnect and resume. */
  askToReconnect(): void;
  /** Tells the client that its session is over. */
  invalidateSession(): void;
  /** Cuts the connection, as a network does. */
  cut(): void;
  /** Closes with a code, as Discord does. */
  close(code: number): void;
  stop(): void;
}

/**
 * Discord's gateway: hello, identify, heartbeat, resume with everything that was missed, reconnect, invalid session.
 * @param options.ready what READY tells, and the guilds that follow it
 */
export function startLoopbackGateway(options: {
  server: Server;
  address(): string;
  acceptsToken(token: string): boolean;
  ready(): { user: Json; application: Json; guilds: Json[] };
}): LoopbackGateway {
  const { server, address, acceptsToken, ready } = options;
  const sockets = new WebSocketServer({ server, path: '/gateway' });
  const log: string[] = [];
  let intents: number | null = null;
  let session: Session | null = null;
  let sessions = 0;
  let most = 0;

  function send(socket: WebSocket, payload: Json): void {
    socket.send(JSON.stringify({ s: null, t: null, d: null, ...payload }));
  }

  function dispatchTo(target: Session, t: string, d: Json): void {
    target.sequence += 1;
    const event = { op: OPCODES.dispatch, t, d, s: target.sequence };
    target.events.push(event);
    if (target.socket?.readyState === 1) send(target.socket, event);
  }

  function identify(socket: WebSocket, data: Json): void {
    log.push('identify');
    intents = data.intents;
    sessions += 1;
    const opened: Session = { id: `session-${sessions}`, sequence: 0, events: [], socket };
    session = opened;
    const { user, application, guilds } = ready();
    dispatchTo(opened, 'READY', {
      v: 10,
      user,
      application,
      session_id: opened.id,
      resume_gateway_url: address(),
      shard: [0, 1],
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
    });
    for (const guild of guilds) dispatchTo(opened, 'GUILD_CREATE', guild);
  }

  function resume(socket: WebSocket, data: Json): void {
    log.push('resume');
    const resumed = session;
    if (!resumed || resumed.id !== data.session_id) {
      send(socket, { op: OPCODES.invalidSession, d: false });
      return;
    }
    resumed.socket = socket;
    for (const event of resumed.events) if (event.s > data.seq) send(socket, event);
    dispatchTo(resumed, 'RESUMED', {});
  }

  sockets.on('connection', (socket) => {
    most = Math.max(most, sockets.clients.size);
    send(socket, { op: OPCODES.hello, d: { heartbeat_interval: HEARTBEAT_MILLISECONDS } });
    socket.on('message', (raw) => {
      const { op, d } = JSON.parse(raw.toString());
      if (op === OPCODES.heartbeat) send(socket, { op: OPCODES.acknowledged });
      const asks = op === OPCODES.identify || op === OPCODES.resume;
      if (asks && !acceptsToken(d.token)) socket.close(4_004, 'Authentication failed.');
      else if (op === OPCODES.identify) identify(socket, d);
      else if (op === OPCODES.resume) resume(socket, d);
    });
  });

  return {
    log,
    intents: () => intents,
    isConnected: () => session?.socket?.readyState === 1,
    mostConnections: () => most,
    dispatch(type, data) {
      if (!session) throw new Error('Nobody is connected to the loopback gateway');
      dispatchTo(session, type, data);
    },
    askToReconnect() {
      if (session?.socket) send(session.socket, { op: OPCODES.reconnect });
    },
    invalidateSession() {
      const socket = session?.socket;
      session = null;
      if (socket) send(socket, { op: OPCODES.invalidSession, d: false });
    },
    cut: () => session?.socket?.terminate(),
    close: (code) => session?.socket?.close(code),
    stop() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}
