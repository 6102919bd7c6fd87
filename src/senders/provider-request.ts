import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { AddressNotAllowed } from './public-address.ts';

/** No provider answers more; what is longer is not read. */
const MAXIMUM_ANSWER_BYTES = 64 * 1024;

export interface ProviderRequest {
  method: 'GET' | 'POST';
  url: URL;
  headers: Record<string, string>;
  /** Sent as it is. */
  body?: string;
  /** Resolves the host name; an `AddressNotAllowed` from it ends the request. */
  lookup?: LookupFunction;
}

/** What is known after a request. `not_sent` is certain: the connection was never made. */
export type ProviderAnswer =
  | ReadAnswer
  | { kind: 'not_sent'; reason: 'provider_unavailable' | 'address_not_allowed' }
  /** The request went out, and no whole answer came back. */
  | { kind: 'no_answer' };

export interface ReadAnswer {
  kind: 'answer';
  status: number;
  headers: IncomingHttpHeaders;
  /** The body read as JSON; undefined when it is something else, or longer than any provider's answer. */
  json: unknown;
  /** The body is a web page, such as that of a proxy or a login. */
  isPage: boolean;
}

/**
 * One request on a connection of its own, so that a connection which the other side has just closed cannot make an attempt uncertain.
 * Follows no redirect and never throws for what the network or the other side does.
 * @param signal its abortion ends the request at once
 */
export function requestProvider(request: ProviderRequest, signal: AbortSignal): Promise<ProviderAnswer> {
  return new Promise((resolve) => {
    let sent = false;
    let answered = false;
    const { url, method, lookup, body } = request;
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = { accept: 'application/json', 'accept-encoding': 'identity', ...request.headers };
    const outgoing = open(url, { method, headers, signal, agent: false, ...(lookup && { lookup }) });
    outgoing.on('socket', (socket) => {
      socket.once((socket as TLSSocket).encrypted ? 'secureConnect' : 'connect', () => {
        sent = true;
      });
    });
    outgoing.on('error', (error) => resolve(sent ? { kind: 'no_answer' } : notSent(error)));
    outgoing.on('response', (response) => {
      answered = true;
      readBody(response).then(
        (text) => resolve(readAnswer(response, text)),
        () => resolve({ kind: 'no_answer' }),
      );
    });
    // Some ends are no errors to Node, such as an answer that wants to speak another protocol.
    outgoing.on('close', () => {
      if (!answered) resolve({ kind: 'no_answer' });
    });
    outgoing.end(body);
  });
}

function notSent(error: Error): ProviderAnswer {
  const reason = error instanceof AddressNotAllowed ? 'address_not_allowed' : 'provider_unavailable';
  return { kind: 'not_sent', reason };
}

/** @throws when the connection ends before the body does; null when it is too long */
async function readBody(response: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > MAXIMUM_ANSWER_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readAnswer(response: IncomingMessage, text: string | null): ReadAnswer {
  return {
    kind: 'answer',
    status: response.statusCode ?? 0,
    headers: response.headers,
    json: parseJson(text ?? ''),
    isPage: /^\s*</.test(text ?? ''),
  };
}

/** Undefined for what is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
