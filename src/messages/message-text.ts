import mustache from 'mustache';
import { ProductError } from '../text/product-error.ts';
import { type MessageVariables, PRODUCT_LIST, PRODUCT_VARIABLES, variablesOfType } from './message-variables.ts';
import type { NotificationType } from './notification-catalogue.ts';

/** WhatsApp's own limit for the text of a message (Cloud API reference, text object). */
export const MAXIMUM_TEXT_LENGTH = 4_096;

/** A part of a text as mustache.js reads it: kind, name or text, start, end and, for a section, what is inside. */
type Token = [kind: string, name: string, start: number, end: number, inside?: Token[]];

export type RenderedText = { ok: true; text: string } | { ok: false; missing: string };

/**
 * Refuses a text that could not be sent as it is meant.
 * @throws ProductError `text_empty`, `text_long`, `text_tag_unclosed`, `text_tag_unsupported`, `text_variable_unknown`
 */
export function checkText(text: string, type: NotificationType): void {
  if (text.trim() === '') throw new ProductError('text_empty');
  if (text.length > MAXIMUM_TEXT_LENGTH) {
    throw new ProductError('text_long', { length: text.length, maximum: MAXIMUM_TEXT_LENGTH });
  }
  checkTokens(tokensOf(text), new Set(variablesOfType(type)), []);
}

/**
 * Fills a text in. A variable that the event does not carry stops it, unless it stands in a branch that asks for it:
 * `{{#checkout.url}}…{{& checkout.url}}{{/checkout.url}}`.
 * @param text one that `checkText` let pass
 */
export function renderText(text: string, variables: MessageVariables): RenderedText {
  const missing = missingVariable(tokensOf(text), [variables]);
  if (missing !== null) return { ok: false, missing };
  // A message is plain text: nothing in it is HTML.
  return { ok: true, text: mustache.render(text, variables, {}, { escape: String }).trim() };
}

function tokensOf(text: string): Token[] {
  try {
    return mustache.parse(text) as unknown as Token[];
  } catch (error) {
    throw new ProductError('text_tag_unclosed', { place: placeOf(text, error) }, { cause: error });
  }
}

/** The first words from where mustache.js stopped: it says `… at 17`. */
function placeOf(text: string, error: unknown): string {
  const at = Number(/ at (\d+)$/.exec(error instanceof Error ? error.message : '')?.[1] ?? 0);
  const opening = text.lastIndexOf('{{', at);
  return text.slice(opening === -1 ? at : opening, at + 20).trim();
}

function checkTokens(tokens: readonly Token[], known: ReadonlySet<string>, repeated: readonly string[]): void {
  for (const [kind, name, , , inside = []] of tokens) {
    if (kind === 'text' || kind === '!') continue;
    if (kind === '>' || kind === '=') throw new ProductError('text_tag_unsupported', { tag: `{{${kind} ${name}}}` });
    const isSection = kind === '#' || kind === '^';
    const isList = isSection && name === PRODUCT_LIST;
    if (!isList && !isKnown(name, known, repeated)) {
      throw new ProductError('text_variable_unknown', { name, names: [...known].join(', ') });
    }
    checkTokens(inside, known, isList && kind === '#' ? [...repeated, ...PRODUCT_VARIABLES] : repeated);
  }
}

function isKnown(name: string, known: ReadonlySet<string>, repeated: readonly string[]): boolean {
  return known.has(name) || repeated.includes(name) || /^tracking\.[\w-]+$/.test(name);
}

/** The first variable that would be printed and is empty; null when there is none. */
function missingVariable(tokens: readonly Token[], contexts: readonly MessageVariables[]): string | null {
  for (const [kind, name, , , inside = []] of tokens) {
    const value = kind === 'text' || kind === '!' ? 'nothing to fill in' : lookUp(name, contexts);
    if (kind === '#' || kind === '^') {
      const missing = missingInSection(kind, value, inside, contexts);
      if (missing !== null) return missing;
    } else if (isEmpty(value)) {
      return name;
    }
  }
  return null;
}

function missingInSection(
  kind: '#' | '^',
  value: MessageVariables[string],
  inside: readonly Token[],
  contexts: readonly MessageVariables[],
): string | null {
  if (isEmpty(value) !== (kind === '^')) return null;
  const repetitions = Array.isArray(value) && kind === '#' ? value : [{}];
  for (const item of repetitions) {
    const missing = missingVariable(inside, [...contexts, item]);
    if (missing !== null) return missing;
  }
  return null;
}

function isEmpty(value: MessageVariables[string]): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}

/** As mustache looks a name up: from the innermost context outwards. */
function lookUp(name: string, contexts: readonly MessageVariables[]): MessageVariables[string] {
  for (const context of contexts.toReversed()) {
    const value = name
      .split('.')
      .reduce<MessageVariables[string] | undefined>(
        (inner, part) => (typeof inner === 'object' && !Array.isArray(inner) ? inner[part] : undefined),
        context,
      );
    if (value !== undefined) return value;
  }
  return '';
}
