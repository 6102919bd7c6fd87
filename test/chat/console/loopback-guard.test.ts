import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../../src/chat/console/loopback-guard.ts';

function refusal(remoteAddress: string | undefined, headers: IncomingHttpHeaders = {}, allowedPorts?: number[]) {
  const request = { headers: { host: 'localhost:3000', ...headers }, socket: { remoteAddress, localPort: 3000 } };
  return refusalOf(request as unknown as IncomingMessage, allowedPorts);
}

// Connections from other machines cannot be made in a test, so only here the socket is a plain object.
describe('the remote address', () => {
  test.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])('%s may come in', (address) => {
    expect(refusal(address)).toBeNull();
  });

  test.each([
    undefined,
    '',
    '10.0.0.5',
    '192.168.0.127',
    '172.17.0.1',
    '::ffff:10.0.0.5',
    '::2',
    'fe80::1',
    '1127.0.0.1',
    '8.8.8.8',
    '::ffff:8.8.8.8',
  ])('%s may not, whatever it says', (address) => {
    expect(refusal(address)).toBe('not_loopback');
    expect(refusal(address, { 'x-forwarded-for': '127.0.0.1' })).toBe('not_loopback');
  });
});

describe('allowed ports', () => {
  test.each([
    ['localhost:8080', null],
    ['localhost', null],
    ['localhost:3000', 'host'],
  ])('when they are named, only they count: %s', (host, expected) => {
    expect(refusal('127.0.0.1', { host }, [8080])).toBe(expected);
  });
});
