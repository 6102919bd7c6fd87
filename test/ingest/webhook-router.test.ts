import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import { type HttpServer, startHttpServer } from '../../src/api/http-server.ts';
import { deliveryModel } from '../../src/deliveries/delivery-model.ts';
import { bodyText } from '../../src/deliveries/delivery-service.ts';
import type { Intake } from '../../src/ingest/intake.ts';
import type { Spool } from '../../src/ingest/spool.ts';
import { createWebhookRouter } from '../../src/ingest/webhook-router.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { useTestDatabase } from '../support/database.ts';
import { intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';

const MEBIBYTE = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

describe('the webhook URL', () => {
  const database = useTestDatabase();
  let services: Services;
  let store: Store;
  let server: HttpServer;
  let spool: Spool;
  let url = '';
  let intake: Intake;
  const outage = { isReady: true };

  beforeAll(async () => {
    ({ services } = productOn(database.connection));
    await database.prepare();
    store = await services.stores.create('console', { name: 'Loja', platform: 'assiny' });
    const made = await intakeOn(database.connection, services, {
      isDatabaseReady: () => outage.isReady,
      maximumSpoolBytes: 20_000,
    });
    ({ intake, spool } = made);
    server = await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      routers: [createWebhookRouter({ intake })],
      log: pino({ level: 'silent' }),
    });
    url = `http://127.0.0.1:${server.port}${new URL(store.webhookUrl).pathname}`;
  });

  afterAll(async () => {
    await server.close();
    await spool.close();
  });

  const post = (body: string | Uint8Array, headers: Record<string, string> = JSON_TYPE) =>
    fetch(url, { method: 'POST', body: body as string, headers, redirect: 'manual' });
  const stored = (id: string) => deliveryModel(database.connection).findById(id).lean();
  const sale = (transactionId: string) => JSON.stringify(assinyPayload({ event: 'approved_purchase', transactionId }));

  it('answers 404 to an address with a broken percent sign', async () => {
    const response = await fetch(`${url}%E0%A4%A`, { method: 'POST', body: '{}', headers: JSON_TYPE });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: 'not_found' });
  });

  it('answers 200 with the id of a delivery that is stored as it came', async () => {
    const body = `\n ${sale('as-it-came')} `;
    const response = await post(body, {
      ...JSON_TYPE,
      'user-agent': 'go-resty/2',
      'x-assiny-token': 'abc',
      authorization: 'Bearer secret',
    });
    expect(response.status).toBe(200);
    const answer = (await response.json()) as { ok: boolean; delivery: string; duplicate: boolean };
    expect(answer).toEqual({ ok: true, delivery: expect.stringMatching(/^[0-9a-f]{24}$/), duplicate: false });
    const delivery = await stored(answer.delivery);
    expect(delivery?.outcome).toBe('received');
    expect(bodyText(delivery?.rawBody ?? Buffer.alloc(0))).toBe(body);
    const headers = Object.fromEntries((delivery?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]));
    expect(headers).toMatchObject({ 'user-agent': 'go-resty/2', 'x-assiny-token': 'abc', authorization: '[masked]' });
  });

  it('tells a repeated event from a new one, also when they come at the same time', async () => {
    const answers = await Promise.all(
      [sale('twice'), sale('once'), sale('twice')].map(
        async (body) => (await (await post(body)).json()) as { duplicate: boolean },
      ),
    );
    expect(answers.filter(({ duplicate }) => duplicate)).toHaveLength(1);
    expect(await (await post(sale('twice'))).json()).toMatchObject({ ok: true, duplicate: true });
  });

  it('has every delivery in the database by the time it answers', async () => {
    const bodies = Array.from({ length: 100 }, (_, index) => sale(`durable-${index}`));
    await Promise.all(
      bodies.map(async (body) => {
        const { delivery } = (await (await post(body)).json()) as { delivery: string };
        expect(await stored(delivery)).not.toBeNull();
      }),
    );
  });

  it.each([
    { name: 'an empty body', body: '', status: 400, error: 'body_empty' },
    { name: 'white space', body: ' \n ', status: 400, error: 'body_empty' },
    { name: 'text that is no JSON', body: 'event=approved_purchase', status: 400, error: 'body_not_json' },
    { name: 'half a JSON text', body: '{"event":"approved_pur', status: 400, error: 'body_not_json' },
    { name: 'null', body: 'null', status: 400, error: 'body_not_object' },
    { name: 'an array', body: '[{"event":"approved_purchase"}]', status: 400, error: 'body_not_object' },
    { name: 'a string', body: '"approved_purchase"', status: 400, error: 'body_not_object' },
    {
      name: 'a body over 1 MiB',
      body: JSON.stringify({ event: 'x'.repeat(MEBIBYTE) }),
      status: 413,
      error: 'body_too_large',
    },
    {
      name: 'a form',
      body: 'event=approved_purchase',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      status: 415,
      error: 'content_type',
    },
    {
      name: 'an unknown compression',
      body: '{}',
      headers: { ...JSON_TYPE, 'content-encoding': 'lzma' },
      status: 415,
      error: 'content_encoding',
    },
    ...['gzip', 'deflate', 'br'].map((encoding) => ({
      name: `what is no ${encoding}`,
      body: '{"event":"approved_purchase"}',
      headers: { ...JSON_TYPE, 'content-encoding': encoding },
      status: 415,
      error: 'content_encoding',
    })),
    {
      name: 'half a gzip',
      body: gzipSync(JSON.stringify({ event: 'approved_purchase' })).subarray(0, 30),
      headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
      status: 415,
      error: 'content_encoding',
    },
  ])('refuses $name with a sentence, and counts it', async ({ body, headers, status, error }) => {
    const counted = async () =>
      (await services.refusals.listSince(store.id, new Date(0))).find(({ reason }) => reason === error)?.count ?? 0;
    const before = await counted();
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ ok: false, error, message: expect.stringMatching(/\.$/) });
    expect(await counted()).toBe(before + 1);
  });

  it.each([
    { name: 'a charset', headers: { 'content-type': 'application/json; charset=utf-8' }, body: sale('charset') },
    { name: 'a vendor type', headers: { 'content-type': 'application/vnd.assiny+json' }, body: sale('vendor') },
    { name: 'a byte order mark', headers: JSON_TYPE, body: `\uFEFF${sale('mark')}` },
    { name: 'an event nobody knows', headers: JSON_TYPE, body: '{"event":"brand_new","data":{}}' },
    { name: 'an object that says nothing', headers: JSON_TYPE, body: '{}' },
    {
      name: 'a body just under 1 MiB',
      headers: JSON_TYPE,
      body: JSON.stringify({ event: 'x'.repeat(MEBIBYTE - 100) }),
    },
    {
      name: 'prototype keys',
      headers: JSON_TYPE,
      body: '{"__proto__":{"event":"x"},"constructor":1,"event":"approved_purchase"}',
    },
    {
      name: 'a hundred thousand nested arrays',
      headers: JSON_TYPE,
      body: `{"event":"x","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    },
  ])('takes $name', async ({ headers, body }) => {
    expect((await post(body, headers)).status).toBe(200);
  });

  it('takes a request that names no content type by its body', async () => {
    const body = sale('no-content-type');
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write(
          `POST ${new URL(url).pathname} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        ),
      );
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
  });

  it('knows no other token, platform or method, and never redirects', async () => {
    const at = (path: string, method = 'POST') =>
      fetch(`http://127.0.0.1:${server.port}${path}`, {
        method,
        redirect: 'manual',
        ...(method === 'POST' ? { body: sale('elsewhere'), headers: JSON_TYPE } : {}),
      });
    const path = new URL(url).pathname;
    expect((await at(`${path}x`)).status).toBe(404);
    expect((await at(path.replace('assiny', 'hotmart'))).status).toBe(404);
    expect((await at('/webhooks/assiny/')).status).toBe(404);
    const get = await at(path, 'GET');
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await at(`${path}/`)).status).toBe(200);
  });

  it('asks for the secret header when the store has one', async () => {
    await services.stores.update('console', store.id, { secretHeader: { name: 'X-Assiny-Token', value: 'segredo' } });
    expect((await post(sale('secret-1'))).status).toBe(401);
    expect((await post(sale('secret-2'), { ...JSON_TYPE, 'x-assiny-token': 'errado' })).status).toBe(401);
    const response = await post(sale('secret-3'), { ...JSON_TYPE, 'x-assiny-token': 'segredo' });
    expect(response.status).toBe(200);
    const { delivery } = (await response.json()) as { delivery: string };
    expect(JSON.stringify((await stored(delivery))?.headers)).not.toContain('segredo');
    await services.stores.update('console', store.id, { secretHeader: null });
    expect((await post(sale('secret-4'))).status).toBe(200);
  });

  it('spools while the database is away, stores later with the same id, and answers 503 only when the spool is full', async () => {
    outage.isReady = false;
    const ids: string[] = [];
    let full: Response | null = null;
    for (let index = 0; index < 50 && !full; index += 1) {
      const response = await post(sale(`spooled-${index}`));
      if (response.status === 200) ids.push(((await response.json()) as { delivery: string }).delivery);
      else full = response;
    }
    expect(full?.status).toBe(503);
    expect(Number(full?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(ids.length).toBeGreaterThan(3);
    outage.isReady = true;
    await intake.drain();
    await intake.drain();
    expect(spool.size()).toBe(0);
    const found = await deliveryModel(database.connection).countDocuments({ _id: { $in: ids } });
    expect(found).toBe(ids.length);
  });

  it('works by the new URL alone after it was changed', async () => {
    const changed = await services.stores.rotateUrl('console', store.id);
    expect((await post(sale('old-url'))).status).toBe(404);
    url = `http://127.0.0.1:${server.port}${new URL(changed.webhookUrl).pathname}`;
    expect((await post(sale('new-url'))).status).toBe(200);
  });
});
