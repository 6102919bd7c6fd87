import { expect, it } from 'vitest';
import { isMet } from '../../../scripts/bench/bench.ts';
import { figureTable } from '../../../scripts/bench/figure-table.ts';

const figures = [
  { what: 'inserts', value: 4_321.6, unit: '/s', target: { atLeast: 4_000 } },
  { what: 'growth', value: 1.616, unit: '×', target: { atMost: 1.5 } },
  { what: 'another server', value: 12, unit: '/s', target: null },
];

it('shows what was measured, what was asked, and whether it was reached', () => {
  expect(figureTable(figures)).toEqual([
    'what              figure   target',
    'inserts         4,322 /s  ≥ 4,000  met',
    'growth            1.62 ×    ≤ 1.5  NOT MET',
    'another server     12 /s',
  ]);
});

it('a target is met at its very value, whichever way it goes', () => {
  const figure = { what: 'x', value: 5, unit: '/s' };
  expect([{ atLeast: 5 }, { atMost: 5 }, null].map((target) => isMet({ ...figure, target }))).toEqual([
    true,
    true,
    true,
  ]);
  expect([{ atLeast: 6 }, { atMost: 4 }].map((target) => isMet({ ...figure, target }))).toEqual([false, false]);
});
