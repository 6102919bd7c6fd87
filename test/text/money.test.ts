import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMoney, parseMoney } from '../../src/text/money.ts';

describe('money', () => {
  it.each([
    [123_456, 'BRL', 'pt-BR', 'R$ 1.234,56'],
    [0, 'BRL', 'pt-BR', 'R$ 0,00'],
    [5, 'BRL', 'pt-BR', 'R$ 0,05'],
    [-19_700, 'BRL', 'pt-BR', '-R$ 197,00'],
    [100_000_000_000, 'BRL', 'pt-BR', 'R$ 1.000.000.000,00'],
    [123_456, 'USD', 'pt-BR', 'US$ 1.234,56'],
    [123_456, 'BRL', 'en', 'R$1,234.56'],
    [123_456, 'XYZ', 'pt-BR', 'XYZ 1.234,56'],
  ] as const)('%i centavos of %s in %s is %s', (centavos, currency, locale, written) => {
    expect(formatMoney(centavos, currency, locale)).toBe(written);
  });

  it.each([
    ['100', 10_000],
    ['99,9', 9_990],
    ['99,90', 9_990],
    ['R$ 1.234,56', 123_456],
    ['R$1234,56', 123_456],
    [' 0 ', 0],
    ['1.234', 123_400],
    ['12.34', null],
    ['1,234.56', null],
    ['-5', null],
    ['', null],
    ['R$', null],
    ['dez', null],
    ['1e3', null],
    ['9'.repeat(12), null],
  ])('“%s” is read as %s', (typed, centavos) => {
    expect(parseMoney(typed)).toBe(centavos);
  });

  it('reads what it wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999 }), (centavos) => {
        expect(parseMoney(formatMoney(centavos, 'BRL', 'pt-BR'))).toBe(centavos);
      }),
    );
  });
});
