import { beforeEach, describe, expect, it } from 'vitest';
import { mayAct, ROLES } from '../../src/chat/permissions.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { LOCALES, text } from '../../src/text/text.ts';
import { OTHER_WORKSPACE, refusalOf, textOf, useCommandLine } from './command-line-test.ts';
import { EVERY_VERB, linesFor } from './every-verb.ts';

const BUYER = { full_name: 'Joana Compradora', email: 'joana@example.invalid', phone: '+5511900001234' };

const commandLine = useCommandLine();
const { type } = commandLine;

let store: Store;
let subject = { id: '', instancia: '', mensagem: '' };

beforeEach(async () => {
  await commandLine.empty();
  store = await commandLine.createStore('Ateliê da Joana');
  const instance = await commandLine.createInstance('Atendimento', store);
  const id = await commandLine.send(store, {
    event: 'approved_purchase',
    transactionId: 'a sale',
    client: BUYER,
    product: { productId: 'p1', productName: 'Produto confidencial' },
  });
  await commandLine.send(store, '{"nothing":"to read"}');
  subject = { id, instancia: instance.id, mensagem: await commandLine.uncertainMessage(store) };
});

const verbs = EVERY_VERB.map((entry) => [entry.name, entry] as const);

describe.each(verbs)('%s', (name, entry) => {
  it.each(ROLES.filter((role) => !mayAct(role, entry.verb.role)))(
    'is refused to a %s and does nothing',
    async (role) => {
      const before = await commandLine.everythingButTheOthers();
      for (const line of [name, ...linesFor(entry, { loja: store.name, ...subject })]) {
        for (const locale of LOCALES) {
          const sentence = text(locale, 'error.not_allowed', { command: name, role: entry.verb.role });
          expect(refusalOf(await type(line, { role, locale })), line).toBe(sentence);
        }
      }
      expect(await commandLine.everythingButTheOthers()).toEqual(before);
    },
  );

  it.each(ROLES.filter((role) => mayAct(role, entry.verb.role)))('does for a %s what it is asked', async (role) => {
    for (const line of linesFor(entry, { loja: store.id, ...subject }, role)) {
      expect(refusalOf(await type(line, { role })), line).toBeNull();
    }
    expect(commandLine.faults).toEqual([]);
  });

  it.each([
    ['a store', true],
    ['no store', false],
  ])('neither sees nor changes anything from another workspace with %s', async (_case, hasStore) => {
    if (hasStore) await commandLine.createStore('Loja alheia', OTHER_WORKSPACE);
    const before = await commandLine.everythingButTheOthers();
    for (const line of linesFor(entry, { loja: store.name, ...subject })) {
      await expectNothingSeen(line, store.id);
    }
    for (const line of linesFor(entry, { loja: store.id, ...subject })) {
      await expectNothingSeen(line, store.name);
    }
    await commandLine.settle();
    expect(await commandLine.everythingButTheOthers()).toEqual(before);
  });
});

/** @param untyped what the line does not say of the store, so that an answer cannot just repeat it */
async function expectNothingSeen(line: string, untyped: string): Promise<void> {
  const reply = await type(line, { workspaceId: OTHER_WORKSPACE, channel: null });
  const seen = `${textOf(reply)} ${JSON.stringify(reply)}`;
  for (const secret of [untyped, store.webhookUrl, 'Produto confidencial', 'joana@', 'vendas']) {
    expect(seen, line).not.toContain(secret);
  }
  if (line.includes(' loja:')) expect(refusalOf(reply), line).not.toBeNull();
}

it('leaves viewers to look and operators to keep things running', () => {
  const namesFor = (role: string) => EVERY_VERB.filter(({ verb }) => verb.role === role).map(({ name }) => name);
  expect(namesFor('viewer')).toEqual([
    '/loja listar',
    '/loja ver',
    '/checklist ver',
    '/relatorio loja',
    '/relatorio instancia',
    '/notificacoes listar',
    '/instancia listar',
    '/instancia ver',
    '/instancia fila',
    '/alertas ver',
    '/eventos listar',
    '/acesso ver',
    '/ajuda ver',
  ]);
  expect(namesFor('operator')).toEqual([
    '/loja pausar',
    '/loja retomar',
    '/notificacoes previa',
    '/notificacoes testar',
    '/instancia testar',
    '/alertas testar',
    '/eventos ver',
    '/eventos reprocessar',
  ]);
});
