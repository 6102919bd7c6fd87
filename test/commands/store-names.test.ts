import { fc, test as property } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { parseArguments, quoteInSentence } from '../../src/chat/arguments.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import { EVERY_VERB, linesFor } from './every-verb.ts';

const VERBS = EVERY_VERB.filter(({ verb }) => verb.options.some(({ name }) => name === 'loja'));
const ID = '0123456789abcdef01234567';
/** What some verb reads as a value of another option, or as more than text. */
const WORDS = ['7d', 'mes', '01/11', 'a', 'csv', '#equipe', '97,00', 'R$', 'chargeback', 'todos', 'falha', 'detalhado'];
const MARKS = ['"', '“', '”', '«', '»', '\\', "'", ':', 'loja:', 'periodo:', 'sim', ','];
/** A store's name: no blanks at its ends, nor two in a row. */
const storeName = fc
  .array(fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom(...WORDS, ...MARKS)), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(' ').replaceAll(/\s+/g, ' ').trim())
  .filter((name) => name !== '');

describe.each(VERBS)('$name', (entry) => {
  const options = (line: string) => parseArguments(line.slice(entry.name.length), entry.verb.options);

  property.prop([storeName])('reads the store that a button names, whatever it is called', (loja) => {
    expect(options(commandLine(entry.name, { loja }))).toEqual({ loja });
  });

  property.prop([storeName])('reads it beside every other option', (loja) => {
    for (const line of linesFor(entry, { loja, id: ID, instancia: ID, mensagem: ID })) {
      expect(options(line).loja, line).toBe(loja);
    }
  });

  property.prop([storeName])('reads it as a sentence names it', (loja) => {
    expect(options(`${entry.name} loja:${quoteInSentence(loja)}`)).toEqual({ loja });
  });
});
