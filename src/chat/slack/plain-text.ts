import type { Block, Message } from '../message.ts';

/** All that a message says, without any formatting: what notifications and screen readers get, and what a file holds. */
export function plainText({ title, blocks }: Message): string {
  return [title ?? '', ...blocks.map(blockText)].filter((text) => text !== '').join('\n');
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return block.text;
    case 'fields':
      return block.fields.map(({ label, value }) => `${label}: ${value}`).join('\n');
    case 'table':
      return [block.caption, block.columns.map(({ label }) => label).join(' | ')]
        .concat(block.rows.map((row) => row.join(' | ')))
        .join('\n');
    case 'badges':
      return block.badges
        .map(({ label, detail, remedy }) => [label, detail, remedy].filter(Boolean).join(' – '))
        .join('\n');
    case 'copy':
      return `${block.label}: ${block.value}`;
    case 'image':
      return block.alternative;
    case 'file':
      return block.name;
    case 'buttons':
    case 'form':
      return '';
  }
}
