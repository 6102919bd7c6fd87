import { readdirSync, readFileSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { en } from '../../src/text/en/index.ts';
import { ptBR } from '../../src/text/pt-BR/index.ts';
import { text } from '../../src/text/text.ts';

const KEYS = Object.keys(ptBR) as (keyof typeof ptBR)[];

/** Names and types of a sentence's placeholders, those inside plurals and selections too. */
function placeholders(sentence: string, locale: string): string[] {
  const message = new IntlMessageFormat(sentence, locale, undefined, { ignoreTag: true });
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const element = node as { type?: number; value?: unknown; options?: Record<string, { value: unknown }> };
    // A literal has type 0, the # of a plural type 7.
    if (typeof element.value === 'string' && element.type !== 0 && element.type !== 7) found.add(element.value);
    for (const child of Array.isArray(node) ? node : []) visit(child);
    for (const option of Object.values(element.options ?? {})) visit(option.value);
  };
  visit(message.getAst());
  return [...found].sort();
}

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect(KEYS.length).toBeGreaterThan(300);
    expect(Object.keys(en).sort()).toEqual([...KEYS].sort());
  });

  it.each(KEYS)('%s: says something, with the same placeholders, in both languages', (key) => {
    expect(ptBR[key].trim()).toBe(ptBR[key]);
    expect(en[key].trim()).toBe(en[key]);
    expect(ptBR[key]).not.toBe('');
    expect(placeholders(en[key], 'en')).toEqual(placeholders(ptBR[key], 'pt-BR'));
  });

  it('are written with typographic quotes, which a command line would otherwise need', () => {
    expect(KEYS.filter((key) => /(^|\s)"/.test(ptBR[key]) || /(^|\s)"/.test(en[key]))).toEqual([]);
  });

  it('write counts as people of that country do', () => {
    const values = { store: 'A', gross: 'R$ 1,00', count: 1676 };
    expect(text('pt-BR', 'report.headline', values)).toContain('1.676 pedidos');
    expect(text('en', 'report.headline', values)).toContain('1,676 orders');
  });

  it('hold no sentence that nothing says', () => {
    const code = sources().join('\n');
    const unused = KEYS.filter((key) => !isUsed(key, code));
    expect(unused).toEqual([]);
  });
});

/** All code outside the catalogues. */
function sources(): string[] {
  return ['commands', 'src', 'scripts']
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`))
    .filter((file) => /\.(ts|js)$/.test(file) && !/^src\/text\/(pt-BR|en)\//.test(file))
    .map((file) => readFileSync(file, 'utf8'));
}

/** True when the key stands in the code, or is made there from a template whose beginning stands in it and an end that does. */
function isUsed(key: string, code: string): boolean {
  const isWord = (word: string) =>
    new RegExp(`(?<![\\w.])['"\`]?${word.replaceAll('.', '\\.')}['"\`:,\\s}]`).test(code);
  if (code.includes(`'${key}'`)) return true;
  return [...key.matchAll(/\./g)].some(({ index }) => {
    const template = `\`${key.slice(0, index + 1)}\${`;
    return code.includes(template) && isWord(key.slice(index + 1));
  });
}
