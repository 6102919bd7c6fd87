import { beforeEach, describe, expect, it } from 'vitest';
import { LOCALES, translator } from '../../../src/text/text.ts';
import { type Place, SALES } from '../../support/discord/discord-person.ts';
import { NOW, TEAM, useDiscordProduct, WORKSPACE } from '../../support/discord/discord-product.ts';
import { MEMBER_ID } from '../../support/discord/loopback-discord.ts';
import { readable } from './readable.ts';

const PERMISSIONS = /permiss/;

describe.each(LOCALES)('Discord over HTTP with nothing but the public key (%s)', (locale) => {
  const product = useDiscordProduct('HTTP', () => NOW, null);

  beforeEach(async () => {
    await product.empty();
  });

  async function answer(line: string, options: Record<string, string> = {}, place: Place = {}): Promise<string> {
    const seen = await product.seenAfter(() => product.ana.run(line, options, { locale, ...place }));
    const [store = { id: 'none', webhookUrl: '' }] = await product.services.stores.list(WORKSPACE);
    return readable(seen, store).replaceAll('\\', '');
  }

  it('says that the token is missing when a store is created', async () => {
    const seen = await answer('loja criar', { nome: 'Ateliê' });
    expect(seen).toContain('DISCORD_TOKEN');
    expect(seen).not.toMatch(PERMISSIONS);
  });

  it.each([
    ['alertas testar', {}],
    ['alertas canal', { canal: `<#${TEAM.id}>` }],
    ['checklist ver', {}],
  ])('says that the token is missing in /%s', async (line, options) => {
    await product.services.stores.create(WORKSPACE, { name: 'Ateliê', platform: 'assiny', channelId: SALES.id });
    const seen = await answer(line, options);
    expect(seen).toContain('DISCORD_TOKEN');
    expect(seen).not.toMatch(PERMISSIONS);
  });

  it('gives no role to whom the server makes an admin anyway', async () => {
    const resolved = {
      users: { [MEMBER_ID]: { id: MEMBER_ID, username: 'bia', global_name: 'Bia', discriminator: '0' } },
      members: { [MEMBER_ID]: { nick: null, permissions: '8', roles: [] } },
    };
    const still = translator(locale)('access.still_admin', { person: 'Bia', chat: 'discord' });
    expect(await answer('acesso dar', { pessoa: MEMBER_ID, papel: 'leitor' }, { resolved })).toContain(still);
    expect(await product.services.access.list(WORKSPACE)).toEqual([]);
    expect(await answer('acesso tirar', { pessoa: MEMBER_ID }, { resolved })).toContain(still);
    expect(await answer('acesso dar', { pessoa: MEMBER_ID, papel: 'admin' }, { resolved })).not.toContain(still);
  });

  it.each([
    ['Bia da Loja', 'Bia da Loja'],
    [null, 'Beatriz'],
  ])('calls people by the name that the command carries (nick %s)', async (nick, name) => {
    const resolved = {
      users: { [MEMBER_ID]: { id: MEMBER_ID, username: 'bia', global_name: 'Beatriz', discriminator: '0' } },
      members: { [MEMBER_ID]: { nick, permissions: '0', roles: [] } },
    };
    const seen = await answer('acesso dar', { pessoa: MEMBER_ID, papel: 'operador' }, { resolved });
    expect(seen).toContain(name);
    expect(seen).not.toContain(MEMBER_ID);
    expect(await product.services.access.list(WORKSPACE)).toMatchObject([{ userId: MEMBER_ID, userName: name }]);
  });
});
