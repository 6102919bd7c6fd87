import { expect, test } from 'vitest';
import { shorten } from '../../src/text/shorten.ts';

test.each([
  ['Violão', 6, 'Violão'],
  ['Violão', 5, 'Viol…'],
  ['Curso de Violão', 7, 'Curso…'],
  ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3, '👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦'],
  ['👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 2, '👩‍👩‍👧‍👦…'],
  ['a\u0303'.repeat(4), 3, 'a\u0303a\u0303…'],
  ['', 3, ''],
])('%s in %i characters', (text, maximum, expected) => {
  expect(shorten(text, maximum)).toBe(expected);
});
