import { beforeAll, describe, expect, it } from 'vitest';
import type { PayloadOptions } from '../../scripts/simulate/assiny-payload.ts';
import type { Reply } from '../../src/chat/message.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { LOCALES } from '../../src/text/text.ts';
import { blockOf, refusalOf, textOf, useCommandLine } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

const VIOLAO = { productId: 'violao', productName: 'Curso de Violão' };
const CADERNO = { productId: 'caderno', productName: 'Caderno de Cifras', amount: 3_000 };

let store: Store;

async function tell(
  event: string,
  transactionId: string,
  at: string,
  rest: Partial<PayloadOptions> = {},
): Promise<void> {
  const moment = new Date(at);
  await commandLine.send(store, {
    event,
    transactionId,
    product: VIOLAO,
    createdAt: moment,
    updatedAt: moment,
    ...rest,
  });
}

/** Today is 24 November 2026; times are of São Paulo. */
beforeAll(async () => {
  store = await commandLine.createStore('Escola de Música');
  // Paid at 23:30 of the 10th, which is already the 11th in UTC.
  await tell('pix_generated', 'late', '2026-11-10T23:25:00-03:00', { amount: 19_700 });
  await tell('approved_purchase', 'late', '2026-11-10T23:30:00-03:00', { amount: 19_700, fee: 1_700 });
  // A main product and an order bump.
  await tell('approved_purchase', 'bump', '2026-11-20T10:00:00-03:00', {
    amount: 22_700,
    fee: 2_700,
    bumps: [CADERNO],
    paymentType: 'CREDIT_CARD',
  });
  // Bought on the 20th, given back on the 23rd.
  await tell('approved_purchase', 'returned', '2026-11-20T11:00:00-03:00', { amount: 10_000, fee: 0 });
  await tell('refunded_purchase', 'returned', '2026-11-23T09:00:00-03:00', { amount: 10_000 });
  await tell('bank_slip_generated', 'slip', '2026-11-23T12:00:00-03:00', { amount: 5_000 });
  await tell('approved_purchase', 'slip', '2026-11-24T08:00:00-03:00', {
    amount: 5_000,
    fee: 500,
    paymentType: 'BANK_SLIP',
  });
  await tell('refused', 'refused', '2026-11-24T08:10:00-03:00', { amount: 9_000, paymentType: 'CREDIT_CARD' });
  await tell('abandoned_checkout', 'cart', '2026-11-24T08:20:00-03:00', { amount: 9_000 });
  await tell('charged_back', 'bump', '2026-11-24T09:00:00-03:00', { amount: 22_700 });
  await tell('approved_purchase', 'abroad', '2026-11-24T10:00:00-03:00', { amount: 4_000, fee: 0, currency: 'USD' });
});

/** The fields of each currency, the first currency first. */
function numbersOf(reply: Reply): Record<string, string>[] {
  return reply.blocks.flatMap((block) =>
    block.type === 'fields' ? [Object.fromEntries(block.fields.map(({ label, value }) => [label, value]))] : [],
  );
}

