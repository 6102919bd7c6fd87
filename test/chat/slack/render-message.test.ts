import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Block, Message } from '../../../src/chat/message.ts';
import { renderMessage } from '../../../src/chat/slack/render-message.ts';
import { answerView, formView, homeView } from '../../../src/chat/slack/render-view.ts';
import { plainMrkdwn } from '../../../src/chat/slack/slack-text.ts';
import { typedLine } from '../../../src/chat/slack/typed-line.ts';
import { translator } from '../../../src/text/text.ts';
import { messageBreaches, viewBreaches } from '../../support/slack/slack-limits.ts';

const translate = translator('pt-BR');
const options = { translate, formLine: '/loja criar' };

const words = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }),
  fc.lorem({ maxCount: 2_000 }),
  fc.constantFrom(
    '<!channel> *a* _b_ ~c~ `d` & > e',
    '@here #vendas <@U0ANA>',
    'https://a.example/?b=1&c=<d>|e',
    '💸'.repeat(2_000),
  ),
);
/** Labels are ours or a store's name, never without a letter. */
const label = words.map((text) => `L${text}`);
const field = fc.record({ label, value: words });
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ type: fc.constant('paragraph' as const), text: words }),
  fc.record({ type: fc.constant('fields' as const), fields: fc.array(field, { minLength: 1, maxLength: 30 }) }),
  fc.record({
    type: fc.constant('badges' as const),
    badges: fc.array(
      fc.record({ status: fc.constantFrom('ok' as const, 'blocked' as const), label, detail: words, remedy: words }),
      { maxLength: 60 },
    ),
  }),
  fc.record({ type: fc.constant('copy' as const), label: fc.constant('URL'), value: words }),
  fc.record({
    type: fc.constant('buttons' as const),
    buttons: fc.array(
      fc.record({ label, command: words, style: fc.constantFrom('primary' as const, 'danger' as const) }),
      {
        minLength: 1,
        maxLength: 60,
      },
    ),
  }),
  fc.array(fc.tuple(words, words), { minLength: 1, maxLength: 120 }).map((rows) => ({
    type: 'table' as const,
    caption: 'Tabela',
    columns: [
      { label: 'Produto', align: 'left' as const },
      { label: 'Valor', align: 'right' as const },
    ],
    rows,
  })),
);
const message: fc.Arbitrary<Message> = fc.record(
  {
    title: label,
    tone: fc.constantFrom('neutral' as const, 'success' as const, 'attention' as const, 'danger' as const),
    blocks: fc.array(block, { minLength: 1, maxLength: 6 }),
  },
  { requiredKeys: ['tone', 'blocks'] },
);

