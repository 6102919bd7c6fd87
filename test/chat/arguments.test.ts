import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { foldCase, parseArguments, quoteArgument, quoteInSentence } from '../../src/chat/arguments.ts';
import type { CommandOption } from '../../src/chat/command.ts';
import { isProductError } from '../../src/text/product-error.ts';

const DATE = /^\d{2}\/\d{2}\/\d{4}$/;

function countPeriodWords(words: readonly string[]): number {
  const [from = '', between = '', to = ''] = words.slice(-3);
  if (DATE.test(from) && between === 'a' && DATE.test(to)) return 3;
  return /^(hoje|ontem|mes|\d+d)$/.test(foldCase(words.at(-1) ?? '')) ? 1 : 0;
}

const loja: CommandOption<null> = { name: 'loja', description: 'form.submit', required: true, takesRest: true };
const plataforma: CommandOption<null> = { name: 'plataforma', description: 'form.submit', required: false };
const periodo: CommandOption<null> = {
  name: 'periodo',
  description: 'form.submit',
  required: false,
  countTrailingWords: countPeriodWords,
};
const formato: CommandOption<null> = {
  name: 'formato',
  description: 'form.submit',
  required: false,
  countTrailingWords: (words) => (words.at(-1) === 'csv' ? 1 : 0),
};
const options = [loja, plataforma, periodo, formato];

/** Any text, with more of what a line reads as something else than chance would give. */
const value = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('"', '“', '”', '«', '\\', ' ', 'loja:', '7d', 'csv', 'Curso', '01/10/2026 a 31/10/2026'),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

describe('a line', () => {
  test.each([
    ['', {}],
    ['Curso de Violão', { loja: 'Curso de Violão' }],
    ['"Curso de Violão"', { loja: 'Curso de Violão' }],
    ['“Curso de Violão”', { loja: 'Curso de Violão' }],
    ['«Curso de Violão»', { loja: 'Curso de Violão' }],
    ['“Curso de Violão"', { loja: 'Curso de Violão' }],
    ['"Curso de Violão', { loja: 'Curso de Violão' }],
    ['"🎸🎸 Violão" csv', { loja: '🎸🎸 Violão', formato: 'csv' }],
    ['Curso de Violão plataforma:assiny', { loja: 'Curso de Violão', plataforma: 'assiny' }],
    ['plataforma:assiny loja:Curso de Violão', { loja: 'Curso de Violão', plataforma: 'assiny' }],
    ['PLATAFORMA: assiny "Curso"', { loja: 'Curso', plataforma: 'assiny' }],
    ['loja: plataforma:assiny', { loja: '', plataforma: 'assiny' }],
    ['Curso "Top" de Violão', { loja: 'Curso "Top" de Violão' }],
    ['"Top", o curso', { loja: '"Top", o curso' }],
    ['Curso “Top” 7d', { loja: 'Curso “Top”', periodo: '7d' }],
    ['loja:Curso "Top" de Violão', { loja: 'Curso "Top" de Violão' }],
    ['plataforma:assiny "Curso de Violão"', { loja: 'Curso de Violão', plataforma: 'assiny' }],
    ['"Curso \\"Top\\" de Violão" 7d', { loja: 'Curso "Top" de Violão', periodo: '7d' }],
    ['Aulas: violão', { loja: 'Aulas: violão' }],
    ['https://example.com/a', { loja: 'https://example.com/a' }],
  ])('%s', (line, expected) => {
    expect(parseArguments(line, options)).toEqual(expected);
  });

  test.each(['período', 'PERÍODO', 'periodo', 'Peri\u0301odo'])(
    'names an option with any case and accents: %s',
    (name) => {
      expect(parseArguments(`${name}:7d`, options)).toEqual({ periodo: '7d' });
    },
  );
});

describe('a value beside the one that takes the rest', () => {
  const notification: CommandOption<null> = {
    ...loja,
    name: 'notificacao',
    recognises: (text) => ['pix gerado', 'lembrete de pix'].includes(foldCase(text)),
  };
  const text: CommandOption<null> = { ...plataforma, name: 'texto', takesBeside: true };
  const step: CommandOption<null> = {
    ...plataforma,
    name: 'etapa',
    takesBeside: true,
    recognises: (value) => /^\d$/.test(value),
  };

  test.each([
    ['"Pix gerado" "Oi, “Bia”!"', { notificacao: 'Pix gerado', texto: 'Oi, “Bia”!' }],
    ['"Oi, Bia!" "Pix gerado"', { notificacao: 'Pix gerado', texto: 'Oi, Bia!' }],
    ['Pix gerado "Oi, Bia!"', { notificacao: 'Pix gerado', texto: 'Oi, Bia!' }],
    ['"Pix gerado" Oi, "Bia"!', { notificacao: 'Pix gerado', texto: 'Oi, "Bia"!' }],
    ['Lembrete de PIX Pix gerado ontem', { notificacao: 'Lembrete de PIX', texto: 'Pix gerado ontem' }],
    ['"Pix gerado" "Oi" 2', { notificacao: 'Pix gerado', texto: 'Oi', etapa: '2' }],
    ['notificacao:"Pix gerado" "Oi"', { notificacao: 'Pix gerado', texto: 'Oi' }],
    ['"Pix gerad" "Oi"', { notificacao: 'Pix gerad', texto: 'Oi' }],
    ['Pix gerado', { notificacao: 'Pix gerado' }],
    ['Pix gerad', { notificacao: 'Pix gerad' }],
  ])('goes where it belongs: %s', (line, expected) => {
    expect(parseArguments(line, [notification, text, step])).toEqual(expected);
  });

  test('is not cut out of words of which nothing tells where one value ends', () => {
    expect(parseArguments('Curso "Top" de Violão', [loja, text])).toEqual({ loja: 'Curso "Top" de Violão' });
    expect(parseArguments('"Curso de Violão" Vendas', [loja, text])).toEqual({
      loja: 'Curso de Violão',
      texto: 'Vendas',
    });
    expect(() => parseArguments('"Curso" "Oi" "e mais"', [loja, text])).toThrow();
  });
});

