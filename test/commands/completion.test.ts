import { beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../src/chat/permissions.ts';
import { mayAct, ROLES } from '../../src/chat/permissions.ts';
import { OTHER_CHANNEL, OTHER_WORKSPACE, useCommandLine, VENDAS, WORKSPACE } from './command-line-test.ts';
import { EVERY_VERB } from './every-verb.ts';

const commandLine = useCommandLine();

async function complete(line: string, workspaceId: string, role: Role = 'admin') {
  const user = { id: 'u1', name: 'Ana', role };
  return await commandLine.dispatcher.complete({ line, workspaceId, channel: null, user, locale: 'pt-BR' });
}

beforeAll(async () => {
  const store = await commandLine.createStore('Curso de Violão');
  await commandLine.createInstance('Atendimento', store);
  const other = await commandLine.createStore('Loja alheia', OTHER_WORKSPACE);
  await commandLine.createInstance('Instância alheia', other);
});

const OPTIONS = EVERY_VERB.flatMap(({ name, verb }) =>
  verb.options.map((option) => [`${name} ${option.name}:`, option] as const),
);

describe.each(OPTIONS)('%s', (line, option) => {
  it.each([
    [WORKSPACE, ['Loja alheia', 'Instância alheia', OTHER_CHANNEL.name]],
    [OTHER_WORKSPACE, ['Curso de Violão', 'Atendimento', VENDAS.name]],
  ])('offers in %s what is there and nothing of another workspace', async (workspaceId, strange) => {
    const offered = await complete(line, workspaceId);
    expect(offered.length > 0).toBe(option.complete !== undefined);
    for (const secret of strange) expect(JSON.stringify(offered)).not.toContain(secret);
  });
});

it.each(ROLES)('offers a %s the verbs of that role alone', async (role) => {
  for (const command of new Set(EVERY_VERB.map(({ name }) => name.split(' ')[0] ?? ''))) {
    const verbs = EVERY_VERB.filter(({ name, verb }) => name.startsWith(`${command} `) && mayAct(role, verb.role));
    const offered = (await complete(`${command} `, WORKSPACE, role)).map(({ line }) => line.trim());
    expect(offered).toEqual(expect.arrayContaining(verbs.map(({ name }) => name)));
    const refused = EVERY_VERB.filter(({ verb }) => !mayAct(role, verb.role)).map(({ name }) => name);
    expect(offered.filter((line) => refused.includes(line))).toEqual([]);
  }
});

it('completes a store by the beginning of its name, however accented', async () => {
  expect((await complete('/relatorio CURSO DE VIOLA', WORKSPACE)).map(({ line }) => line)).toEqual([
    '/relatorio loja:"Curso de Violão"',
  ]);
});
