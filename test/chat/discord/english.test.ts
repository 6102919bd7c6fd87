import { beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { englishLine } from '../../../src/chat/discord/english-lines.ts';
import { ENGLISH_NAMES } from '../../../src/chat/discord/english-names.ts';
import { EVERY_VERB } from '../../commands/every-verb.ts';
import { NOW, useDiscordProduct, WORKSPACE } from '../../support/discord/discord-product.ts';
import type { Json } from '../../support/discord/loopback-discord.ts';
import { saleOf } from '../../support/sale.ts';

const TRANSLATED = Object.entries(ENGLISH_NAMES).filter(([portuguese, english]) => portuguese !== english);
const NAMES = TRANSLATED.map(([portuguese]) => portuguese).join('|');
/** A command, or an option with a value or an explanation, by a name that Discord does not show in English. */
const PORTUGUESE = new RegExp(`(?<![\\w/.:])/(?:${NAMES})(?![\\w-])|(?:^|\\s)(?:${NAMES}):`, 'm');

describe('somebody whose Discord is in English', () => {
  const product = useDiscordProduct('gateway');

  beforeEach(async () => {
    await product.empty();
    const store = await product.services.stores.create(WORKSPACE, {
      name: 'Bakery',
      platform: 'assiny',
      channelId: null,
    });
    await saleOf(product, store, NOW);
  });

  async function read(name: string, options: Record<string, string> = {}): Promise<string> {
    const seen = await product.seenAfter(() => product.ana.run(name, options, { locale: 'en-US' }));
    return seen.flatMap(({ body }) => (body.embeds ?? []).flatMap(embedTexts)).join('\n');
  }

  it('is helped with commands as they see them', async () => {
    const overview = await read('ajuda ver');
    expect(overview).toContain('/store create · list · show · webhook · edit · pause · resume · rotate-url · remove');
    expect(overview).not.toMatch(PORTUGUESE);
    expect(await read('ajuda ver', { comando: 'relatorio' })).toContain(
      '/report \\[store\\] \\[period\\] \\[format\\]',
    );
    for (const { name } of commands.filter((command) => command.name !== 'ajuda')) {
      expect(await read('ajuda ver', { comando: name })).not.toMatch(PORTUGUESE);
    }
  });

  it('chooses what to be helped with by that name too', async () => {
    const token = await product.ana.typeInto('ajuda ver', { comando: '' }, 'comando', { locale: 'en-GB' });
    await product.chat.settled();
    const answer: Json = product.discord.acknowledgements.get(token);
    expect(answer.data.choices).toContainEqual({ name: '/report', value: 'relatorio' });
  });

  it('is answered with commands as they see them, whatever they do', async () => {
    for (const entry of EVERY_VERB) {
      const name = entry.name.slice(1);
      const wrong = entry.verb.options.map((option) => ({ [option.name]: 'no such thing' }));
      for (const options of [{}, Object.assign({}, ...wrong), ...wrong]) {
        expect(await read(name, options), `${name} ${JSON.stringify(options)}`).not.toMatch(PORTUGUESE);
      }
    }
    await product.services.stores.create(WORKSPACE, { name: 'Second', platform: 'assiny', channelId: null });
    expect(await read('loja ver')).toContain('store:');
    expect(await read('alertas canal')).toContain('/alerts channel channel:#vendas');
  });
});

describe('a sentence', () => {
  it.each([
    ['Use /loja trocar-url.', 'Use /store rotate-url.'],
    [
      'See /eventos listar resultado:invalido or resultado:falha.',
      'See /events list outcome:invalido or outcome:falha.',
    ],
    ['no store “/loja ver: canal:x”, see /loja listar', 'no store “/loja ver: canal:x”, see /store list'],
    ['https://example.com/loja?canal=x', 'https://example.com/loja?canal=x'],
    ['/lojas, /loja/ver and lojacanal: stay', '/lojas, /loja/ver and lojacanal: stay'],
  ])('%s', (sentence, expected) => {
    expect(englishLine(sentence)).toBe(expected);
  });
});

function embedTexts({ title = '', description = '', fields = [] }: Json): string[] {
  return [title, description, ...fields.flatMap(({ name, value }: Json) => [name, value])];
}
