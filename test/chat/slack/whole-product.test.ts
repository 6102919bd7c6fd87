import { afterEach, beforeEach, expect, it } from 'vitest';
import { assinyPayload } from '../../../scripts/simulate/assiny-payload.ts';
import { startEvolutionServer } from '../../../scripts/simulate/providers/evolution-server.ts';
import type { Product } from '../../../src/start.ts';
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
import { postWebhook, readinessAt, useWholeProduct } from '../../support/whole-product.ts';

const product = useWholeProduct();
let slack: LoopbackSlack;

beforeEach(async () => {
  slack = await startLoopbackSlack();
  slack.channels.push({ ...SALES, is_member: true });
  slack.people.set('U0ANA', { id: 'U0ANA', real_name: 'Ana', is_owner: true, locale: 'pt-BR' });
});

afterEach(async () => {
  await slack.stop();
  expect(slack.breaches).toEqual([]);
});

async function start(environment: Record<string, string>): Promise<Product> {
  return await product.start({ SLACK_API_URL: slack.apiUrl, ...environment });
}

it('needs no more than the tokens and the address of Slack, from the first command to the first alert', async () => {
  const { localUrl, hasConsole } = await start({ SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_APP_TOKEN: APP_TOKEN });
  expect(hasConsole).toBe(false);
  await eventually(async () => expect((await readinessAt(localUrl)).status).toBe(200));
  const ana = slackPerson(slack, (request) => slack.deliverBySocket(request), 'U0ANA');
  await ana.type('/loja criar Curso de Violão');
  await eventually(() => expect(slack.messages).toHaveLength(1));
  const webhookUrl = /http[^`"\s]+\/webhooks\/assiny\/[\w-]+/.exec(JSON.stringify(slack.messages))?.[0] ?? '';
  const sale = assinyPayload({ event: 'approved_purchase', transactionId: 'the first sale' });
  expect(await postWebhook(webhookUrl, sale)).toBe(200);
  await eventually(() => expect(slack.messages.at(-1)).toMatchObject({ by: 'chat.postMessage', channel: SALES.id }));
  expect(slack.messages.at(-1)?.text).toContain('Compra aprovada');
  expect(product.log()).not.toMatch(/xoxb-|xapp-/);
});

it('shows the QR code of a WhatsApp number as a picture, for its admin alone, and a new one by a button', async () => {
  const evolution = await startEvolutionServer({ instanceName: 'atendimento', apiKey: 'the-key' });
  evolution.setState('close');
  const { localUrl } = await start({ SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_APP_TOKEN: APP_TOKEN });
  await eventually(async () => expect((await readinessAt(localUrl)).status).toBe(200));
  const ana = slackPerson(slack, (request) => slack.deliverBySocket(request), 'U0ANA');
  await ana.type(
    `/instancia criar Atendimento tipo:evolution endereco:${evolution.url} chave:the-key sessao:atendimento`,
  );
  await eventually(() => expect(slack.files).toHaveLength(1));
  expect(slack.files[0]).toMatchObject({ name: expect.stringMatching(/\.png$/), alternative: expect.any(String) });
  expect(slack.files[0]?.channel).toMatch(/^D/);
  expect(slack.files[0]?.content).toContain('PNG');
  const buttons = slack.messages.flatMap(({ blocks }) => blocks.flatMap(({ elements = [] }) => elements));
  await ana.press(buttons.find(({ text }) => text?.text === 'Novo código'));
  await eventually(() => expect(slack.files).toHaveLength(2));
  evolution.setState('open');
  await ana.type('/instancia ver');
  await eventually(() => expect(JSON.stringify(slack.messages.at(-1)?.blocks)).toContain('Conectada'));
  expect(slack.files).toHaveLength(2);
  await evolution.close();
});

it('takes signed requests on its own port, and counts the others', async () => {
  const { localUrl } = await start({ SLACK_BOT_TOKEN: BOT_TOKEN, SLACK_SIGNING_SECRET: SIGNING_SECRET });
  await eventually(async () => expect((await readinessAt(localUrl)).status).toBe(200));
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
  await eventually(() => expect(product.log()).toContain('Slack is down'));
  expect(product.log()).toContain('Check SLACK_BOT_TOKEN');
  const down = await readinessAt(localUrl);
  expect(down.status).toBe(503);
  expect(down.body).toMatchObject({ missing: [{ name: 'slack', remedy: expect.stringContaining('SLACK_BOT_TOKEN') }] });
  slack.tokens.bot = BOT_TOKEN;
  await eventually(async () => expect((await readinessAt(localUrl)).status).toBe(200));
});
