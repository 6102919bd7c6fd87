import { describe, expect, it } from 'vitest';
import { countPeriodWords, parsePeriod } from '../../src/reports/period.ts';
import { isProductError } from '../../src/text/product-error.ts';

/** In São Paulo it is still the 24th. */
const NOW = new Date('2026-11-25T01:00:00Z');
const parse = (typed: string | undefined) => parsePeriod(typed, 'America/Sao_Paulo', NOW);

function codeOf(typed: string): string {
  try {
    parse(typed);
  } catch (error) {
    if (isProductError(error)) return error.code;
  }
  return 'none';
}

describe('a typed period', () => {
  it.each([
    [undefined, '2026-11-24', '2026-11-24'],
    ['hoje', '2026-11-24', '2026-11-24'],
    ['Ontem', '2026-11-23', '2026-11-23'],
    ['7d', '2026-11-18', '2026-11-24'],
    ['30D', '2026-10-26', '2026-11-24'],
    ['mês', '2026-11-01', '2026-11-24'],
    ['mes', '2026-11-01', '2026-11-24'],
    ['01/11/2026 a 15/11/2026', '2026-11-01', '2026-11-15'],
    ['01/11/2026 até 15/11/2026', '2026-11-01', '2026-11-15'],
    ['01/11 15/11', '2026-11-01', '2026-11-15'],
    ['2026-11-01, 2026-11-15', '2026-11-01', '2026-11-15'],
    ['20/11/2026', '2026-11-20', '2026-11-20'],
    ['01/11 30/11', '2026-11-01', '2026-11-30'],
  ])('“%s” is %s to %s', (typed, from, to) => {
    expect(parse(typed)).toEqual({ from, to });
  });

  it.each([
    ['31/02/2026', 'day_unknown'],
    ['01/11/2026 31/11/2026', 'day_unknown'],
    ['2026-13-01', 'day_unknown'],
    ['amanhã', 'period_unknown'],
    ['01/11 02/11 03/11', 'period_unknown'],
    ['hoje ontem', 'period_unknown'],
    ['15/11/2026 01/11/2026', 'period_reversed'],
    ['01/01/2020 24/11/2026', 'period_long'],
    ['25/11/2026', 'period_future'],
    ['01/12 31/12', 'period_future'],
  ])('“%s” is refused as %s', (typed, code) => {
    expect(codeOf(typed)).toBe(code);
  });

  it.each([
    [['Curso', '7d'], 1],
    [['Curso', '01/11', '15/11'], 2],
    [['Curso', '01/11', 'a', '15/11'], 3],
    [['Curso', '01/11'], 1],
    [['Curso', 'de', 'Violão'], 0],
    [[], 0],
  ])('is found at the end of %j: %i words', (words, count) => {
    expect(countPeriodWords(words)).toBe(count);
  });
});
