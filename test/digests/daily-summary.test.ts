import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import type { Message } from '../../src/chat/message.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { useTestDatabase } from '../support/database.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { interruptWrite } from '../support/interrupt.ts';
import { productOn } from '../support/product.ts';

/** Two in the afternoon of the 10th in São Paulo (UTC-3). */
const AFTERNOON = Date.parse('2026-11-10T17:00:00Z');
const SIX_NEXT_MORNING = Date.parse('2026-11-11T09:00:00Z');
const EIGHT_NEXT_MORNING = Date.parse('2026-11-11T11:00:00Z');
const DAY = 86_400_000;

function fieldsOf(message: Message): Record<string, string> {
  const fields = message.blocks.flatMap((block) => (block.type === 'fields' ? block.fields : []));
  return Object.fromEntries(fields.map(({ label, value }) => [label, value]));
}

describe('the daily summary', () => {
  const database = useTestDatabase();
  let time = AFTERNOON;
  let workspace = 0;
  let product: ReturnType<typeof productOn>;
  let store: Store;

  beforeEach(async () => {
    time = AFTERNOON;
    workspace += 1;
    product = productOn(database.connection, { now: () => new Date(time) });
    await database.prepare();
    store = await product.services.stores.create(`workspace ${workspace}`, {
      name: 'Curso de Violão',
      platform: 'assiny',
      channelId: 'vendas',
    });
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    // The job goes through every store there is.
    await product.services.stores.remove(store.workspaceId, store.id);
  });

  async function sell(transactionId: string, amount: number, event = 'approved_purchase') {
    const { intake, spool } = await intakeOn(database.connection, product.services, { now: () => new Date(time) });
    const payload = assinyPayload(
      { event, transactionId, amount, createdAt: new Date(time), updatedAt: new Date(time) },
      Math.random,
    );
    await deliver(intake, store.webhookUrl, payload);
    await spool.close();
    await product.services.pipeline.drain();
  }

  async function summaries(): Promise<Message[]> {
    await product.services.summaries.postDue();
    // Waits for a round of posting that the sale woke; draining beside it would leave its posts out.
    await product.services.posting.run();
    return product.surface.posts
      .filter(({ key, workspaceId }) => key.startsWith('daily-summary') && workspaceId === store.workspaceId)
      .map(({ message }) => message);
  }

  it('tells of yesterday in the store’s channel, from eight in the store’s own morning', async () => {
    await sell('a', 10_000);
    await sell('b', 5_050);
    await sell('b', 5_050, 'refunded_purchase');
    expect(await summaries()).toEqual([]);
    time = SIX_NEXT_MORNING;
    expect(await summaries()).toEqual([]);
    time = EIGHT_NEXT_MORNING;
    const [message] = await summaries();
    expect(message?.title).toBe('Curso de Violão · resumo de 10/11/2026');
    expect(fieldsOf(message as Message)).toEqual({
      Vendas: '2',
      Receita: 'R$ 150,50',
      'Ticket médio': 'R$ 75,25',
      Reembolsos: '1 · R$ 50,50',
      Chargebacks: '0 · R$ 0,00',
    });
    expect(message?.blocks.at(-1)).toMatchObject({ text: expect.stringMatching(/^3 recebimentos: 3 /) });
    expect(await product.services.summaries.lastDay(store)).toBe('2026-11-10');
  });

  it('counts a sale of 23:30 on its own day', async () => {
    time = Date.parse('2026-11-11T02:30:00Z');
    await sell('late', 10_000);
    time = EIGHT_NEXT_MORNING;
    expect(fieldsOf((await summaries())[0] as Message)).toMatchObject({ Vendas: '1' });
  });

  it('posts a day once, however often and from wherever the job runs', async () => {
    time = EIGHT_NEXT_MORNING;
    const other = productOn(database.connection, { now: () => new Date(time) });
    await Promise.all([
      product.services.summaries.postDue(),
      other.services.summaries.postDue(),
      product.services.summaries.postDue(),
    ]);
    expect(await summaries()).toHaveLength(1);
    time += DAY;
    expect(await summaries()).toHaveLength(2);
  });

  it.each(['before', 'after'] as const)('posts a day once when it dies %s any write', async (when) => {
    time = EIGHT_NEXT_MORNING;
    for (let step = 1; step < 4; step += 1) {
      const calls = interruptWrite(database.connection, step, when, new Error('the process died'));
      await product.services.summaries.postDue().catch(() => undefined);
      vi.restoreAllMocks();
      expect(calls()).toBeGreaterThan(0);
      expect(await summaries()).toHaveLength(step);
      time += DAY;
    }
  });

  it('says plainly that nothing came', async () => {
    time = EIGHT_NEXT_MORNING + DAY;
    const [message] = await summaries();
    expect(message?.blocks.at(-1)).toMatchObject({ text: 'Nenhum recebimento neste dia.' });
  });

  it('tells what became of the messages, and why', async () => {
    const { workspaceId, id } = store;
    const input = { name: 'Atendimento', provider: 'log', credentials: {}, timezone: 'America/Sao_Paulo' } as const;
    const instance = await product.services.instances.create(workspaceId, input);
    await product.services.instances.link(workspaceId, instance.id, id, true);
    await sell('a', 10_000);
    await sell('b', 10_000);
    await sell('c', 10_000, 'pix_generated');
    await sell('c', 10_000);
    await product.services.sending.run();
    await product.services.dispatch.settled();
    time = EIGHT_NEXT_MORNING;
    const [message] = await summaries();
    expect(message?.blocks.at(-2)).toMatchObject({
      caption: '5 mensagens a compradores',
      rows: [
        ['enviada', '3'],
        ['cancelada', '2'],
      ],
    });
    expect(message?.blocks.at(-1)).toMatchObject({
      caption: 'Por que não saíram',
      rows: [['2', 'O comprador já passou dessa etapa.']],
    });
  });

  it('posts nothing on the first day, for a paused store, or without a channel', async () => {
    expect(await summaries()).toEqual([]);
    time = EIGHT_NEXT_MORNING;
    await product.services.stores.update(store.workspaceId, store.id, { paused: true });
    expect(await summaries()).toEqual([]);
    await product.services.stores.update(store.workspaceId, store.id, { paused: false, alerts: { channelId: null } });
    expect(await summaries()).toEqual([]);
    await product.services.stores.update(store.workspaceId, store.id, { alerts: { channelId: 'vendas' } });
    expect(await summaries()).toHaveLength(1);
  });
});
