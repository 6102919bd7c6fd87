import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeMarkdown, shorten, splitText } from '../../../src/chat/discord/discord-text.ts';
import { renderModal } from '../../../src/chat/discord/render-form.ts';
import { renderMessage } from '../../../src/chat/discord/render-message.ts';
import type { Block, FormField, Message, TableColumn, Tone } from '../../../src/chat/message.ts';
import { complaintsAbout } from '../../support/discord/discord-description.ts';
import { breachesOf, modalBreachesOf } from '../../support/discord/discord-limits.ts';

const text = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });
const long = fc.oneof(
  text(60),
  fc.string({ minLength: 900, maxLength: 6_000, unit: fc.constantFrom('a', '*', ' ', '\n', '`', '😀') }),
);
const tone = fc.constantFrom<Tone>('neutral', 'success', 'attention', 'danger');
const field: fc.Arbitrary<FormField> = fc
  .record({
    label: fc.string({ minLength: 1, maxLength: 130 }),
    kind: fc.constantFrom<FormField['kind']>('text', 'select', 'multiselect', 'person'),
    required: fc.boolean(),
    choices: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 120 }), { maxLength: 30 }),
    value: text(50),
  })
  .map(({ choices, label, ...rest }) => ({
    ...rest,
    name: '',
    label,
    choices: choices.map((value) => ({ value, label: value })),
  }));
const fields = fc
  .array(field, { minLength: 1, maxLength: 9 })
  .map((list) => list.map((entry, index) => ({ ...entry, name: `campo-${index}` })));
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ type: fc.constant('paragraph' as const), text: long }),
  fc.record({
    type: fc.constant('fields' as const),
    fields: fc.array(fc.record({ label: text(400), value: long }), { maxLength: 40 }),
  }),
  fc.record({
    type: fc.constant('table' as const),
    caption: text(60),
    columns: fc.constant<TableColumn[]>([
      { label: 'Produto', align: 'left' },
      { label: 'Total', align: 'right' },
    ]),
    rows: fc.array(fc.tuple(long, text(20)), { maxLength: 40 }),
  }),
  fc.record({
    type: fc.constant('badges' as const),
    badges: fc.array(
      fc.record({ status: fc.constantFrom('ok' as const, 'blocked' as const), label: text(300), detail: long }),
      { maxLength: 30 },
    ),
  }),
  fc.record({ type: fc.constant('copy' as const), label: text(40), value: long }),
  fc.record({
    type: fc.constant('buttons' as const),
    buttons: fc.array(
      fc.record({
        label: fc.string({ minLength: 1, maxLength: 120 }),
        command: fc.string({ minLength: 1, maxLength: 150 }),
        style: fc.constant('primary' as const),
      }),
      { maxLength: 12 },
    ),
  }),
  fc.record({
    type: fc.constant('form' as const),
    command: fc.constant('/loja editar'),
    fields,
    submitLabel: text(20),
  }),
  fc.constant<Block>({ type: 'image', contentType: 'image/png', base64: 'AAAA', alternative: 'Um gráfico' }),
  fc.constant<Block>({ type: 'file', name: 'a.csv', contentType: 'text/csv', base64: 'AAAA' }),
);
const message: fc.Arbitrary<Message> = fc.record({
  title: long.map((title) => title || 'Título'),
  tone,
  blocks: fc.array(block, { maxLength: 8 }),
});

describe('a message in Discord', () => {
  it('keeps to every limit, whatever is in it', () => {
    fc.assert(
      fc.property(message, (given) => {
        const { messages, kept } = renderMessage(given, 'pt-BR');
        expect(messages.length).toBeGreaterThan(0);
        for (const { files, ...body } of messages) {
          const sent = { ...body, allowed_mentions: { parse: [] } };
          expect(
            breachesOf(
              sent,
              files.map(({ name }) => name),
            ),
          ).toEqual([]);
          expect(complaintsAbout('POST', '/channels/1/messages', sent)).toEqual([]);
        }
        for (const form of kept.filter((action) => action.type === 'form')) {
          for (let page = 0, modal = renderModal(form, 0); modal; page += 1, modal = renderModal(form, page)) {
            expect(modalBreachesOf(modal)).toEqual([]);
            expect(complaintsAbout('POST', '/interactions/1/t/callback', { type: 9, data: modal })).toEqual([]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('becomes a file when it is too long to read, with all of it in the file', () => {
    const paragraphs = Array.from({ length: 40 }, (_value, index) => `${index} ${'palavra '.repeat(120)}fim`);
    const blocks = paragraphs.map((paragraph): Block => ({ type: 'paragraph', text: paragraph }));
    const { messages } = renderMessage({ title: 'Relatório', tone: 'neutral', blocks }, 'pt-BR');
    expect(messages).toHaveLength(1);
    const file = String(messages[0]?.files[0]?.data);
    for (const paragraph of paragraphs) expect(file).toContain(paragraph);
  });
});

describe('text in Discord', () => {
  it.each([
    ['**negrito** _x_ ~~y~~ `z` ||w||', '\\*\\*negrito\\*\\* \\_x\\_ \\~\\~y\\~\\~ \\`z\\` \\|\\|w\\|\\|'],
    ['<@1> <#2> [a](https://b.example)', '\\<@1> \\<#2> \\[a\\](https://b.example)'],
    ['# título\n- item\n1. um\n> citação', '\\# título\n\\- item\n1\\. um\n\\> citação'],
    ['https://a.example/b_c_d?e=*f* fim_', 'https://a.example/b_c_d?e=*f* fim\\_'],
  ])('%s shows as it is', (plain, escaped) => {
    expect(escapeMarkdown(plain)).toBe(escaped);
  });

  it('grows to twice its length at most, and is cut without losing a letter', () => {
    fc.assert(
      fc.property(long, fc.integer({ min: 10, max: 2_000 }), (plain, maximum) => {
        expect(escapeMarkdown(plain).length).toBeLessThanOrEqual(2 * plain.length);
        const parts = splitText(plain, maximum);
        expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(maximum);
        expect(parts.join('').replaceAll(/\s/g, '')).toBe(plain.replaceAll(/\s/g, ''));
        expect(shorten(plain, maximum).length).toBeLessThanOrEqual(maximum);
        expect(shorten(plain, maximum)).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
      }),
    );
  });
});
