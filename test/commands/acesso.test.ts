import { beforeEach, describe, expect, it } from 'vitest';
import { blockOf, OTHER_WORKSPACE, textOf, useCommandLine, WORKSPACE } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

function roleOf(userId: string, workspaceId = WORKSPACE, platformAdmin = false) {
  return commandLine.services.access.roleOf({ workspaceId, userId, platformAdmin });
}

beforeEach(async () => {
  await commandLine.empty();
});

describe('/acesso', () => {
  it('lets everybody look, and the admins of the chat do everything', async () => {
    expect(await roleOf('bia')).toBe('viewer');
    expect(await roleOf('bia', WORKSPACE, true)).toBe('admin');
  });

  it.each([
    ['/acesso dar @bia operador', 'operator'],
    ['/acesso dar pessoa:@bia papel:Operadora', 'operator'],
    ['/acesso dar bia administradora', 'admin'],
    ['/acesso dar @bia viewer', 'viewer'],
  ])('%s gives that role, in this workspace alone', async (line, role) => {
    expect(textOf(await type(line))).toContain('bia agora é');
    expect(await roleOf('bia')).toBe(role);
    expect(await roleOf('bia', OTHER_WORKSPACE)).toBe('viewer');
  });

  it('gives a person one role at a time and takes it away again', async () => {
    await type('/acesso dar @bia admin');
    await type('/acesso dar @bia operador');
    expect(await commandLine.services.access.list(WORKSPACE)).toMatchObject([
      { userId: 'bia', userName: 'bia', role: 'operator', grantedBy: 'Ana' },
    ]);
    expect(textOf(await type('/acesso tirar @bia'))).toContain('não tem mais papel');
    expect(await roleOf('bia')).toBe('viewer');
    expect(textOf(await type('/acesso tirar @bia'))).toContain('já não tinha papel');
  });

  it('tells everybody their own role, and who has which', async () => {
    await type('/acesso dar @bia admin');
    const reply = await type('/acesso ver', { role: 'operator' });
    expect(reply.visibility).toBe('private');
    expect(textOf(reply)).toContain('Seu papel: operador.');
    expect(blockOf(reply, 'table').rows).toEqual([['bia', 'admin', 'Ana']]);
  });

  it('says that a word is no role, and offers those that are for the same person', async () => {
    const reply = await type('/acesso dar @bia rei');
    expect(textOf(reply)).toContain('“rei” não é um papel. Use um destes: leitor, operador, admin.');
    expect(blockOf(reply, 'buttons').buttons.map(({ command }) => command)).toEqual([
      '/acesso dar papel:leitor pessoa:@bia',
      '/acesso dar papel:operador pessoa:@bia',
      '/acesso dar papel:admin pessoa:@bia',
    ]);
  });

  it('asks for the person with the picker of the chat', async () => {
    const { fields } = blockOf(await type('/acesso dar'), 'form');
    expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
      ['pessoa', 'person'],
      ['papel', 'select'],
    ]);
  });
});
