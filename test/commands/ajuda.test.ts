import { beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.ts';
import { mayAct, ROLES } from '../../src/chat/permissions.ts';
import { LOCALES, text } from '../../src/text/text.ts';
import { blockOf, buttonOf, refusalOf, textOf, useCommandLine } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;
const TOPICS = commands.filter(({ name }) => name !== 'ajuda');

beforeEach(async () => {
  await commandLine.empty();
});

describe('/ajuda', () => {
  it('tells a newcomer how to begin, and begins with a button', async () => {
    const reply = await type('/ajuda');
    expect(reply).toMatchObject({ title: 'Olá! Vamos ligar sua primeira loja', visibility: 'private' });
    expect(textOf(reply)).toContain('crie a loja com /loja criar,');
    expect(blockOf(await type(buttonOf(reply, 'Criar a primeira loja')), 'form').command).toBe('/loja criar');
  });

  it('sends those who may not create a store to an admin', async () => {
    const reply = await type('/ajuda', { role: 'operator' });
    expect(textOf(reply)).toContain('Peça a um administrador');
    expect(reply.blocks.some(({ type }) => type === 'buttons')).toBe(false);
  });

  it.each(ROLES)('tells a %s of what that role may do, and in one line of what needs another one', async (role) => {
    await commandLine.createStore('Ateliê');
    for (const locale of LOCALES) {
      const reply = await type('/ajuda', { role, locale });
      expect(reply.title).toBe(text(locale, 'help.title'));
      for (const topic of TOPICS) {
        const detail = await type(`/ajuda ${topic.name}`, { role, locale });
        const usages = blockOf(detail, 'fields').fields.map(({ label }) => label);
        const field = blockOf(reply, 'fields').fields.find(({ label }) => label.split(' ')[0] === `/${topic.name}`);
        for (const verb of topic.verbs.filter(({ name }) => name !== topic.defaultVerb)) {
          const isAllowed = mayAct(role, verb.role);
          const what = `/${topic.name} ${verb.name}`;
          expect(field?.label.split(' ').includes(verb.name), what).toBe(isAllowed);
          expect(
            usages.some((usage) => `${usage} `.startsWith(`${what} `)),
            what,
          ).toBe(isAllowed);
          expect(textOf(detail).includes(text(locale, verb.description)), what).toBe(isAllowed);
          const named = new RegExp(`/${topic.name} (?:[\\w-]+ · )*${verb.name}(?![\\w-])`);
          for (const { blocks } of [reply, detail]) {
            const sentences = blocks.flatMap((block) => (block.type === 'paragraph' ? [block.text] : []));
            expect(named.test(sentences.join('\n')), what).toBe(!isAllowed);
          }
        }
        const isWhole = topic.verbs.every((verb) => mayAct(role, verb.role));
        expect(field?.value === text(locale, topic.description), topic.name).toBe(isWhole);
      }
    }
  });

  it.each(TOPICS.map(({ name }) => name))('explains every verb and option of /%s, in both languages', async (name) => {
    const topic = TOPICS.find((candidate) => candidate.name === name);
    for (const locale of LOCALES) {
      const detail = textOf(await type(`/ajuda /${name.toUpperCase()}`, { locale }));
      for (const option of topic?.verbs.flatMap(({ options }) => options) ?? []) {
        expect(detail).toContain(`${option.name}: `);
      }
    }
  });

  it('of a command that there is not names those that there are', async () => {
    for (const locale of LOCALES) {
      expect(refusalOf(await type('/ajuda mágica', { locale }))).toContain('/loja, /checklist, /relatorio');
    }
  });
});
