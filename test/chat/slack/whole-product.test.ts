import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assinyPayload } from '../../../scripts/simulate/assiny-payload.ts';
import { readConfig } from '../../../src/config.ts';
import { type Product, startProduct } from '../../../src/start.ts';
import { newServerDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import {
  APP_TOKEN,
  BOT_TOKEN,
  type LoopbackSlack,
  SIGNING_SECRET,
  signedHeaders,
  startLoopbackSlack,
} from '../../support/slack/loopback-slack.ts';
import { SALES, slackPerson } from '../../support/slack/slack-person.ts';

let slack: LoopbackSlack;
let directory = '';
let server: string | null = null;
let product: Product | null = null;
let log: string[] = [];

beforeEach(async () => {
  slack = await startLoopbackSlack();
  slack.channels.push({ ...SALES, is_member: true });
  slack.people.set('U0ANA', { id: 'U0ANA', real_name: 'Ana', is_owner: true, locale: 'pt-BR' });
  directory = await mkdtemp(join(tmpdir(), 'sininho-slack-'));
  server = newServerDatabase();
  log = [];
});

afterEach(async () => {
  await product?.stop();
  product = null;
  await slack.stop();
  if (server) {
    const connection = await mongoose.createConnection(server).asPromise();
    await connection.dropDatabase();
    await connection.close();
  }
  await rm(directory, { recursive: true, force: true });
  expect(slack.breaches).toEqual([]);
});

async function start(environment: Record<string, string>): Promise<Product> {
  const config = readConfig({
    PORT: '0',
    DATA_DIR: directory,
    SLACK_API_URL: slack.apiUrl,
    ...(server ? { MONGODB_URI: server } : {}),
    ...environment,
  });
  const started = await startProduct(config, pino({ level: 'trace' }, { write: (line) => log.push(line) }));
  product = started;
  await started.ready;
  return started;
}

async function readiness(address: string) {
  const response = await fetch(`${address}/readyz`);
  return { status: response.status, body: await response.json() };
}

it('needs no more than the tokens and the address of Slack, from the first command to the first alert', async () => {
  const { localUrl, hasConsole } = await start({ SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_APP_TOKEN: APP_TOKEN });
  expect(hasConsole).toBe(false);
  await eventually(async () => expect((await readiness(localUrl)).status).toBe(200));
  const ana = slackPerson(slack, (request) => slack.deliverBySocket(request), 'U0ANA');
  await ana.type('/loja criar Curso de Violão');
  await eventually(() => expect(slack.messages).toHaveLength(1));
  const webhookUrl = /http[^`"\s]+\/webhooks\/assiny\/[\w-]+/.exec(JSON.stringify(slack.messages))?.[0] ?? '';
  const sent = await fetch(webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(assinyPayload({ event: 'approved_purchase', transactionId: 'the first sale' })),
  });
  expect(sent.status).toBe(200);
  await eventually(() => expect(slack.messages.at(-1)).toMatchObject({ by: 'chat.postMessage', channel: SALES.id }));
  expect(slack.messages.at(-1)?.text).toContain('Compra aprovada');
  expect(log.join('')).not.toMatch(/xoxb-|xapp-/);
});

it('takes signed requests on its own port, and counts the others', async () => {
  const { localUrl } = await start({ SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_SIGNING_SECRET: SIGNING_SECRET });
  await eventually(async () => expect((await readiness(localUrl)).status).toBe(200));
  const body = JSON.stringify({ type: 'url_verification', challenge: 'yes' });
  const post = (headers: Record<string, string>) =>
    fetch(`${localUrl}/slack/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  expect(await (await post(signedHeaders(body, new Date()))).json()).toEqual({ challenge: 'yes' });
  expect((await post({})).status).toBe(401);
  const metrics = await (await fetch(`${localUrl}/metrics`)).text();
  expect(metrics).toContain('sininho_refused_chat_requests_total{chat="slack"} 1');
});

it('starts with a wrong token, says which chat is down and what to do, and connects once the token is right', async () => {
  slack.tokens.bot = 'xoxb-not-yet';
  const { localUrl } = await start({ SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_APP_TOKEN: APP_TOKEN });
  await eventually(() => expect(log.join('')).toContain('Slack is down'));
  expect(log.join('')).toContain('Check SLACK_BOT_TOKEN');
  const down = await readiness(localUrl);
  expect(down.status).toBe(503);
  expect(down.body).toMatchObject({ missing: [{ name: 'slack', remedy: expect.stringContaining('SLACK_BOT_TOKEN') }] });
  slack.tokens.bot = BOT_TOKEN;
  await eventually(async () => expect((await readiness(localUrl)).status).toBe(200));
});
