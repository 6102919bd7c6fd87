import { describe, expect, it } from 'vitest';
import type { SeenReply, SeenStore } from '../../../scripts/simulate/admin-api.ts';
import { checkReportCommand } from '../../../scripts/simulate/check/check-report-command.ts';
import { createDifferences } from '../../../scripts/simulate/check/differences.ts';

const store: SeenStore = {
  id: 'store',
  workspaceId: 'console',
  name: 'Curso de Violão',
  webhookUrl: 'http://localhost:3000/webhooks/assiny/token',
  timezone: 'America/Sao_Paulo',
  currency: 'BRL',
  paused: false,
  secretHeader: null,
  happyPath: true,
  alerts: { channelId: null, kinds: [], minimumAmount: 0 },
};
const before = { days: new Map(), period: { from: '2026-11-24', to: '2026-11-24' }, whole: [] };
const names = new Map([['p1', 'Curso']]);
const added = new Map([
  [
    'BRL',
    new Map([
      ['orders', 1_676],
      ['gross', 34_029_970],
      ['net', 30_000_000],
      ['refunds', 2],
      ['refunded amount', 9_700],
      ['pix generated', 1_037],
      ['pix paid', 1],
      ['product p1 orders', 1_676],
      ['product p1 gross', 34_029_970],
    ]),
  ],
]);

function replyWith(changes: Record<string, string> = {}): SeenReply {
  const fields = {
    Faturamento: 'R$ 340.299,70 (▲ antes não houve)',
    Pedidos: '1676 (▲ antes não houve)',
    'Ticket médio': 'R$ 203,04',
    Líquido: 'R$ 300.000,00',
    Reembolsos: '2 · R$ 97,00',
    Chargebacks: '0',
    Pix: '1.037 gerados · 1 pago (0%)',
    Boleto: '0 gerados · 0 pagos',
    'Pagamentos recusados': '0',
    'Carrinhos abandonados': '0',
    ...changes,
  };
  return {
    title: 'Curso de Violão: R$ 340.299,70 em 1.676 pedidos',
    blocks: [
      { type: 'fields', fields: Object.entries(fields).map(([label, value]) => ({ label, value })) },
      { type: 'table', rows: [['Curso', '1676', 'R$ 340.299,70']] },
    ],
  };
}

function differencesIn(reply: SeenReply): string[] {
  const differences = createDifferences();
  checkReportCommand(store, added, before, names, reply, differences);
  return differences.all.map(({ what }) => what);
}

describe('the check of /relatorio', () => {
  it('takes numbers with and without dots between their thousands', () => {
    expect(differencesIn(replyWith())).toEqual([]);
  });

  it('sees a wrong number wherever it stands', () => {
    expect(differencesIn(replyWith({ Pedidos: '1677 (= igual)' }))).toEqual(['/relatorio: BRL Pedidos']);
    expect(differencesIn(replyWith({ Reembolsos: '2 · R$ 98,00' }))).toEqual(['/relatorio: BRL Reembolsos']);
    expect(differencesIn({ ...replyWith(), title: 'Curso de Violão: R$ 340.299,70 em 1.675 pedidos' })).toEqual([
      '/relatorio: headline',
    ]);
  });

  it('sees that a currency is missing', () => {
    expect(differencesIn({ title: 'Curso de Violão: nada por aqui ainda', blocks: [] })).toEqual([
      '/relatorio: headline',
      '/relatorio: BRL',
    ]);
  });
});
