import { once } from 'node:events';
import type { Response } from 'express';
import type { Logger } from 'pino';
import type { ConsoleMessage } from './console-message.ts';
import type { ConsoleSurface } from './console-surface.ts';

const BATCH = 100;

/** How often the database is read for what other processes posted. */
const POLL_MILLISECONDS = 2_000;

/** Intermediaries and browsers give up on a silent connection; a comment line keeps it. */
const HEARTBEAT_MILLISECONDS = 15_000;

/** How long a browser waits before it connects again. */
const RETRY_MILLISECONDS = 1_000;

export interface EventStreams {
  /**
   * Answers with Server-Sent Events: one `ready`, then each message once and in order, for as long as the connection lives.
   * @param afterId starts after this message; null starts with what comes next
   */
  open(response: Response, afterId: number | null): Promise<void>;
  /** Ends all connections. */
  close(): void;
}

/** What a browser gets to know about a stored message. */
export function presentMessage({ _id, ...message }: ConsoleMessage) {
  return { id: _id, ...message };
}

/**
 * The live connections of the console.
 * A stream always reads the database from the last id it sent; a new post only wakes it. So resuming, live posts
 * and posts of other processes are one path, and none of them can be lost or doubled.
 */
export function createEventStreams(surface: ConsoleSurface, log: Logger): EventStreams {
  const streams = new Set<Stream>();

  let closed = false;

  async function sendNew(stream: Stream): Promise<void> {
    let more = true;
    while (more) {
      const messages = await surface.since(stream.cursor, BATCH);
      for (const message of messages) {
        if (!streams.has(stream)) return;
        await write(stream.response, 'message', message._id, presentMessage(message));
        stream.cursor = message._id;
      }
      more = messages.length === BATCH;
    }
  }

  /** Sends what is new. One read at a time: a post that arrives during one makes it read again. */
  async function wake(stream: Stream): Promise<void> {
    stream.woken = true;
    if (stream.reading) return;
    stream.reading = true;
    try {
      while (stream.woken && streams.has(stream)) {
        stream.woken = false;
        await sendNew(stream);
      }
    } catch (error) {
      log.warn({ err: error }, 'The console could not read new messages; it tries again in a moment');
    } finally {
      stream.reading = false;
    }
  }

  return {
    async open(response, afterId) {
      // A page that comes back while the server stops would keep it from ending.
      if (closed) {
        response.writeHead(503, { connection: 'close' }).end();
        return;
      }
      const stream: Stream = { response, cursor: 0, reading: false, woken: false };
      streams.add(stream);
      const stops: (() => void)[] = [() => streams.delete(stream)];
      response.once('close', () => {
        for (const stop of stops) stop();
      });
      stream.cursor = afterId ?? (await surface.latestId());
      if (!streams.has(stream)) return;
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
      response.write(`retry: ${RETRY_MILLISECONDS}\n`);
      await write(response, 'ready', stream.cursor, {});
      if (!streams.has(stream)) return;
      stops.push(surface.subscribe(() => void wake(stream)));
      const timers = [
        setInterval(() => void wake(stream), POLL_MILLISECONDS),
        setInterval(() => response.write(': \n\n'), HEARTBEAT_MILLISECONDS),
      ];
      stops.push(() => {
        for (const timer of timers) clearInterval(timer);
      });
      await wake(stream);
    },

    close() {
      closed = true;
      for (const { response } of streams) response.end();
    },
  };
}

interface Stream {
  response: Response;
  /** The id of the last message that was sent. */
  cursor: number;
  reading: boolean;
  woken: boolean;
}

async function write(response: Response, event: string, id: number, data: object): Promise<void> {
  const flushed = response.write(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
  if (!flushed && !response.destroyed) await Promise.race([once(response, 'drain'), once(response, 'close')]);
}
