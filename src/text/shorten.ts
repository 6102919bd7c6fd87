const segmenter = new Intl.Segmenter();

/**
 * A text that is longer than a line should be, cut between two characters as people see them, with an ellipsis.
 * @param maximum in characters, the ellipsis included
 */
export function shorten(text: string, maximum: number): string {
  if (text.length <= maximum) return text;
  const kept: string[] = [];
  for (const { segment } of segmenter.segment(text)) {
    if (kept.length === maximum) return `${kept.slice(0, -1).join('').trimEnd()}…`;
    kept.push(segment);
  }
  return text;
}
