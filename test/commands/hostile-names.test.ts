import { afterEach, describe, expect, it } from 'vitest';
import { storeReference } from '../../commands/options/store-option.ts';
import { quoteArgument } from '../../src/chat/arguments.ts';
import { blockOf, buttonOf, refusalOf, textOf, useCommandLine } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

const NAMES = [
  'Curso “de” "Violão" d’Ana',
  "O'Hara \\ & Cia; DROP TABLE",
  'Loja 🎸👩‍👩‍👧‍👦',
  'ã'.repeat(100),
  '*negrito* _itálico_ `código` ~~não~~ [link](http://example.invalid)',
  '<!channel> <@U123> @everyone',
  '<script>alert(1)</script>',
  '{count, plural, one {x} other {y}}',
  '$gt',
  '__proto__',
  'hoje',
  '7d',
  '"Top"',
  'barra no fim \\',
  'Curso 7d csv',
  'Bia 97,00',
  'Chargeback',
  '#equipe',
  'loja',
  'criar',
  'loja:outra',
  'csv',
  '01/11/2026',
  '-',
];

describe.each(NAMES)('a store named %s', (name) => {
  afterEach(async () => {
    await commandLine.empty();
  });

  it('keeps its name through everything that is done with it', async () => {
    const created = await type('/loja criar', { options: { nome: name } });
    expect(created.title).toContain(name);
    const [store] = await commandLine.services.stores.list('console');
    expect(store?.name).toBe(name);
    if (!store) return;
    await commandLine.send(store, { event: 'approved_purchase', transactionId: 'a sale', amount: 9_900 });

    const alert = commandLine.posts[0]?.message.blocks.flatMap((block) =>
      block.type === 'fields' ? block.fields : [],
    );
    expect(alert).toContainEqual({ label: 'Loja', value: name });

    const quoted = quoteArgument(storeReference(store));
    for (const line of [
      '/loja listar',
      `/loja ver loja:${quoted}`,
      `/checklist loja:${quoted}`,
      `/alertas ver loja:${quoted}`,
    ]) {
      const reply = await type(line);
      expect(refusalOf(reply), line).toBeNull();
      expect(textOf(reply)).toContain(name);
    }
    const report = await type(`/relatorio loja loja:${quoted} periodo:30d`);
    expect(report.title).toContain(name);
    const spreadsheet = await type(buttonOf(report, 'Baixar planilha'));
    expect(spreadsheet.title).toContain(name);
    expect(blockOf(spreadsheet, 'file').name).toMatch(/^[a-z0-9-]+\.csv$/);

    for (const line of ['/relatorio ', '/relatorio loja:', '/loja ver ', '/checklist ']) {
      const user = { id: 'u1', name: 'Ana', role: 'admin' as const };
      const request = { line, workspaceId: 'console', channel: null, user, locale: 'pt-BR' as const };
      const offered = (await commandLine.dispatcher.complete(request)).find(({ label }) => label === name);
      expect(refusalOf(await type(offered?.line ?? '')), offered?.line).toBeNull();
    }
    const listed = refusalOf(await type('/loja ver não há'))?.replace(/^.*: (.*)\.$/, '$1') ?? '';
    expect((await type(`/loja ver ${listed}`)).title, listed).toBe(name);

    const other = `x${name}`.slice(0, 100);
    for (const nome of [other, name]) {
      const renamed = await type(`/loja editar loja:${store.id}`, { options: { nome } });
      expect(refusalOf(renamed), nome).toBeNull();
    }
    const asked = await type(`/loja remover loja:${quoted}`);
    expect(textOf(asked)).toContain(name);
    const confirm = asked.blocks
      .flatMap((block) => (block.type === 'buttons' ? block.buttons : []))
      .find(({ style }) => style === 'danger');
    expect(refusalOf(await type(confirm?.command ?? ''))).toBeNull();
    expect(await commandLine.services.stores.list('console')).toEqual([]);
    expect(commandLine.faults).toEqual([]);
  });
});

it.each([
  ['of several lines as one line', 'Curso\nde\tViolão', 'Curso de Violão'],
  ['without what cannot be seen in it', '\u202Eatrás\u0000 para\u2066 frente\u0007', 'atrás para frente'],
])('takes a name %s', async (_how, typed, kept) => {
  await type('/loja criar', { options: { nome: typed } });
  const stores = await commandLine.services.stores.list('console');
  expect(stores.map(({ name }) => name)).toContain(kept);
});
