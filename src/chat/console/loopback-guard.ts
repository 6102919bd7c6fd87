import type { IncomingMessage } from 'node:http';

/** Why a request was refused; each is a key `console.refused.<reason>` of the text catalogue. */
export type Refusal = 'not_loopback' | 'forwarded' | 'host' | 'origin';

/** What proxies, tunnels and content networks add to what they pass on. */
const FORWARDING_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-host',
  'true-client-ip',
  'cf-connecting-ip',
  'cf-ray',
  'fly-client-ip',
  'fastly-client-ip',
];

/**
 * Whether a request comes from a person at this machine, and from the console's own page when a browser sent it.
 * The console has no password, so this is its whole defence: against other machines (the remote address), against a proxy that would
 * make them look local (forwarding headers), against DNS rebinding (`Host`), and against other pages in the same browser
 * (`Origin`, `Sec-Fetch-Site`).
 * @param allowedPorts the ports that `Host` may name; by default only the port that the connection came in on
 */
export function refusalOf(request: IncomingMessage, allowedPorts?: readonly number[]): Refusal | null {
  const { headers, socket } = request;
  if (!isLoopback(socket.remoteAddress)) return 'not_loopback';
  if (FORWARDING_HEADERS.some((name) => headers[name] !== undefined)) return 'forwarded';
  const host = headers.host?.toLowerCase() ?? '';
  if (!isLocalHost(host, allowedPorts ?? [socket.localPort ?? 0])) return 'host';
  if (headers.origin !== undefined && headers.origin.toLowerCase() !== `http://${host}`) return 'origin';
  // Absent from tools and old browsers; `none` is a person who typed the address.
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isFollowedLink(request)) return 'origin';
  return null;
}

/** A person who came by a link of another page. That page cannot see what is answered, and nothing is changed by it. */
function isFollowedLink({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (/^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(address) || address === '::1');
}

/** `localhost` and everything below it never leave the machine (RFC 6761, section 6.3). */
function isLocalHost(host: string, allowedPorts: readonly number[]): boolean {
  const match = /^(localhost|(?:[a-z0-9-]+\.)+localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?$/.exec(host);
  if (!match) return false;
  return match[2] === undefined || allowedPorts.includes(Number(match[2]));
}
