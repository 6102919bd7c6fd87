import { beforeEach, describe, expect, it } from 'vitest';
import { signedHeaders } from '../../support/slack/loopback-slack.ts';
import { NOW, useSlackProduct } from '../../support/slack/slack-product.ts';

const TOLERANCE_SECONDS = 300;
const JSON_BODY = JSON.stringify({ type: 'url_verification', challenge: 'are you there' });

describe('a request to the Slack address', () => {
  const product = useSlackProduct('HTTP');
  let count = 0;

  beforeEach(() => {
    count += 1;
  });

  /** A body that no other test signed. */
  function freshBody(): string {
    return JSON.stringify({ ...JSON.parse(JSON_BODY), count });
  }

  async function post(body: string, headers: Record<string, string>, contentType = 'application/json') {
    const response = await fetch(`${product.address}/slack/events`, {
      method: 'POST',
      headers: { 'content-type': contentType, ...headers },
      body,
    });
    return { status: response.status, text: await response.text() };
  }

  function at(seconds: number): Date {
    return new Date(NOW.getTime() + seconds * 1_000);
  }

  it('that is signed is answered', async () => {
    const body = freshBody();
    expect(await post(body, signedHeaders(body, NOW))).toEqual({ status: 200, text: '{"challenge":"are you there"}' });
  });

  it.each([
    [-TOLERANCE_SECONDS - 1, 401],
    [-TOLERANCE_SECONDS, 200],
    [TOLERANCE_SECONDS, 200],
    [TOLERANCE_SECONDS + 1, 401],
  ])('signed %i seconds from now gets %i', async (seconds, status) => {
    const body = freshBody();
    expect((await post(body, signedHeaders(body, at(seconds)))).status).toBe(status);
  });

  it.each([
    ['no headers', () => ({})],
    ['no signature', (body: string) => ({ ...signedHeaders(body, NOW), 'x-slack-signature': '' })],
    ['no timestamp', (body: string) => ({ ...signedHeaders(body, NOW), 'x-slack-request-timestamp': '' })],
    [
      'a timestamp that is none',
      (body: string) => ({ ...signedHeaders(body, NOW), 'x-slack-request-timestamp': 'now' }),
    ],
    ['another secret', (body: string) => signedHeaders(body, NOW, 'another secret')],
    ['another body', () => signedHeaders('{}', NOW)],
    ['another version', (body: string) => ({ ...signedHeaders(body, NOW), 'x-slack-signature': 'v1=00' })],
  ])('with %s gets 401 without a word, and is counted', async (_case, headersFor) => {
    const body = freshBody();
    const before = product.chat.refusedRequests();
    expect(await post(body, headersFor(body))).toEqual({ status: 401, text: '' });
    expect(product.chat.refusedRequests()).toBe(before + 1);
  });

  it('that comes a second time gets 401', async () => {
    const body = freshBody();
    const headers = signedHeaders(body, NOW);
    expect((await post(body, headers)).status).toBe(200);
    expect((await post(body, headers)).status).toBe(401);
  });

  it.each([
    ['nothing', ''],
    ['broken JSON', '{"type":'],
    ['an array', 'null'],
  ])('that is signed and holds %s gets 400', async (_case, body) => {
    expect((await post(body, signedHeaders(body, NOW))).status).toBe(400);
  });

  it('about something that we do not know gets 404', async () => {
    const body = new URLSearchParams({
      payload: JSON.stringify({
        type: 'message_action',
        callback_id: 'x',
        team: { id: 'T0HOME' },
        user: { id: 'U0ANA' },
      }),
    }).toString();
    const contentType = 'application/x-www-form-urlencoded';
    expect((await post(body, signedHeaders(body, NOW), contentType)).status).toBe(404);
  });

  it('of more than a megabyte is not read', async () => {
    const body = JSON.stringify({ type: 'url_verification', filler: 'x'.repeat(1024 * 1024) });
    expect((await post(body, signedHeaders(body, NOW))).status).toBe(413);
  });
});
