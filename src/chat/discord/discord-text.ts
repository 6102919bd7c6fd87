const URL_PATTERN = /https?:\/\/[^\s<>"'`]+/g;
/** What Discord's Markdown reads as more than itself, wherever it stands. */
const MARKDOWN = /[\\*_~`|<[\]]/g;
/** What it reads so at the beginning of a line: headings, lists, quotes, small print. */
const LINE_START = /^(\s*)([#>+-]|\d+(?=\.))/gm;

/**
 * Plain text as Discord shows it unchanged: no formatting, no mention, no hidden link. Addresses stay as they are, so that they can be pressed.
 * At most twice as long as what it was given.
 */
export function escapeMarkdown(plain: string): string {
  let escaped = '';
  let end = 0;
  for (const match of plain.matchAll(URL_PATTERN)) {
    escaped += escapePart(plain.slice(end, match.index)) + match[0];
    end = match.index + match[0].length;
  }
  return escaped + escapePart(plain.slice(end));
}

function escapePart(part: string): string {
  return part
    .replaceAll(MARKDOWN, '\\$&')
    .replaceAll(LINE_START, (_match, space: string, mark: string) =>
      /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`,
    );
}

/** A block of text in equal widths, to read in columns or to copy. A run of backticks in it cannot end it. */
export function codeBlock(plain: string): string {
  return `\`\`\`\n${plain.replaceAll('`', 'ˋ')}\n\`\`\``;
}

/** At most that many UTF-16 units, with an ellipsis where something was cut, never through the middle of a character. */
export function shorten(plain: string, maximum: number): string {
  if (plain.length <= maximum) return plain;
  const kept = plain.slice(0, maximum - 1).replace(/[\uD800-\uDBFF]$/, '');
  return `${kept.trimEnd()}…`;
}

/** Cuts a text into parts of at most that length: between lines where it can, else between words, else between characters. */
export function splitText(plain: string, maximum: number): string[] {
  const parts: string[] = [];
  let rest = plain;
  while (rest.length > maximum) {
    const window = rest.slice(0, maximum + 1);
    const breakAt = [window.lastIndexOf('\n'), window.lastIndexOf(' ')].find((index) => index > maximum / 2) ?? maximum;
    const cut = /[\uD800-\uDBFF]/.test(rest.charAt(breakAt - 1)) ? breakAt - 1 : breakAt;
    parts.push(rest.slice(0, cut));
    rest = rest.slice(cut).replace(/^[\n ]/, '');
  }
  return [...parts, rest];
}
