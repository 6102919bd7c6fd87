import { beforeEach, describe, expect, it } from 'vitest';
import { LOCALES } from '../../../src/text/text.ts';
import { SALES } from '../../support/discord/discord-person.ts';
import { NOW, TEAM, useDiscordProduct, WORKSPACE } from '../../support/discord/discord-product.ts';
import { readable } from './readable.ts';

const PERMISSIONS = /permiss/;

describe.each(LOCALES)('Discord over HTTP with nothing but the public key (%s)', (locale) => {
  const product = useDiscordProduct('HTTP', () => NOW, null);

  beforeEach(async () => {
    await product.empty();
  });

  async function answer(line: string, options: Record<string, string> = {}): Promise<string> {
    const seen = await product.seenAfter(() => product.ana.run(line, options, { locale }));
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
});
