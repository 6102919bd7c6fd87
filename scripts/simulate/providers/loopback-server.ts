import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface LoopbackRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface LoopbackAnswer {
  status: number;
  headers?: Record<string, string>;
  /** Text is sent as it is, anything else as JSON. */
  body: unknown;
}

/** What goes wrong with one request. `processed`: the server has done what it was asked to before it fails. */
export type Fault =
  | { kind: 'answer'; answer: LoopbackAnswer }
  | { kind: 'silence'; processed: boolean }
  | { kind: 'cut'; processed: boolean; midAnswer: boolean }
  | { kind: 'delay'; milliseconds: number };

export interface LoopbackServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The next `times` requests go wrong like this, after those that were asked for before. */
  fail(fault: Fault, times?: number): void;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/**
 * A server on this machine that answers as `handle` says, unless it has been told to go wrong.
 * @param faultOf asked about each request that `fail` says nothing about
 */
export async function startLoopbackServer(
  handle: (request: LoopbackRequest) => LoopbackAnswer,
  port = 0,
  faultOf: (request: LoopbackRequest) => Fault | undefined = () => undefined,
): Promise<LoopbackServer> {
  const faults: Fault[] = [];
  const server = createServer(async (incoming, response) => {
    const request = await readRequest(incoming);
    const fault = faults.shift() ?? faultOf(request);
    if (fault) await answerWrongly(fault, () => handle(request), response);
    else answer(response, handle(request));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail: (fault, times = 1) => {
      for (let count = 0; count < times; count += 1) faults.push(fault);
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<LoopbackRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function answer(response: ServerResponse, { status, headers, body }: LoopbackAnswer): void {
  const type = typeof body === 'string' ? 'text/html' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(written(body));
}

function written(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

async function answerWrongly(fault: Fault, handle: () => LoopbackAnswer, response: ServerResponse): Promise<void> {
  switch (fault.kind) {
    case 'answer':
      return answer(response, fault.answer);
    case 'delay':
      await wait(fault.milliseconds);
      return answer(response, handle());
    case 'silence':
      if (fault.processed) handle();
      return;
    case 'cut': {
      const whole = Buffer.from(fault.processed ? written(handle().body) : '{}');
      if (!fault.midAnswer) return void response.destroy();
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
      response.write(whole.subarray(0, -1), () => response.destroy());
    }
  }
}
