/** `<@U024BE7LH|ana>` and `<#C024BE7LR|vendas>`: with "Escape channels, users, and links" on, Slack names people and channels by their ids. */
const REFERENCE = /<([@#])([A-Z0-9]+)(?:\|[^>]*)?>/g;
/** `<https://example.com|example.com>` is what becomes of a typed address. */
const ADDRESS = /<((?:https?|mailto):[^|>]*)(?:\|([^>]*))?>/g;

/** What a person typed after a slash command, as our commands read it. */
export function typedLine(command: string, text: string): string {
  const typed = text
    .replace(REFERENCE, '$1$2')
    .replace(ADDRESS, (_match, address: string, label: string | undefined) => label || address)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
  return `${command} ${typed}`.trim();
}
