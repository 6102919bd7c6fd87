import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { assinyPayload } from '../../../scripts/simulate/assiny-payload.ts';
import { startEvolutionServer } from '../../../scripts/simulate/providers/evolution-server.ts';
import type { Product } from '../../../src/start.ts';
import { discordPerson, SALES } from '../../support/discord/discord-person.ts';
import { signedHeaders } from '../../support/discord/discord-product.ts';
import {
  APPLICATION_ID,
  BOT_TOKEN,
  GUILD_ID,
  type LoopbackDiscord,
  loopbackGuild,
  OWNER_ID,
  startLoopbackDiscord,
} from '../../support/discord/loopback-discord.ts';
import { eventually } from '../../support/eventually.ts';
import { postWebhook, readinessAt, useWholeProduct } from '../../support/whole-product.ts';

const product = useWholeProduct();
let discord: LoopbackDiscord;

beforeEach(async () => {
  discord = await startLoopbackDiscord();
  discord.guilds.push(loopbackGuild(GUILD_ID, [SALES]));
});

afterEach(async () => {
  await discord.stop();
  expect(discord.breaches).toEqual([]);
});

async function start(environment: Record<string, string>): Promise<Product> {
  return await product.start({ DISCORD_API_URL: discord.apiUrl, ...environment });
}

it('needs no more than the token and the address of Discord, from the first command to the first alert', async () => {
  const { localUrl, hasConsole } = await start({ DISCORD_TOKEN: BOT_TOKEN });
  expect(hasConsole).toBe(false);
  await eventually(async () => expect((await readinessAt(localUrl)).status).toBe(200));
  const ana = discordPerson(
    async (interaction) => discord.gateway.dispatch('INTERACTION_CREATE', interaction),
    { id: OWNER_ID, name: 'Ana', permissions: '8' },
    () => true,
  );
  const token = await ana.run('loja criar', { nome: 'Curso de Violão' });
  await eventually(() => expect(JSON.stringify(discord.messages)).toContain('/webhooks/assiny/'));
  expect(discord.messages[0]).toMatchObject({ place: token, isPrivate: true });
  const webhookUrl = /http[^`"\s]+\/webhooks\/assiny\/[\w-]+/.exec(JSON.stringify(discord.messages))?.[0] ?? '';
  const sale = assinyPayload({ event: 'approved_purchase', transactionId: 'the first sale' });
  expect(await postWebhook(webhookUrl, sale)).toBe(200);
  await eventually(() => expect(discord.messages.at(-1)).toMatchObject({ place: SALES.id, isPrivate: false }));
  expect(JSON.stringify(discord.messages.at(-1)?.body)).toContain('Compra aprovada');
  expect(product.log()).not.toContain(BOT_TOKEN);
});

it('shows the QR code of a WhatsApp number as a picture, for its admin alone, and a new one by a button', async () => {
  const evolution = await startEvolutionServer({ instanceName: 'atendimento', apiKey: 'the-key' });
  evolution.setState('close');
  const { localUrl } = await start({ DISCORD_TOKEN: BOT_TOKEN });
  await eventually(async () => expect((await readinessAt(localUrl)).status).toBe(200));
  const ana = discordPerson(
    async (interaction) => discord.gateway.dispatch('INTERACTION_CREATE', interaction),
    { id: OWNER_ID, name: 'Ana', permissions: '8' },
    () => true,
  );
  const credentials = { tipo: 'evolution', endereco: evolution.url, chave: 'the-key', sessao: 'atendimento' };
  await ana.run('instancia criar', { nome: 'Atendimento', ...credentials });
  const pictures = () => discord.messages.filter(({ files }) => files.some(({ text }) => text.includes('PNG')));
  await eventually(() => expect(pictures()).toHaveLength(1));
  const [made] = pictures();
  expect(made?.isPrivate).toBe(true);
  const name = made?.files[0]?.name;
  expect(made?.body.embeds).toContainEqual(expect.objectContaining({ image: { url: `attachment://${name}` } }));
  const rows: { components: { label: string; custom_id: string }[] }[] = made?.body.components;
  const again = rows.flatMap(({ components }) => components).find(({ label }) => label === 'Novo código');
  await ana.press(again?.custom_id ?? '');
  await eventually(() => expect(pictures()).toHaveLength(2));
  evolution.setState('open');
  await ana.run('instancia ver');
  await eventually(() => expect(JSON.stringify(discord.messages.at(-1)?.body)).toContain('Conectada'));
  expect(pictures()).toHaveLength(2);
  await evolution.close();
});

it('takes signed interactions on its own port with nothing but the public key, and counts the others', async () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const { localUrl } = await start({
    DISCORD_PUBLIC_KEY: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex'),
    DISCORD_APPLICATION_ID: APPLICATION_ID,
  });
  const body = JSON.stringify({ type: 1 });
  const foreign = await fetch(`${localUrl}/discord/interactions`, {
    method: 'POST',
    headers: signedHeaders(body, new Date()),
    body,
  });
  expect(foreign.status).toBe(401);
  const metrics = await (await fetch(`${localUrl}/metrics`)).text();
  expect(metrics).toContain('sininho_refused_chat_requests_total{chat="discord"} 1');
});

it('starts with a wrong token, says which chat is down and what to do, and connects once the token is right', async () => {
  discord.token = 'another-token';
  const { localUrl } = await start({ DISCORD_TOKEN: BOT_TOKEN });
  await eventually(() => expect(product.log()).toContain('Reset Token'));
  const down = await readinessAt(localUrl);
  expect(down.status).toBe(503);
  expect(down.body).toMatchObject({ missing: [{ name: 'discord', remedy: expect.stringContaining('DISCORD_TOKEN') }] });
  discord.token = BOT_TOKEN;
  await eventually(async () => expect((await readinessAt(localUrl)).status).toBe(200));
});