describe('a message in Slack', () => {
  test.prop([message], { numRuns: 150 })('keeps to the limits, whatever it says', (said) => {
    const { messages } = renderMessage(
      { ...said, blocks: [{ type: 'paragraph', text: 'Olá' }, ...said.blocks] },
      options,
    );
    expect(messages.flatMap(messageBreaches)).toEqual([]);
  });

  test.prop([message], { numRuns: 100 })('keeps to them in a modal and at home too', (said) => {
    const withText = { ...said, blocks: [{ type: 'paragraph' as const, text: 'Olá' }, ...said.blocks] };
    expect(viewBreaches(answerView(withText, { translate, metadata: '{}' }))).toEqual([]);
    expect(viewBreaches(homeView([withText, withText, withText], translate))).toEqual([]);
  });

  it.each(['x', '<', '💸', 'palavra ', 'linha\n'])('keeps to the limits near each of them (%j)', (unit) => {
    for (let length = 2_900; length <= 3_100; length += 1) {
      const text = unit.repeat(length).slice(0, length);
      const blocks: Block[] = [
        { type: 'paragraph', text },
        { type: 'copy', label: 'URL', value: text },
        { type: 'fields', fields: [{ label: 'Campo', value: text.slice(0, length - 1_000) }] },
        { type: 'badges', badges: [{ status: 'ok', label: 'Item', detail: text }] },
      ];
      const { messages } = renderMessage({ tone: 'neutral', blocks }, options);
      expect(messages.flatMap(messageBreaches), String(length)).toEqual([]);
    }
    for (let count = 40; count <= 60; count += 1) {
      const blocks: Block[] = Array(count).fill({ type: 'paragraph', text: unit });
      const { messages } = renderMessage({ title: 'T', tone: 'neutral', blocks }, options);
      expect(messages.flatMap(messageBreaches), String(count)).toEqual([]);
    }
  });

  it('opens a form by a button that says what for', () => {
    const form = { type: 'form' as const, command: '/loja criar', fields: [], submitLabel: 'Enviar' };
    const labelled = (block: Block) => JSON.stringify(renderMessage({ tone: 'neutral', blocks: [block] }, options));
    expect(labelled({ ...form, title: 'Criar loja' })).toContain('"text":"Criar loja"');
    expect(labelled(form)).toContain('"text":"Preencher"');
  });

  it('becomes a file when it is too long to read', () => {
    const paragraphs = Array.from({ length: 400 }, (_, index) => ({
      type: 'paragraph' as const,
      text: `Linha ${index} ${'palavra '.repeat(30)}`,
    }));
    const buttons: Block = { type: 'buttons', buttons: [{ label: 'Mais', command: '/ajuda', style: 'primary' }] };
    const { messages, files } = renderMessage(
      { title: 'Longa', tone: 'neutral', blocks: [...paragraphs, buttons] },
      options,
    );
    expect(messages).toHaveLength(1);
    expect(JSON.stringify(messages)).toContain('está no arquivo');
    expect(JSON.stringify(messages)).toContain('"value":"/ajuda"');
    expect(files.map(({ name }) => name)).toEqual(['resposta.txt']);
    expect(files[0]?.content.toString()).toContain('Linha 399 ');
  });

  it('is split where it is merely long, and nothing of it is lost', () => {
    const text = Array.from({ length: 900 }, (_, index) => `palavra${index}`).join(' ');
    const { messages, files } = renderMessage(
      { tone: 'neutral', blocks: Array(2).fill({ type: 'paragraph', text }) },
      options,
    );
    expect(files).toEqual([]);
    expect(messages.length).toBeGreaterThan(1);
    const shown = JSON.stringify(messages.map(({ blocks }) => blocks));
    for (const index of [0, 450, 899]) expect(shown.split(`palavra${index}`).length - 1).toBeGreaterThanOrEqual(2);
  });

  it('mentions nobody and formats nothing by what people wrote, and links what is an address', () => {
    expect(plainMrkdwn('<!channel> & *x*')).toBe('&lt;!channel&gt; &amp; \u200B*x*');
    expect(plainMrkdwn('snake_case fica')).toBe('snake_case fica');
    expect(plainMrkdwn('veja https://a.example/?b=1&c=2.')).toBe('veja <https://a.example/?b=1&amp;c=2>.');
  });

  it('says its tone in a sign, not in colour alone', () => {
    const { messages } = renderMessage({ tone: 'danger', blocks: [{ type: 'paragraph', text: 'Não deu' }] }, options);
    expect(JSON.stringify(messages)).toContain('🚨 Não deu');
  });

  it('shows a picture and a file beside its text', () => {
    const base64 = Buffer.from('x').toString('base64');
    const { files } = renderMessage(
      {
        tone: 'neutral',
        blocks: [
          { type: 'image', contentType: 'image/png', base64, alternative: 'Vendas por dia' },
          { type: 'file', name: 'a.csv', contentType: 'text/csv', base64 },
        ],
      },
      options,
    );
    expect(files).toMatchObject([{ name: 'sininho.png', alternative: 'Vendas por dia' }, { name: 'a.csv' }]);
  });
});

describe('a form in Slack', () => {
  const choices = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ value: `v${index}`, label: `Opção ${index}` }));

  it.each([1, 100, 101, 500])('keeps to the limits with %i choices', (count) => {
    const form = {
      type: 'form' as const,
      command: '/loja criar',
      submitLabel: 'Enviar',
      fields: [
        {
          name: 'nome',
          label: 'Nome',
          kind: 'text' as const,
          required: true,
          value: 'x'.repeat(5_000),
          maximumLength: 100,
        },
        { name: 'tipo', label: 'Tipo', kind: 'select' as const, required: true, value: 'v0', choices: choices(count) },
        {
          name: 'varios',
          label: 'Vários',
          kind: 'multiselect' as const,
          required: false,
          value: ['v0'],
          choices: choices(count),
        },
        { name: 'pessoa', label: 'Pessoa', kind: 'person' as const, required: true },
      ],
    };
    const view = formView({ tone: 'neutral', blocks: [form] }, form, {
      translate,
      metadata: '{}',
      problem: 'Não <deu>',
    });
    expect(viewBreaches(view)).toEqual([]);
  });
});

describe('what is typed in Slack', () => {
  it.each([
    ['criar Curso de Violão', '/loja criar Curso de Violão'],
    ['dar <@U024BE7LH|ana> admin', '/loja dar @U024BE7LH admin'],
    ['canal <#C024BE7LR|vendas>', '/loja canal #C024BE7LR'],
    ['ver <https://a.example/x> <http://b.example|b.example>', '/loja ver https://a.example/x b.example'],
    ['ver &lt;b&gt; &amp;amp;', '/loja ver <b> &amp;'],
    ['', '/loja'],
  ])('%s reads as %s', (text, line) => {
    expect(typedLine('/loja', text)).toBe(line);
  });
});
