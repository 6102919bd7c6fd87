import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { textMessage } from '../../../src/chat/message.ts';
import { text } from '../../../src/text/text.ts';
import { SALES } from '../../support/discord/discord-person.ts';
import { NOW, signedHeaders, TRANSPORTS, useDiscordProduct, WORKSPACE } from '../../support/discord/discord-product.ts';
import { BOT_TOKEN, GUILD_ID, type Json, MEMBER_ID, OWNER_ID } from '../../support/discord/loopback-discord.ts';
import { eventually } from '../../support/eventually.ts';
import { componentsIn } from './readable.ts';

let ids = 600_000_000_000_000_000n;

/** `/loja criar` as Discord sends it. */
function creation(name: string): Json {
  ids += 1n;
  return {
    id: String(ids),
    token: `interaction-token-${ids}`,
    application_id: '100000000000000001',
    type: 2,
    guild_id: GUILD_ID,
    channel: { ...SALES, type: 0 },
    member: { user: { id: OWNER_ID, username: 'ana', global_name: 'Ana' }, nick: null, permissions: '8' },
    data: { name: 'loja', options: [{ name: 'criar', type: 1, options: [{ name: 'nome', type: 3, value: name }] }] },
  };
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  const product = useDiscordProduct(transport);

  beforeEach(async () => {
    await product.empty();
  });

  async function storeNames(): Promise<string[]> {
    return (await product.services.stores.list(WORKSPACE)).map(({ name }) => name);
  }

  it('does a redelivered command once, also after a restart', async () => {
    const interaction = creation('Uma vez');
    await product.deliver(interaction);
    await product.deliver(interaction).catch(() => undefined);
    await product.chat.settled();
    await product.stop();
    await product.start();
    product.discord.acknowledgements.delete(interaction.token);
    await product.deliver(interaction);
    await product.chat.settled();
    expect(await storeNames()).toEqual(['Uma vez']);
    expect(product.discord.messages.filter(({ isPrivate }) => isPrivate)).toHaveLength(1);
  });

  it('refuses commands in direct messages with one sentence', async () => {
    const [seen] = await product.seenAfter(() => product.ana.run('ajuda', {}, { guild: null }));
    expect(seen).toMatchObject({ isPrivate: true, body: { content: text('pt-BR', 'discord.servers_only') } });
  });

  it('speaks the language of the person’s Discord', async () => {
    const [seen] = await product.seenAfter(() => product.ana.run('loja listar', {}, { locale: 'en-GB' }));
    expect(JSON.stringify(seen?.body)).toContain('There is no store here yet');
  });

  it.each([
    ['the owner of the guild', OWNER_ID, '0', true],
    ['an administrator', MEMBER_ID, '2147483656', true],
    ['anybody else', MEMBER_ID, '2147483648', false],
  ])('lets %s create a store or not, whatever Discord shows', async (_who, id, permissions, may) => {
    await product.seenAfter(() => product.person(id, 'Pessoa', permissions).run('loja criar', { nome: 'Nova' }));
    expect(await storeNames()).toEqual(may ? ['Nova'] : []);
  });

  it('offers the stores of this guild while one types, to those who may use them', async () => {
    for (const name of ['Violão', 'Violino']) {
      await product.services.stores.create(WORKSPACE, { name, platform: 'assiny', channelId: null });
    }
    await product.services.stores.create('discord:1', { name: 'Viola alheia', platform: 'assiny', channelId: null });
    const offered = async (token: string) => {
      await eventually(() => expect(product.discord.acknowledgements.has(token)).toBe(true));
      return product.discord.acknowledgements.get(token)?.data.choices;
    };
    expect(await offered(await product.ana.typeInto('loja ver', { loja: 'viol' }, 'loja'))).toEqual([
      { name: 'Violão', value: 'Violão' },
      { name: 'Violino', value: 'Violino' },
    ]);
    expect(await offered(await product.bia.typeInto('loja editar', { loja: '' }, 'loja'))).toEqual([]);
    expect(await offered(await product.ana.typeInto('alertas canal', { canal: '#eq' }, 'canal'))).toEqual([
      { name: '#equipe', value: '#equipe' },
    ]);
  });

  it('says in the channel when the answer came too late, and nothing of what it said', async () => {
    const interaction = creation('Tarde demais');
    product.discord.expire(interaction.token);
    await product.deliver(interaction);
    await eventually(() => expect(product.discord.messages).toHaveLength(1));
    expect(product.discord.messages[0]).toMatchObject({
      place: SALES.id,
      body: { content: text('pt-BR', 'discord.answer_too_late', { user: 'Ana' }) },
    });
    expect(await storeNames()).toEqual(['Tarde demais']);
  });

  it('opens a form again after a restart, and takes a long button', async () => {
    const name = 'Loja com um nome muito comprido '.repeat(3).trim();
    await product.services.stores.create(WORKSPACE, { name, platform: 'assiny', channelId: SALES.id });
    const asked = await product.seenAfter(() => product.ana.run('loja editar', { loja: name }));
    const report = await product.seenAfter(() => product.ana.run('relatorio loja', { loja: name }));
    const [form] = componentsIn(asked);
    const [period] = componentsIn(report);
    expect(period.custom_id).toMatch(/^k/);
    await product.stop();
    await product.start();
    const again = await product.seenAfter(() => product.ana.press(form.custom_id));
    expect(JSON.stringify(again)).toContain(text('pt-BR', 'discord.form_again'));
    const token = await product.ana.press(componentsIn(again)[0].custom_id);
    expect(product.discord.acknowledgements.get(token)?.type).toBe(9);
    expect(JSON.stringify(await product.seenAfter(() => product.ana.press(period.custom_id)))).toContain(name);
    const forgotten = await product.seenAfter(() => product.ana.press('k0:neverneverneverneverne'));
    expect(JSON.stringify(forgotten)).toContain(text('pt-BR', 'discord.press_forgotten'));
  });
});

