import { createServer, type Server, type Socket } from 'node:net';
import type { Engine } from './engine.ts';
import { createFrameSplitter, encodeReply, parseFrame } from './wire.ts';

/** Serves an engine on a socket. */
export interface Listener {
  /** Where it listens: the path of a Unix socket, or a port on the loopback interface. */
  readonly address: string | number;
  /** Stops accepting, ends all connections, and resolves when their running commands are done. */
  close(): Promise<void>;
}

/** @param address the path of a Unix socket, or 0 for any free port on the loopback interface */
export async function listen(engine: Engine, address: string | 0): Promise<Listener> {
  const connections = new Set<Socket>();
  const running = new Set<Promise<void>>();
  let lastConnection = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connections.add(socket);
    lastConnection += 1;
    serve(engine, socket, lastConnection, running);
    socket.once('close', () => connections.delete(socket));
  });
  await start(server, address);
  const bound = server.address();
  return {
    address: typeof bound === 'object' && bound !== null ? bound.port : address,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of connections) socket.destroy();
      await closed;
      await Promise.all(running);
    },
  };
}

function start(server: Server, address: string | 0): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const ready = (): void => {
      server.off('error', reject);
      resolve();
    };
    if (address === 0) server.listen(0, '127.0.0.1', ready);
    else server.listen(address, ready);
  });
}

/** Requests of one connection are answered one after another, in order. */
function serve(engine: Engine, socket: Socket, connectionId: number, running: Set<Promise<void>>): void {
  const split = createFrameSplitter();
  let queue: Buffer[] = [];
  let busy = false;

  async function work(): Promise<void> {
    busy = true;
    try {
      for (let frame = queue.shift(); frame && !socket.destroyed; frame = queue.shift()) await answer(frame);
    } catch {
      // The frame broke the protocol: what follows on this connection cannot be understood.
      queue = [];
      socket.destroy();
    }
    busy = false;
  }

  async function answer(frame: Buffer): Promise<void> {
    const request = parseFrame(frame);
    const reply = await engine.execute(request, connectionId);
    if (!request.wantsReply || socket.destroyed) return;
    socket.cork();
    for (const part of encodeReply(request, reply)) socket.write(part);
    socket.uncork();
  }

  socket.on('data', (chunk) => {
    try {
      queue.push(...split(chunk));
    } catch {
      socket.destroy();
      return;
    }
    if (busy || queue.length === 0) return;
    const done = work().finally(() => running.delete(done));
    running.add(done);
  });
  socket.on('error', () => socket.destroy());
}
