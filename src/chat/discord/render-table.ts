import type { Block } from '../message.ts';
import { codeBlock, escapeMarkdown, splitText } from './discord-text.ts';

type Table = Extract<Block, { type: 'table' }>;

/** A phone shows about that many letters of equal width beside each other in an embed. */
const PHONE_WIDTH = 36;
/** Half of what a description holds, because a text may grow to twice its length when it is escaped. */
const PART_LENGTH = 1_900;

/**
 * A table as parts of Markdown text: in columns where these fit a phone, else each row with its first cell in bold and the others named.
 * Each part stands for itself and fits a description.
 */
export function renderTable(table: Table): string[] {
  const widths = table.columns.map(({ label }, column) =>
    Math.max(label.length, ...table.rows.map((row) => (row[column] ?? '').length)),
  );
  const width = widths.reduce((sum, value) => sum + value, 0) + 2 * (widths.length - 1);
  const caption = `**${escapeMarkdown(table.caption)}**`;
  if (width > PHONE_WIDTH) return [caption, ...table.rows.flatMap((row) => renderRow(table, row))];
  const lines = [table.columns.map(({ label }) => label), ...table.rows].map((cells) =>
    cells.map((cell, column) => aligned(cell, widths[column] ?? 0, table.columns[column]?.align)).join('  '),
  );
  return [
    caption,
    ...splitText(lines.map((line) => line.trimEnd()).join('\n'), PART_LENGTH).map((part) => codeBlock(part)),
  ];
}

function aligned(cell: string, width: number, align: 'left' | 'right' | undefined): string {
  return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
}

function renderRow({ columns }: Table, row: readonly string[]): string[] {
  const [first = '', ...others] = row;
  const named = others.flatMap((cell, index) =>
    cell === '' || cell === '–' ? [] : [`${columns[index + 1]?.label ?? ''}: ${cell}`],
  );
  const [head = '', ...more] = splitText(named.join(' · '), PART_LENGTH);
  return [
    [`**${escapeMarkdown(first)}**`, escapeMarkdown(head)].filter((line) => line !== '').join('\n'),
    ...more.map(escapeMarkdown),
  ];
}