describe('the gateway', () => {
  const product = useDiscordProduct('gateway');

  beforeEach(async () => {
    await product.empty();
    product.discord.gateway.log.length = 0;
  });

  async function answers(): Promise<void> {
    const seen = await product.seenAfter(() => product.ana.run('ajuda'));
    expect(seen).toHaveLength(1);
  }

  it('does not do a command that Discord did not wait for, and says so in the channel', async () => {
    const interaction = creation('Impaciente');
    product.discord.impatient.add(interaction.token);
    await product.deliver(interaction);
    await eventually(() => expect(product.discord.messages).toHaveLength(1));
    expect(product.discord.messages[0]?.body.content).toBe(text('pt-BR', 'discord.too_late', { user: 'Ana' }));
    expect(await product.services.stores.list(WORKSPACE)).toEqual([]);
  });

  it.each([
    ['the network fails', () => product.discord.gateway.cut()],
    ['Discord asks to reconnect', () => product.discord.gateway.askToReconnect()],
  ])('resumes when %s, and gets what was missed', async (_what, interrupt) => {
    interrupt();
    const interaction = creation('Perdida');
    product.discord.gateway.dispatch('INTERACTION_CREATE', interaction);
    await eventually(() => expect(product.discord.acknowledgements.has(interaction.token)).toBe(true));
    await product.chat.settled();
    expect((await product.services.stores.list(WORKSPACE)).map(({ name }) => name)).toEqual(['Perdida']);
    await eventually(() => expect(product.chat.isUp()).toBe(true));
    expect(product.discord.gateway.log).toEqual(['resume']);
  });

  it('identifies anew when its session is over', async () => {
    product.discord.gateway.invalidateSession();
    await eventually(() => expect(product.discord.gateway.log).toContain('identify'));
    await eventually(() => expect(product.chat.isUp()).toBe(true));
    await answers();
  });

  it('answers at once while Discord has all posts wait', async () => {
    product.discord.limitBot(/^POST \/channels/, 60);
    const post = { key: 'waits', workspaceId: WORKSPACE, channelId: SALES.id, message: textMessage('neutral', 'Oi') };
    await expect(product.chat.surface.post(post)).rejects.toThrow('rate limited');
    await answers();
    expect(product.log).toEqual([]);
    await product.stop();
    await product.start();
  });

  it('is down when Discord refuses the token and leaves the connection open, and mends itself', async () => {
    product.discord.token = 'another token';
    const post = { key: 'refused', workspaceId: WORKSPACE, channelId: SALES.id, message: textMessage('neutral', 'Oi') };
    await expect(product.chat.surface.post(post)).rejects.toThrow('the token was refused');
    await eventually(() => expect(product.chat.isUp()).toBe(false));
    expect(product.log.some(({ msg }) => msg.includes('Reset Token'))).toBe(true);
    product.discord.token = BOT_TOKEN;
    await eventually(() => expect(product.chat.isUp()).toBe(true));
    await product.chat.surface.post(post);
    await answers();
  });

  it('is down while the token is revoked, says the remedy, and mends itself', async () => {
    product.discord.token = 'another token';
    product.discord.gateway.close(4_004);
    await eventually(() => expect(product.log.some(({ msg }) => msg.includes('Reset Token'))).toBe(true));
    expect(product.chat.isUp()).toBe(false);
    product.discord.token = BOT_TOKEN;
    await eventually(() => expect(product.chat.isUp()).toBe(true));
    await answers();
    expect(JSON.stringify(product.log)).not.toContain(BOT_TOKEN);
  });
});

