import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

export interface StreamEvent {
  event: string;
  id: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever arrived
  data: any;
}

export interface EventSourceConnection {
  headers: IncomingMessage['headers'];
  /** The next event; waits for it. Null when the server has ended the connection. */
  next(): Promise<StreamEvent | null>;
  /** The next `count` events of type `message`. */
  messages(count: number): Promise<StreamEvent[]>;
  close(): void;
}

/** A Server-Sent Events connection that shows the bytes as they come, without the browser's own reconnecting. */
export async function openEventSource(
  port: number,
  path = '/console/events',
  headers = {},
): Promise<EventSourceConnection> {
  const asked = request({ host: '127.0.0.1', port, path, headers: { host: `localhost:${port}`, ...headers } });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  // A connection that the test closes is no error.
  response.on('error', () => undefined);
  response.setEncoding('utf8');
  const chunks = response[Symbol.asyncIterator]();
  let received = '';

  async function next(): Promise<StreamEvent | null> {
    for (;;) {
      const end = received.indexOf('\n\n');
      if (end >= 0) {
        const event = parseEvent(received.slice(0, end));
        received = received.slice(end + 2);
        if (event) return event;
        continue;
      }
      const chunk = await chunks.next();
      if (chunk.done) return null;
      received += chunk.value;
    }
  }

  return {
    headers: response.headers,
    next,
    async messages(count) {
      const found: StreamEvent[] = [];
      while (found.length < count) {
        const event = await next();
        if (!event) throw new Error(`The connection ended after ${found.length} of ${count} messages`);
        if (event.event === 'message') found.push(event);
      }
      return found;
    },
    close: () => asked.destroy(),
  };
}

function parseEvent(block: string): StreamEvent | null {
  const fields = new Map(
    block
      .split('\n')
      .filter((line) => !line.startsWith(':'))
      .map((line) => {
        const [name = '', ...value] = line.split(': ');
        return [name, value.join(': ')];
      }),
  );
  const data = fields.get('data');
  if (data === undefined) return null;
  return { event: fields.get('event') ?? 'message', id: fields.get('id') ?? '', data: JSON.parse(data) };
}