describe('/relatorio loja', () => {
  it('tells of two dates, both included, by the store’s calendar', async () => {
    const reply = await type('/relatorio loja 10/11/2026 a 24/11/2026');
    expect(reply.title).toBe('Escola de Música: R$ 574,00 em 4 pedidos');
    const [reais, dollars] = numbersOf(reply);
    expect(reais).toMatchObject({
      Faturamento: expect.stringMatching(/^R\$ 574,00 \(/),
      Pedidos: expect.stringMatching(/^4 \(/),
      'Ticket médio': 'R$ 143,50',
      Líquido: 'R$ 525,00',
      Reembolsos: '1 · R$ 100,00',
      Chargebacks: '1 · R$ 227,00',
      Boleto: '1 gerado · 1 pago (100%)',
      'Pagamentos recusados': '1',
      'Carrinhos abandonados': '1',
    });
    expect(dollars).toMatchObject({
      Faturamento: expect.stringMatching(/^US\$ 40,00 \(/),
      'Ticket médio': 'US$ 40,00',
    });
    expect(blockOf(reply, 'table').rows).toEqual([
      ['Curso de Violão', '4', 'R$ 544,00'],
      ['Caderno de Cifras', '1', 'R$ 30,00'],
    ]);
  });

  it.each([
    ['hoje', 'R$ 50,00 em 1 pedido'],
    ['ontem', 'R$ 0,00 em 0 pedidos'],
    ['7d', 'R$ 377,00 em 3 pedidos'],
    ['30d', 'R$ 574,00 em 4 pedidos'],
    ['mes', 'R$ 574,00 em 4 pedidos'],
    ['10/11/2026', 'R$ 197,00 em 1 pedido'],
  ])('tells of %s', async (period, headline) => {
    expect((await type(`/relatorio loja ${period}`)).title).toBe(`Escola de Música: ${headline}`);
    expect((await type(`/relatorio loja Escola de Música ${period}`)).title).toBe(`Escola de Música: ${headline}`);
    expect((await type(`/relatorio loja loja:"Escola de Música" periodo:"${period}"`)).title).toContain(headline);
  });

  it('says plainly when there is nothing, and where to look', async () => {
    const reply = await type('/relatorio loja 11/11/2026');
    expect(refusalOf(reply)).toBeNull();
    expect(reply.title).toBe('Escola de Música: nada por aqui ainda');
    expect(textOf(reply)).toContain('/checklist');
  });

  it('compares with as many days before', async () => {
    const reply = await type('/relatorio 11/11/2026 23/11/2026');
    expect(textOf(reply)).toContain('11/11/2026 a 23/11/2026, comparado com 29/10/2026 a 10/11/2026.');
    // 327,00 in 2 orders, after 197,00 in 1.
    expect(numbersOf(reply)[0]).toMatchObject({
      Faturamento: 'R$ 327,00 (▲ 66% a mais)',
      Pedidos: '2 (▲ 100% a mais)',
    });
    const open = await type('/relatorio 24/11/2026');
    expect(textOf(open)).toContain('24/11/2026, até agora, comparado com o período completo de 23/11/2026.');
    expect(numbersOf(open)[0]).toMatchObject({ Faturamento: 'R$ 50,00 (▲ nada antes)' });
    expect(numbersOf(await type('/relatorio ontem'))[0]).toMatchObject({ Faturamento: 'R$ 0,00 (= igual)' });
    // A refund and a boleto, but no sale, after 327,00.
    expect(numbersOf(await type('/relatorio 21/11/2026 23/11/2026'))[0]).toMatchObject({
      Faturamento: 'R$ 0,00 (▼ 100% a menos)',
      Pedidos: '0 (▼ 100% a menos)',
    });
  });

  it('counts a sale on the day that it was paid, and a refund on the day that it was given back', async () => {
    expect(numbersOf(await type('/relatorio 20/11/2026'))[0]).toMatchObject({
      Faturamento: expect.stringMatching(/^R\$ 327,00 /),
      Reembolsos: '0',
      Chargebacks: '0',
    });
    expect(numbersOf(await type('/relatorio ontem'))[0]).toMatchObject({
      Pedidos: expect.stringMatching(/^0 /),
      Reembolsos: '1 · R$ 100,00',
      Boleto: '1 gerado · 0 pagos (0%)',
    });
    expect(numbersOf(await type('/relatorio hoje'))[0]).toMatchObject({
      Reembolsos: '0',
      Chargebacks: '1 · R$ 227,00',
      // Paid today, generated yesterday: not a share of today's.
      Boleto: '0 gerados · 1 pago',
    });
  });

  it('keeps to the day of the store’s time zone, also after that has changed', async () => {
    expect(numbersOf(await type('/relatorio 10/11/2026'))[0]).toMatchObject({ Pix: '1 gerado · 1 pago (100%)' });
    // In Lisbon it was already 02:30 of the 11th.
    await type('/loja editar fuso:Europe/Lisbon');
    await commandLine.settle();
    expect((await type('/relatorio 10/11/2026')).title).toBe('Escola de Música: nada por aqui ainda');
    expect((await type('/relatorio 11/11/2026')).title).toBe('Escola de Música: R$ 197,00 em 1 pedido');
    await type('/loja editar fuso:America/Sao_Paulo');
    await commandLine.settle();
    expect((await type('/relatorio 10/11/2026')).title).toBe('Escola de Música: R$ 197,00 em 1 pedido');
  });

  const DETAILS = { 'pt-BR': ['574,00', ';'], en: ['574.00', ','] } as const;

  it.each(LOCALES)('gives a spreadsheet with the same numbers (%s)', async (locale) => {
    const file = blockOf(await type('/relatorio loja mes csv', { locale }), 'file');
    expect(file).toMatchObject({
      name: 'relatorio-escola-de-musica-2026-11-01-2026-11-24.csv',
      contentType: 'text/csv',
    });
    const [gross, separator] = DETAILS[locale];
    const rows = Buffer.from(file.base64, 'base64')
      .toString('utf8')
      .trim()
      .split('\r\n')
      .map((row) => row.split(separator));
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([17]));
    const decimals = rows.slice(1).map((row) => row.map((cell) => cell.replace(',', '.')));
    expect(rows[1]?.[3]).toBe(gross);
    expect(decimals.map((row) => row.join(' ').trim())).toEqual([
      // Orders, gross, ticket, net, refunded, charged back; then refunds, requests, chargebacks, refused, carts, Pix, boletos.
      'BRL Total 4 574.00 143.50 525.00 100.00 227.00 1 0 1 1 1 1 2 1 1',
      'BRL Curso de Violão 4 544.00',
      'BRL Caderno de Cifras 1 30.00',
      'USD Total 1 40.00 40.00 40.00 0.00 0.00 0 0 0 0 0 0 1 0 0',
      'USD Curso de Violão 1 40.00',
    ]);
  });

  it('speaks English too', async () => {
    const reply = await type('/relatorio loja hoje', { locale: 'en' });
    expect(reply.title).toContain('R$50.00');
    expect(textOf(reply)).not.toMatch(/pedido|Faturamento|Ticket médio/);
  });
});
