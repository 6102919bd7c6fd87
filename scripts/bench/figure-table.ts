import { type Figure, isMet } from './bench.ts';

const COLUMNS = ['what', 'figure', 'target', ''] as const;

/** The figures as a table of text. */
export function figureTable(figures: readonly Figure[]): string[] {
  const rows = [[...COLUMNS], ...figures.map(rowOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => aligned(cell, widths[column] ?? 0, column))
      .join('  ')
      .trimEnd(),
  );
}

function rowOf(figure: Figure): string[] {
  const { what, value, unit, target } = figure;
  if (target === null) return [what, `${rounded(value)} ${unit}`, '', ''];
  const wanted = 'atLeast' in target ? `≥ ${rounded(target.atLeast)}` : `≤ ${rounded(target.atMost)}`;
  return [what, `${rounded(value)} ${unit}`, wanted, isMet(figure) ? 'met' : 'NOT MET'];
}

/** Figures to the right, words to the left. */
function aligned(cell: string, width: number, column: number): string {
  return column === 1 || column === 2 ? cell.padStart(width) : cell.padEnd(width);
}

function rounded(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 2 : 0 });
}
