import type { Block } from '../message.ts';
import { bold, codeBlock, plainMrkdwn, renderedPieces, SECTION_TEXT_LIMIT } from './slack-text.ts';

type Table = Extract<Block, { type: 'table' }>;

/** Wider than this and a table in fixed-width letters wraps, even on a desktop. */
const WIDEST_TABLE = 72;
const BETWEEN_COLUMNS = '  ';

/** A table as mrkdwn texts that each fit into a section: in fixed-width letters, or row by row when it is too wide for these. */
export function tableTexts(table: Table): string[] {
  const widths = table.columns.map(({ label }, index) =>
    Math.max(label.length, ...table.rows.map((row) => row[index]?.length ?? 0)),
  );
  const width = widths.reduce((sum, columnWidth) => sum + columnWidth + BETWEEN_COLUMNS.length, 0);
  return width <= WIDEST_TABLE ? alignedTexts(table, widths) : rowTexts(table);
}

function alignedTexts({ caption, columns, rows }: Table, widths: readonly number[]): string[] {
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const cell = cells[index] ?? '';
        const width = widths[index] ?? 0;
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(BETWEEN_COLUMNS)
      .trimEnd();
  const header = line(columns.map(({ label }) => label));
  const [first = '', ...others] = renderedPieces(
    rows.map((row) => line(row)).join('\n'),
    (piece) => codeBlock(`${header}\n${piece}`),
    SECTION_TEXT_LIMIT - caption.length * 2,
  );
  return [`${bold(caption)}\n${first}`, ...others];
}

function rowTexts({ caption, columns, rows }: Table): string[] {
  const texts = rows.map((row) => {
    const [first = '', ...others] = row;
    const details = others.map((cell, index) => `${columns[index + 1]?.label ?? ''}: ${cell}`).join(' · ');
    return `${first}\n${details}`;
  });
  return [bold(caption), ...renderedPieces(texts.join('\n\n'), plainMrkdwn)];
}
