import { beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../commands/index.ts';
import { mayAct, ROLES } from '../../src/chat/permissions.ts';
import { LOCALES } from '../../src/text/text.ts';
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
    expect(textOf(reply)).toContain('/loja criar Nome da loja');
    expect(blockOf(await type(buttonOf(reply, 'Criar a primeira loja')), 'form').command).toBe('/loja criar');
  });

  it('sends those who may not create a store to an admin', async () => {
    const reply = await type('/ajuda', { role: 'operator' });
    expect(textOf(reply)).toContain('Peça a um administrador');
    expect(reply.blocks.some(({ type }) => type === 'buttons')).toBe(false);
  });

  it.each(ROLES)('names to a %s what that role may do, and nothing else', async (role) => {
    await commandLine.createStore('Ateliê');
    const reply = await type('/ajuda', { role });
    expect(reply.title).toBe('O que dá para fazer por aqui');
    for (const topic of TOPICS) {
      const detail = textOf(await type(`/ajuda ${topic.name}`, { role }));
      const labels = blockOf(reply, 'fields').fields.map(({ label }) => label);
      const line = labels.find((label) => label.split(' ')[0] === `/${topic.name}`) ?? '';
      for (const verb of topic.verbs.filter(({ name }) => name !== topic.defaultVerb)) {
        const isAllowed = mayAct(role, verb.role);
        expect(line.split(' ').includes(verb.name), `${line}: ${verb.name}`).toBe(isAllowed);
        expect(detail.includes(`/${topic.name} ${verb.name}`), `${topic.name} ${verb.name}`).toBe(isAllowed);
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
