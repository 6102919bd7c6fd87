import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOCALES } from '../../src/text/text.ts';
import { blockOf, buttonOf, refusalOf, textOf, useCommandLine, WORKSPACE } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

const BUYER = { full_name: 'Joana Compradora', email: 'joana@example.invalid', phone: '+5511900001234' };
const SECRET = 'Bearer muito-secreto';

let ids: Record<'sale' | 'again' | 'unknown' | 'invalid', string>;

beforeAll(async () => {
  const store = await commandLine.createStore('Ateliê');
  const sale = { event: 'approved_purchase', transactionId: 'a sale', client: BUYER };
  ids = {
    sale: await commandLine.send(store, sale),
    again: await commandLine.send(store, sale),
    unknown: await commandLine.send(store, { event: 'moon_landing', transactionId: 'another' }),
    invalid: await commandLine.send(store, '{"event":"approved_purchase","data":{"transaction":{"amount":"muito"}}}'),
  };
});

describe('/eventos listar', () => {
  it('shows the newest first, with what became of each and why, and no buyer', async () => {
    const reply = await type('/eventos listar', { role: 'viewer' });
    expect(reply.visibility).toBe('private');
    const rows = blockOf(reply, 'table').rows.map(([, kind, outcome]) => [kind, outcome?.split(':')[0]]);
    expect(rows).toEqual([
      ['–', 'inválido'],
      ['Evento desconhecido', 'ignorado'],
      ['Compra aprovada', 'repetido'],
      ['Compra aprovada', 'processado'],
    ]);
    expect(textOf(reply)).toContain(`O mesmo evento já tinha chegado no recebimento ${ids.sale}.`);
    expect(textOf(reply)).toContain('“data.transaction.amount”');
    for (const secret of ['Joana', 'joana@', '90000']) expect(JSON.stringify(reply)).not.toContain(secret);
  });

  it('leads those who may to one of them', async () => {
    const form = blockOf(await type('/eventos listar', { role: 'operator' }), 'form');
    const [field] = form.fields;
    expect(field?.choices?.map(({ value }) => value)).toEqual([ids.invalid, ids.unknown, ids.again, ids.sale]);
    expect(field?.choices?.[3]?.label).toMatch(/^24\/11\/2026 \d\d:\d\d:\d\d · Compra aprovada · processado$/);
    const reply = await type(form.command, { role: 'operator', options: { [field?.name ?? '']: ids.sale } });
    expect(reply.title).toBe(`Recebimento ${ids.sale}`);
    const shown = await type('/eventos listar', { role: 'viewer' });
    expect(shown.blocks.map((block) => block.type)).not.toContain('form');
  });

  it('shows a moment that can be typed back, in full or in part', async () => {
    const [field] = blockOf(await type('/eventos listar', { role: 'operator' }), 'form').fields;
    const label = field?.choices?.[0]?.label ?? '';
    const minute = /^\S+ \d\d:\d\d/.exec(label)?.[0] ?? '';
    expect((await type(`/eventos ver ${label}`, { role: 'operator' })).title).toBe(`Recebimento ${ids.invalid}`);
    expect(refusalOf(await type(`/eventos ver ${minute}`, { role: 'operator' }))).toContain('chegaram 4 recebimentos');
    const replayed = await type(`/eventos reprocessar ${label}`, { role: 'operator' });
    expect(textOf(replayed)).toContain(ids.invalid);
    const never = refusalOf(await type('/eventos ver 24/11/2001 14:05:07', { role: 'operator' }));
    expect(never).toContain('Não encontrei o recebimento 24/11/2001 14:05:07');
  });

  it.each([
    ['processado', 'sale'],
    ['repetidos', 'again'],
    ['desconhecido', 'unknown'],
    ['ignorados', 'unknown'],
    ['INVÁLIDOS', 'invalid'],
    ['resultado:invalido', 'invalid'],
    ['Ateliê inválidos', 'invalid'],
  ] as const)('shows only those asked for: %s', async (typed, id) => {
    const [field] = blockOf(await type(`/eventos listar ${typed}`), 'form').fields;
    expect(field?.choices?.map(({ value }) => value)).toEqual([ids[id]]);
  });

  it('says so when there is none of them', async () => {
    expect(textOf(await type('/eventos listar falhas'))).toContain('Nenhum recebimento com esse resultado.');
  });

  it('gives reasons in the reader’s language', async () => {
    expect(textOf(await type('/eventos listar', { locale: 'en' }))).not.toMatch(/recebimento|deveria|inválido/);
  });
});

describe('/eventos ver', () => {
  it('gives all that came to the asker alone', async () => {
    const reply = await type(`/eventos ver ${ids.sale}`, { role: 'operator' });
    expect(reply.visibility).toBe('private');
    const file = blockOf(reply, 'file');
    expect(file).toMatchObject({ name: `${ids.sale}.json`, contentType: 'application/json' });
    expect(Buffer.from(file.base64, 'base64').toString('utf8')).toContain(BUYER.email);
    expect(textOf(reply)).toContain('Cabeçalhos: Content-Type');
  });

  it('names headers and keeps their values, which may be secrets', async () => {
    const deliveries = commandLine.database.connection.collection('deliveries');
    await deliveries.updateMany({}, { $set: { headers: [['Authorization', SECRET]] } });
    const reply = await type(`/eventos ver ${ids.again}`);
    expect(textOf(reply)).toContain('Cabeçalhos: Authorization');
    expect(JSON.stringify(reply)).not.toContain('muito-secreto');
  });

  it.each(['123', '0123456789abcdef01234567', '__proto__'])('knows no delivery %s', async (id) => {
    for (const verb of ['ver', 'reprocessar']) {
      for (const locale of LOCALES) {
        const refusal = refusalOf(await type(`/eventos ${verb} ${id}`, { locale }));
        expect(refusal).toContain(id);
        expect(refusal).toContain('/eventos listar');
      }
    }
  });
});

describe('/eventos reprocessar', () => {
  beforeEach(async () => {
    await commandLine.settle();
  });

  async function outcomes() {
    const store = await commandLine.services.stores.resolve(WORKSPACE, 'Ateliê');
    const { items } = await commandLine.services.deliveries.list(store, {}, { limit: 10 });
    return Object.fromEntries(items.map(({ id, outcome }) => [id, outcome]));
  }

  it('reads one again without counting or posting it twice', async () => {
    const [report, posts] = [textOf(await type('/relatorio')), commandLine.posts.length];
    await type(buttonOf(await type(`/eventos ver ${ids.sale}`), 'Reprocessar'), { role: 'operator' });
    expect((await outcomes())[ids.sale]).toBe('received');
    await commandLine.settle();
    expect((await outcomes())[ids.sale]).toBe('processed');
    expect(textOf(await type('/relatorio'))).toBe(report);
    expect(commandLine.posts).toHaveLength(posts);
  });

  it.each([
    ['todos:invalidos', 'invalid'],
    ['inválidos', 'invalid'],
    ['todos:desconhecidos loja:Ateliê', 'unknown'],
  ] as const)('reads a whole group again: %s', async (typed, id) => {
    const before = await outcomes();
    const reply = await type(`/eventos reprocessar ${typed}`);
    expect(textOf(reply)).toContain('1 recebimento de “Ateliê” voltou para a fila.');
    expect(await outcomes()).toEqual({ ...before, [ids[id]]: 'received' });
    await commandLine.settle();
    expect(await outcomes()).toEqual(before);
  });

  it('says so when a group is empty', async () => {
    expect(textOf(await type('/eventos reprocessar falhas'))).toContain('Nada para reprocessar em “Ateliê”.');
  });
});