describe('requests over HTTP', () => {
  let now = NOW;
  const product = useDiscordProduct('HTTP', () => now);
  const body = JSON.stringify({ id: '1', application_id: '100000000000000001', token: 't', type: 1 });

  beforeEach(() => {
    now = new Date(now.getTime() + 3_600_000);
  });

  async function send(sent: string, headers: Record<string, string>): Promise<Response> {
    return await fetch(`${product.address}/discord/interactions`, { method: 'POST', headers, body: sent });
  }

  it('answers the ping with which Discord checks the address', async () => {
    const response = await send(body, signedHeaders(body, now));
    expect([response.status, await response.json()]).toEqual([200, { type: 1 }]);
  });

  it.each([
    [-301, 401],
    [-300, 200],
    [0, 200],
    [300, 200],
    [301, 401],
  ])('signed %i seconds from now are answered %i', async (seconds, status) => {
    const response = await send(body, signedHeaders(body, new Date(now.getTime() + seconds * 1_000)));
    expect(response.status).toBe(status);
  });

  it('are refused and counted, without a word, when they do not come from Discord', async () => {
    const before = product.chat.refusedRequests();
    const good = signedHeaders(body, now);
    const other = body.replace('100000000000000001', '100000000000000002');
    const stranger = generateKeyPairSync('ed25519').privateKey;
    await send(body, good);
    const refused = [
      await send(body, good),
      await send(body, { ...good, 'x-signature-ed25519': (good['x-signature-ed25519'] ?? '').toUpperCase() }),
      await send(body, signedHeaders(body, now, stranger)),
      await send(body.replace('"t"', '"u"'), signedHeaders(body, new Date(now.getTime() + 1_000))),
      await send(body, { ...good, 'x-signature-ed25519': 'zz' }),
      await send(body, { 'content-type': 'application/json' }),
      await send('not json', signedHeaders('not json', now)),
      await send(other, signedHeaders(other, now)),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 401));
    expect(await Promise.all(refused.map((response) => response.text()))).toEqual(refused.map(() => ''));
    expect(product.chat.refusedRequests() - before).toBe(refused.length);
  });
});
