import { beforeEach, describe, expect, it } from 'vitest';
import { LOCALES } from '../../../src/text/text.ts';
import { type Place, SALES } from '../../support/discord/discord-person.ts';
import {
  FORUM,
  HIDDEN,
  OTHER_CHANNEL,
  TEAM,
  useDiscordProduct,
  VOICE,
  WORKSPACE,
} from '../../support/discord/discord-product.ts';
import { readable } from './readable.ts';

const PERMISSIONS = {
  'pt-BR': 'Ver canal, Enviar mensagens, Inserir links e Anexar arquivos',
  en: 'View Channel, Send Messages, Embed Links and Attach Files',
} as const;
const TEXT_ONLY = {
  'pt-BR': 'Eu só posto em canais de texto: escolha um para os alertas com /alertas canal.',
  en: 'I only post in text channels: choose one for the alerts with /alerts channel.',
} as const;
const NO_TEXT = { 'pt-BR': 'não é um canal de texto', en: 'is not a text channel' } as const;
const NAMED = `#${HIDDEN.name}`;

describe.each(LOCALES)('a channel that Sininho may not see (%s)', (locale) => {
  const product = useDiscordProduct('gateway');

  beforeEach(async () => {
    await product.empty();
  });

  async function createStore(channelId: string) {
    await product.services.stores.create(WORKSPACE, { name: 'Ateliê', platform: 'assiny', channelId });
  }

  async function answer(line: string, options: Record<string, string> = {}, place: Place = {}): Promise<string> {
    const seen = await product.seenAfter(() => product.ana.run(line, options, { locale, ...place }));
    const [store = { id: 'none', webhookUrl: '' }] = await product.services.stores.list(WORKSPACE);
    return readable(seen, store);
  }

  async function alertChannelId(): Promise<string | null | undefined> {
    return (await product.services.stores.list(WORKSPACE))[0]?.alerts.channelId;
  }

  it('is told of when a store is created in it', async () => {
    const seen = await answer('loja criar', { nome: 'Ateliê' }, { channel: HIDDEN });
    expect(seen).toContain(NAMED);
    expect(seen).toContain(PERMISSIONS[locale]);
    expect(seen).not.toContain(HIDDEN.id);
    expect(await alertChannelId()).toBe(HIDDEN.id);
  });

  it.each([NAMED, HIDDEN.name, HIDDEN.id, `<#${HIDDEN.id}>`])('cannot be chosen before that (%s)', async (canal) => {
    await createStore(SALES.id);
    const seen = await answer('alertas canal', { canal });
    expect(seen).toContain(NAMED);
    expect(seen).toContain(PERMISSIONS[locale]);
    expect(seen).not.toContain(HIDDEN.id);
    expect(await alertChannelId()).toBe(SALES.id);
  });

  it.each(['alertas testar', 'checklist ver', 'alertas ver', 'loja ver', 'loja listar'])(
    'is called by its name in /%s',
    async (line) => {
      await createStore(HIDDEN.id);
      const seen = await answer(line);
      expect(seen).toContain(NAMED);
      expect(seen).not.toContain(HIDDEN.id);
      if (/testar|checklist/.test(line)) expect(seen).toContain(PERMISSIONS[locale]);
    },
  );

  it('is nobody’s business in another server', async () => {
    await createStore(SALES.id);
    expect(await answer('alertas canal', { canal: OTHER_CHANNEL.name })).toContain('#vendas');
    expect(await alertChannelId()).toBe(SALES.id);
  });

  it('is not what a thread is: alerts go to the channel that it is in', async () => {
    const thread = { id: '400000000000000077', name: 'conversa', type: 11, parent_id: TEAM.id };
    expect(await answer('loja criar', { nome: 'Ateliê' }, { channel: thread })).toContain(`#${TEAM.name}`);
    expect(await alertChannelId()).toBe(TEAM.id);
  });

  it('may be chosen by a mention once it is open', async () => {
    await createStore(SALES.id);
    await answer('alertas canal', { canal: `<#${TEAM.id}>` });
    expect(await alertChannelId()).toBe(TEAM.id);
  });

  it.each([
    ['a voice channel', VOICE],
    ['a forum', FORUM],
    ['a thread of a forum', { id: '400000000000000078', name: 'conversa', type: 11, parent_id: FORUM.id }],
  ])('is not what %s is: a store that is created there has no channel yet, and says why', async (_, channel) => {
    const seen = await answer('loja criar', { nome: 'Ateliê' }, { channel });
    expect(seen).toContain(TEXT_ONLY[locale]);
    expect(seen).not.toContain(PERMISSIONS[locale]);
    expect(await alertChannelId()).toBeNull();
  });

  it.each([`#${VOICE.name}`, FORUM.id])('is not asked for where nothing could be posted (%s)', async (canal) => {
    await createStore(SALES.id);
    const seen = await answer('alertas canal', { canal });
    expect(seen).toContain(NO_TEXT[locale]);
    expect(seen).not.toContain(PERMISSIONS[locale]);
    expect(await alertChannelId()).toBe(SALES.id);
  });
});
