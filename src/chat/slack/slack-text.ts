import type { SectionBlock } from '@slack/types';

/** https://docs.slack.dev/reference/block-kit/blocks/section-block */
export const SECTION_TEXT_LIMIT = 3_000;

/** Before one of these a zero-width space keeps Slack from reading it as formatting. */
const FORMATTING = /(?<![\p{L}\p{N}])[*_~`](?=\S)|^&gt;/gmu;
const ZERO_WIDTH_SPACE = '\u200B';
const WEB_ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]/g;

/** The three characters that Slack asks to escape, so that no text becomes a mention, a link or a command to notify everybody. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Plain text as Slack's mrkdwn that reads the same: nothing is formatted, and web addresses can be clicked. */
export function plainMrkdwn(text: string): string {
  let rendered = '';
  let end = 0;
  for (const match of text.matchAll(WEB_ADDRESS)) {
    rendered += unformatted(text.slice(end, match.index));
    rendered += `<${escapeText(match[0]).replaceAll('|', '%7C')}>`;
    end = match.index + match[0].length;
  }
  return rendered + unformatted(text.slice(end));
}

function unformatted(text: string): string {
  return escapeText(text).replace(FORMATTING, `${ZERO_WIDTH_SPACE}$&`);
}

/** A bold line. */
export function bold(text: string): string {
  const rendered = plainMrkdwn(text).trim();
  return rendered === '' ? '' : `*${rendered}*`;
}

/** Text between fences, as it is. */
export function codeBlock(text: string): string {
  return `\`\`\`${escapeText(text.replaceAll('`', '´'))}\`\`\``;
}

/**
 * Splits text so that each piece, once rendered, fits: at the end of a line if it can be, else between words.
 * @param limit of rendered characters
 */
export function renderedPieces(text: string, render: (piece: string) => string, limit = SECTION_TEXT_LIMIT): string[] {
  const rendered = render(text);
  if (rendered.length <= limit) return [rendered];
  const middle = breakNear(text, Math.floor(text.length / 2));
  return [text.slice(0, middle), text.slice(middle)].flatMap((half) => renderedPieces(half.trim(), render, limit));
}

function breakNear(text: string, middle: number): number {
  const least = Math.floor(middle / 2);
  for (const separator of ['\n', ' ']) {
    const found = text.lastIndexOf(separator, middle);
    if (found > least) return found;
  }
  return isInsidePair(text, middle) ? middle + 1 : middle;
}

function isInsidePair(text: string, index: number): boolean {
  return /^[\uDC00-\uDFFF]/.test(text.slice(index, index + 1));
}

/** At most so many characters, with an ellipsis where something is left out. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = isInsidePair(text, limit - 1) ? limit - 2 : limit - 1;
  return `${text.slice(0, end)}…`;
}

/** A section of rendered text. Verbatim, so that Slack finds no channels or mentions in it by itself. */
export function section(mrkdwn: string): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: mrkdwn, verbatim: true } };
}
