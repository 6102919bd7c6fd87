import { beforeEach, describe, expect, it } from 'vitest';
import { EVENT_KINDS } from '../../src/platforms/platform.ts';
import { blockOf, buttonOf, refusalOf, textOf, useCommandLine, WORKSPACE } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

beforeEach(async () => {
  await commandLine.empty();
  await commandLine.createStore('Ateliê');
});

async function rules() {
  return (await commandLine.services.stores.resolve(WORKSPACE, 'Ateliê')).alerts;
}

function titles(): (string | undefined)[] {
  return commandLine.posts.map(({ message }) => message.title);
}

async function sell(transactionId: string, amount: number): Promise<void> {
  const store = await commandLine.services.stores.resolve(WORKSPACE, 'Ateliê');
  await commandLine.send(store, { event: 'approved_purchase', transactionId, amount });
}

describe('/alertas ver', () => {
  it('shows where alerts go, of what, from which amount, and when the last one went', async () => {
    await type('/alertas minimo 50');
    expect(textOf(await type('/alertas ver', { role: 'viewer' }))).toBe(
      [
        'Alertas de “Ateliê”',
        'Canal: #vendas',
        'Eventos: Compra aprovada, Assinatura renovada, Reembolso feito, Chargeback',
        'Valor mínimo: R$ 50,00',
        'Último post no canal: Ainda nenhum',
      ].join('\n'),
    );
    await sell('a', 19_700);
    expect(textOf(await type('/alertas ver'))).toContain('Último post no canal: 24/11/2026 14:05');
  });
});

describe('/alertas canal', () => {
  it.each(['#equipe', 'equipe', 'canal:#equipe', 'canal:equipe loja:Ateliê', 'Ateliê #equipe'])(
    'sends what comes next to the channel: %s',
    async (words) => {
      const reply = await type(`/alertas canal ${words}`);
      expect(textOf(reply)).toContain('Os alertas e o resumo de “Ateliê” agora vão para #equipe.');
      await sell('a', 19_700);
      expect(commandLine.posts.map(({ channelId }) => channelId)).toEqual(['equipe']);
    },
  );
});

describe('/alertas eventos', () => {
  it.each([
    ['compra aprovada, CHARGEBACK', ['purchase_approved', 'chargeback']],
    ['Pix generated', ['pix_generated']],
    ['refund_requested', ['refund_requested']],
    ['todos', EVENT_KINDS],
    ['nenhum', []],
    ['nenhum, Reembolso feito', ['purchase_refunded']],
    ['Ateliê compra aprovada, chargeback', ['purchase_approved', 'chargeback']],
    ['chargeback Ateliê', ['chargeback']],
    ['"Ateliê" chargeback', ['chargeback']],
    ['loja:Ateliê pix gerado', ['pix_generated']],
  ])('takes names, codes and groups: %s', async (typed, kinds) => {
    expect(refusalOf(await type(`/alertas eventos ${typed}`))).toBeNull();
    expect((await rules()).kinds).toEqual(kinds);
  });

  it.each([
    ['vendinhas', 'vendinhas'],
    ['Ateliê vendinhas', 'vendinhas'],
    ['compra aprovada, vendinhas', 'vendinhas'],
  ])('tells the events to who mistypes one: %s', async (typed, kind) => {
    expect(refusalOf(await type(`/alertas eventos ${typed}`))).toContain(`“${kind}”`);
  });

  it('offers every event in a form, ticked as it is now', async () => {
    await type('/alertas eventos chargeback');
    const form = blockOf(await type('/alertas eventos'), 'form');
    expect(form.fields[0]).toMatchObject({ kind: 'multiselect', value: ['chargeback'] });
    expect(form.fields[0]?.choices?.map(({ value }) => value)).toEqual([...EVENT_KINDS]);
    await type(form.command, { options: { eventos: 'chargeback,pix_generated' } });
    expect((await rules()).kinds).toEqual(['pix_generated', 'chargeback']);
  });

  it('decides what is posted', async () => {
    await type('/alertas eventos nenhum');
    await sell('a', 19_700);
    expect(titles()).toEqual([]);
    await type('/alertas eventos padrão');
    await sell('b', 19_700);
    expect(titles()).toEqual(['Compra aprovada · R$ 197,00']);
  });
});

describe('/alertas minimo', () => {
  it.each([
    ['50', 5_000, 'a partir de R$ 50,00'],
    ['1234,56', 123_456, 'a partir de R$ 1.234,56'],
    ['R$ 1.234,56', 123_456, 'a partir de R$ 1.234,56'],
    ['Ateliê R$ 1.234,56', 123_456, 'a partir de R$ 1.234,56'],
    ['valor:97 loja:Ateliê', 9_700, 'a partir de R$ 97,00'],
    ['0', 0, 'de qualquer valor'],
  ])('reads %s', async (typed, centavos, said) => {
    expect(textOf(await type(`/alertas minimo ${typed}`))).toContain(said);
    expect((await rules()).minimumAmount).toBe(centavos);
  });

  it('keeps smaller sales quiet', async () => {
    await type('/alertas minimo 100');
    await sell('small', 9_999);
    await sell('large', 10_000);
    expect(titles()).toEqual(['Compra aprovada · R$ 100,00']);
  });
});

describe('/alertas testar', () => {
  it('posts to the store’s channel what says that it is a test, and counts no sale', async () => {
    const reply = await type(buttonOf(await type('/alertas ver'), 'Testar alerta'), { role: 'operator' });
    expect(reply.visibility).toBe('private');
    expect(textOf(reply)).toContain('#vendas');
    await commandLine.settle();
    expect(titles()).toEqual(['Teste: Compra aprovada · R$ 197,00']);
    expect(commandLine.posts[0]?.channelId).toBe('vendas');
    expect(textOf(await type('/relatorio'))).toContain('Nenhuma venda');
  });

  it('is posted once, however often the chat delivers the press', async () => {
    await type('/alertas testar');
    await type('/alertas testar');
    await commandLine.settle();
    expect(commandLine.posts).toHaveLength(1);
  });

  it('says what is missing where there is no channel', async () => {
    await commandLine.empty();
    await type('/loja criar Sem canal', { channel: null });
    expect(refusalOf(await type('/alertas testar'))).toContain('Escolha um com /alertas canal');
    expect(refusalOf(await type('/alertas testar', { locale: 'en' }))).toContain('Choose one with /alertas canal');
  });
});
