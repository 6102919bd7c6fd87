import { beforeAll, describe, expect, it } from 'vitest';
import { LOCALES, type Locale } from '../../src/text/text.ts';
import { useCommandLine, WORKSPACE } from './command-line-test.ts';
import { EVERY_VERB, linesFor, type Subject } from './every-verb.ts';

/** What Slack shows of a window's title: https://docs.slack.dev/reference/views/modal-views */
const TITLE_LIMIT = 24;

const commandLine = useCommandLine();

let subject: Subject;

/** The titles of all forms to which a command leads, in a language. */
async function titles(locale: Locale): Promise<(string | undefined)[]> {
  const lines = EVERY_VERB.filter(({ name }) => !/ remover$/.test(name)).flatMap((entry) => [
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
    if (!store) throw new Error('There is a store');
    for (const name of ['Atendimento', 'Suporte']) await commandLine.createInstance(name, store);
    const id = await commandLine.send(store, {
      event: 'approved_purchase',
      transactionId: 'a sale',
      amount: 9_900,
      client: { phone: '+5511900001234' },
    });
    const mensagem = await commandLine.uncertainMessage(store);
    subject = { loja: store.id, id, instancia: 'Suporte', mensagem };
  });

  it.each(LOCALES)('every form has a title that Slack has room for (%s)', async (locale) => {
    const found = await titles(locale);
    expect(new Set(found).size).toBeGreaterThan(7);
    expect(found.filter((title) => (title?.length ?? Number.POSITIVE_INFINITY) > TITLE_LIMIT)).toEqual([]);
    expect(commandLine.faults).toEqual([]);
  });
});
