import { beforeAll, describe, expect, it } from 'vitest';
import { LOCALES, type Locale } from '../../src/text/text.ts';
import { useCommandLine, WORKSPACE } from './command-line-test.ts';
import { EVERY_VERB, linesFor } from './every-verb.ts';

/** What Slack shows of a window's title: https://docs.slack.dev/reference/views/modal-views */
const TITLE_LIMIT = 24;

const commandLine = useCommandLine();

/** The titles of all forms to which a command leads, in a language. */
async function titles(locale: Locale): Promise<(string | undefined)[]> {
  const [store] = await commandLine.services.stores.list(WORKSPACE);
  const subject = { loja: store?.id ?? '', id: '0123456789abcdef01234567' };
  const lines = EVERY_VERB.filter(({ name }) => name !== '/loja remover').flatMap((entry) => [
    entry.name,
    `${entry.name} loja:${subject.loja}`,
    ...linesFor(entry, subject),
  ]);
  const found: (string | undefined)[] = [];
  for (const line of lines) {
    const { blocks } = await commandLine.type(line, { locale });
    found.push(...blocks.flatMap((block) => (block.type === 'form' ? [block.title] : [])));
  }
  return found;
}

describe.each([1, 7])('with stores that number %i', (count) => {
  beforeAll(async () => {
    await commandLine.empty();
    for (let number = 1; number <= count; number += 1) await commandLine.createStore(`Loja ${number}`);
    const [store] = await commandLine.services.stores.list(WORKSPACE);
    if (store) await commandLine.send(store, { event: 'approved_purchase', transactionId: 'a sale', amount: 9_900 });
  });

  it.each(LOCALES)('every form has a title that Slack has room for (%s)', async (locale) => {
    const found = await titles(locale);
    expect(new Set(found).size).toBeGreaterThan(7);
    for (const title of found)
      expect(title?.length ?? Number.POSITIVE_INFINITY, title).toBeLessThanOrEqual(TITLE_LIMIT);
    expect(commandLine.faults).toEqual([]);
  });
});