describe('a period at the end needs no name', () => {
  test.each([
    ['7d', { periodo: '7d' }],
    ['Curso de Violão 7d', { loja: 'Curso de Violão', periodo: '7d' }],
    ['"Curso de Violão" mês', { loja: 'Curso de Violão', periodo: 'mês' }],
    ['"Só hoje"', { loja: 'Só hoje' }],
    ['"hoje" ontem', { loja: 'hoje', periodo: 'ontem' }],
    ['Curso 7d csv', { loja: 'Curso', periodo: '7d', formato: 'csv' }],
    ['Curso csv 7d', { loja: 'Curso', periodo: '7d', formato: 'csv' }],
    ['Curso 01/10/2026 a 31/10/2026', { loja: 'Curso', periodo: '01/10/2026 a 31/10/2026' }],
    ['loja:Curso 7d', { loja: 'Curso', periodo: '7d' }],
    ['loja:Curso de Violão 7d csv', { loja: 'Curso de Violão', periodo: '7d', formato: 'csv' }],
    ['loja:hoje', { loja: 'hoje' }],
    ['loja:hoje hoje', { loja: 'hoje', periodo: 'hoje' }],
    ['loja:Curso 7d periodo:hoje', { loja: 'Curso 7d', periodo: 'hoje' }],
    ['periodo:7d Curso de Violão', { loja: 'Curso de Violão', periodo: '7d' }],
    ['periodo:01/10/2026 a 31/10/2026 Curso', { loja: 'Curso', periodo: '01/10/2026 a 31/10/2026' }],
    ['periodo:semana que vem', { periodo: 'semana que vem' }],
  ])('%s', (line, expected) => {
    expect(parseArguments(line, options)).toEqual(expected);
  });
});

describe('a value at the beginning needs no name either', () => {
  test.each([
    ['7d Curso de Violão', { loja: 'Curso de Violão', periodo: '7d' }],
    ['01/10/2026 a 31/10/2026 Curso', { loja: 'Curso', periodo: '01/10/2026 a 31/10/2026' }],
    ['7d "Curso de Violão"', { loja: 'Curso de Violão', periodo: '7d' }],
    ['"7d Emagrecer"', { loja: '7d Emagrecer' }],
    ['7d Emagrecer ontem', { loja: '7d Emagrecer', periodo: 'ontem' }],
  ])('%s', (line, expected) => {
    expect(parseArguments(line, options)).toEqual(expected);
  });
});

describe('what cannot be meant is refused', () => {
  test.each([
    ['loja:A loja:B', 'argument_repeated'],
    ['loja:"" loja:B', 'argument_repeated'],
    ['loja:"Curso" mais', 'argument_unexpected'],
  ] as const)('%s', (line, code) => {
    expect(() => parseArguments(line, options)).toThrow(expect.objectContaining({ code }));
  });

  test('words are unexpected when no option takes the rest', () => {
    expect(() => parseArguments('algo', [plataforma])).toThrow(
      expect.objectContaining({ code: 'argument_unexpected' }),
    );
  });
});

describe('quoteArgument', () => {
  property.prop([value, value])('gives back the same values through a line', (first, second) => {
    const line = `loja:${quoteArgument(first)} plataforma:${quoteArgument(second)}`;
    expect(parseArguments(line, options)).toEqual({ loja: first, plataforma: second });
  });

  property.prop([value])('lets a period follow', (name) => {
    expect(parseArguments(`loja:${quoteArgument(name)} 7d`, options)).toEqual({ loja: name, periodo: '7d' });
  });

  property.prop([value])('lets a flag follow', (name) => {
    expect(parseArguments(`loja:${quoteArgument(name)} csv 7d`, options)).toEqual({
      loja: name,
      formato: 'csv',
      periodo: '7d',
    });
  });

  property.prop([value])('is not needed where a sentence names the value', (name) => {
    for (const line of [quoteInSentence(name), `loja:${quoteInSentence(name)}`]) {
      expect(parseArguments(line, options)).toEqual({ loja: name });
    }
  });
});

describe('any line at all', () => {
  const line = fc.array(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(' ', ':', '"', '“', 'loja:', 'periodo:', '7d')),
  );
  property.prop([line])('gives values of known options, or a fault that a person can read', (parts) => {
    try {
      const names = Object.keys(parseArguments(parts.join(''), options));
      expect(options.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    } catch (error) {
      expect(isProductError(error)).toBe(true);
    }
  });
});
