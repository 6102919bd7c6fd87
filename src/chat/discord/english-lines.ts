import type { Block, Message } from '../message.ts';
import { ENGLISH_NAMES } from './english-names.ts';

const NAME = Object.keys(ENGLISH_NAMES)
  .sort((a, b) => b.length - a.length)
  .join('|');
/** What stands between these is somebody's own words. */
const QUOTED = /“[^”]*”/;
/** A command, with the verbs and options that follow it: `/loja listar · ver`, `/relatorio [loja] [periodo]`. */
const COMMAND = new RegExp(
  `(?<![\\p{L}\\p{N}/.:])/(?:${NAME})(?![\\p{L}\\p{N}/-])(?: (?:· )?\\[?(?:${NAME})\\]?(?![\\p{L}\\p{N}:-]))*`,
);
/** An option that is given a value: `todos:falhas`. */
const OPTION = new RegExp(`(?<![\\p{L}\\p{N}-])(?:${NAME})(?=:)`);
const IN_ENGLISH = new RegExp([QUOTED, COMMAND, OPTION].map(({ source }) => source).join('|'), 'gu');

/**
 * A message for somebody whose Discord is in English, and who sees commands and options by their English names. What buttons and forms send stays as it is:
 * Discord hands over the names that were registered.
 */
export function inEnglish<Kind extends Message>(message: Kind): Kind {
  const { title, blocks } = message;
  return {
    ...message,
    ...(title === undefined ? {} : { title: englishLine(title) }),
    blocks: blocks.map(englishBlock),
  };
}

/** A sentence, with its commands and options by their English names. */
export function englishLine(line: string): string {
  return line.replaceAll(IN_ENGLISH, (found) =>
    found.startsWith('“') ? found : found.replaceAll(/[a-z-]+/g, (name) => ENGLISH_NAMES[name] ?? name),
  );
}

function englishBlock(block: Block): Block {
  switch (block.type) {
    case 'paragraph':
      return { ...block, text: englishLine(block.text) };
    case 'fields':
      // Other fields hold what came from elsewhere, such as the source of a sale.
      return {
        ...block,
        fields: block.fields.map((field) =>
          field.label.startsWith('/') ? { label: englishLine(field.label), value: englishLine(field.value) } : field,
        ),
      };
    case 'badges':
      return {
        ...block,
        badges: block.badges.map((badge) =>
          badge.remedy === undefined ? badge : { ...badge, remedy: englishLine(badge.remedy) },
        ),
      };
    default:
      return block;
  }
}
