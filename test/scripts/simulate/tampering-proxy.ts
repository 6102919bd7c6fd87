import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface ProxiedRequest {
  method: string;
  /** Path and query. */
  path: string;
  /** False until the first delivery has come: what is read before a run is not tampered with. */
  isRunning: boolean;
}

export interface ProxiedAnswer {
  status: number;
  body: string;
}

/** Makes the answer to a request; null hangs up without one. `forward` asks the real server. */
export type Tamper = (request: ProxiedRequest, forward: () => Promise<ProxiedAnswer>) => Promise<ProxiedAnswer | null>;

export interface TamperingProxy {
  url: string;
  stop(): Promise<void>;
}

/** A server in front of another one that does not tell the whole truth. */
export async function startTamperingProxy(target: string, tamper: Tamper): Promise<TamperingProxy> {
  let isRunning = false;

  const server = createServer(async (request, response) => {
    const { method = 'GET', url: path = '/' } = request;
    const body = await buffer(request);
    isRunning ||= path.startsWith('/webhooks/');
    const answer = await tamper({ method, path, isRunning }, () => forward(target, request, body));
    if (answer === null) response.destroy();
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function forward(target: string, request: IncomingMessage, body: Buffer): Promise<ProxiedAnswer> {
  const { authorization, 'content-type': contentType } = request.headers;
  const response = await fetch(`${target}${request.url}`, {
    method: request.method ?? 'GET',
    headers: {
      ...(authorization ? { authorization } : {}),
      ...(contentType ? { 'content-type': contentType } : {}),
    },
    body: body.length > 0 ? new Uint8Array(body) : null,
  });
  return { status: response.status, body: await response.text() };
}

/** The JSON of an answer, changed. */
export function withJson<Json>(answer: ProxiedAnswer, change: (json: Json) => Json): ProxiedAnswer {
  return { ...answer, body: JSON.stringify(change(JSON.parse(answer.body) as Json)) };
}
