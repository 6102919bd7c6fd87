import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AssinyPayload, assinyPayload, type PayloadOptions } from '../../scripts/simulate/assiny-payload.ts';
import type { Checklist, ChecklistItemId } from '../../src/checklist/checklist-service.ts';
import type { Intake } from '../../src/ingest/intake.ts';
import type { Spool } from '../../src/ingest/spool.ts';
import { catalogue } from '../../src/platforms/assiny/catalogue.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { LOCALES } from '../../src/text/text.ts';
import { useTestDatabase } from '../support/database.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';

const NOON = Date.parse('2026-11-10T15:00:00Z');
const DAY = 86_400_000;

describe('the checklist', () => {
  const database = useTestDatabase();
  let time = NOON;
  let workspace = 0;
  let product: ReturnType<typeof productOn>;
  let store: Store;
  let intake: Intake;
  let spool: Spool;

  beforeEach(async () => {
    time = NOON;
    workspace += 1;
    const now = () => new Date(time);
    product = productOn(database.connection, { now });
    await database.prepare();
    ({ intake, spool } = await intakeOn(database.connection, product.services, { now }));
    store = await product.services.stores.create(`workspace ${workspace}`, {
      name: 'Curso de Violão',
      platform: 'assiny',
      channelId: 'vendas',
    });
  });

  afterEach(async () => {
    await spool.close();
  });

  async function check(): Promise<Checklist> {
    const current = await product.services.stores.get(store.workspaceId, store.id);
    return await product.services.checklist.check(current, 'pt-BR');
  }

  async function item(id: ChecklistItemId) {
    const found = (await check()).items.find((candidate) => candidate.id === id);
    if (!found) throw new Error(`The checklist has no item ${id}`);
    return found;
  }

  function payload(transactionId: string, options: Partial<PayloadOptions> = {}): AssinyPayload {
    return assinyPayload(
      { event: 'approved_purchase', transactionId, createdAt: new Date(time), ...options },
      Math.random,
    );
  }

  /** A payload whose total is written as no total is. */
  function withAmount(transactionId: string, amount: unknown): AssinyPayload {
    const { event, data } = payload(transactionId);
    return { event, data: { ...data, transaction: { ...(data.transaction as object), amount } } };
  }

  async function send(body: unknown): Promise<void> {
    await deliver(intake, store.webhookUrl, body);
    await product.services.pipeline.drain();
  }

  it('blocks a new store on its first event alone, and says how to get it', async () => {
    const { ready, items } = await check();
    expect(ready).toBe(false);
    expect(items.filter(({ status }) => status === 'blocked').map(({ id }) => id)).toEqual(['event_received']);
    expect(await item('webhook_url')).toMatchObject({
      status: 'waiting',
      remedy: expect.stringContaining('Todos os Eventos'),
    });
    expect(await item('event_received')).toMatchObject({ remedy: expect.stringContaining('/loja webhook') });
  });

  it('is ready after the first readable event', async () => {
    await send(payload('a'));
    expect((await check()).ready).toBe(true);
    expect(await item('webhook_url')).toMatchObject({ status: 'ok', seen: expect.stringContaining('10/11/2026') });
  });

  it('is ready after a test from the platform’s panel', async () => {
    await send({ test: true, ...payload('a') });
    expect((await check()).ready).toBe(true);
  });

  it('stays blocked while all that comes is unreadable or unknown, and turns when one event is read', async () => {
    await send({ hello: 'world' });
    expect(await item('event_received')).toMatchObject({
      status: 'blocked',
      remedy: expect.stringContaining('/eventos'),
    });
    await send(payload('b', { event: 'something_new' }));
    expect(await item('event_received')).toMatchObject({ status: 'blocked' });
    expect(await item('events_unknown')).toMatchObject({
      status: 'attention',
      seen: expect.stringContaining('something_new'),
      remedy: expect.stringContaining('/eventos reprocessar'),
    });
    await send(payload('c'));
    expect((await check()).ready).toBe(true);
  });

  it('tells of every unread delivery of the week, also when others are read well', async () => {
    await send(payload('sound'));
    expect(await item('deliveries_unread')).toMatchObject({ status: 'ok', remedy: null });
    for (const amount of ['97,00', '1e3']) await send(withAmount(`unread ${amount}`, amount));
    expect(await item('deliveries_unread')).toMatchObject({
      status: 'attention',
      seen: 'Ficaram fora da conta nos últimos 7 dias: 2 que não deu para ler, 0 com falha.',
      remedy: expect.stringContaining('/eventos listar resultado:invalido'),
    });
    time += 8 * DAY;
    expect(await item('deliveries_unread')).toMatchObject({ status: 'ok' });
  });

  it('names every unknown event', async () => {
    for (const event of ['zz', 'x1', 'zz']) await send(payload(`of ${event}`, { event }));
    expect(await item('events_unknown')).toMatchObject({
      seen: 'Chegaram eventos que ainda não conheço: “x1”, “zz”. Estão guardados.',
    });
  });

  it('lists the proven events that never came, until all did', async () => {
    await send(payload('a'));
    expect(await item('events_seen')).toMatchObject({ seen: expect.stringContaining('Carrinho abandonado') });
    for (const event of catalogue.flatMap(({ rawEvents }) => rawEvents.slice(0, 1))) {
      await send(payload(`of ${event}`, { event }));
    }
    expect((await item('events_seen')).seen).toMatch(/^Todos os \d+ tipos/);
  });

  it('counts refused requests by reason for a week', async () => {
    for (const body of ['', 'not JSON', 'not JSON', '[]', 'null']) await deliver(intake, store.webhookUrl, body);
    expect(await item('requests_refused')).toMatchObject({
      status: 'attention',
      seen: 'Chamadas à URL de webhook recusadas nos últimos 7 dias: corpo vazio (1), não é JSON (2), JSON sem objeto (2).',
    });
    time += 6 * DAY;
    await deliver(intake, store.webhookUrl, '[]');
    expect((await item('requests_refused')).seen).toBe(
      'Chamadas à URL de webhook recusadas nos últimos 7 dias: JSON sem objeto (3), corpo vazio (1), não é JSON (2).',
    );
    time += 2 * DAY;
    expect((await item('requests_refused')).seen).toBe(
      'Chamadas à URL de webhook recusadas nos últimos 7 dias: JSON sem objeto (1).',
    );
    time += 8 * DAY;
    expect(await item('requests_refused')).toMatchObject({
      label: 'Chamadas recusadas na URL',
      status: 'ok',
      seen: 'Nenhuma chamada à URL de webhook recusada nos últimos 7 dias.',
      remedy: null,
    });
  });

  it('notices when most buyers have no phone and most sales no origin', async () => {
    await send(payload('with', { tracking: { utm_source: 'FB' } }));
    expect(await item('phones')).toMatchObject({ status: 'ok', seen: 'Eventos recentes com telefone válido: 1 de 1.' });
    expect(await item('tracking')).toMatchObject({ status: 'ok' });
    for (const id of ['x', 'y']) {
      await send(
        payload(id, {
          tracking: {},
          client: { full_name: 'Joana Exemplo', email: 'j@example.invalid', phone: 'não tenho' },
        }),
      );
    }
    expect(await item('phones')).toMatchObject({
      status: 'attention',
      seen: expect.stringContaining('1 de 3'),
    });
    expect(await item('tracking')).toMatchObject({ status: 'attention' });
  });

  it('tells what is wrong with the secret header, apart from the other refusals', async () => {
    const { stores, refusals } = product.services;
    await refusals.count(store.id, 'secret_header');
    expect(await item('requests_refused')).toMatchObject({ status: 'attention' });
    await stores.update(store.workspaceId, store.id, { secretHeader: { name: 'X-Loja', value: 'segredo da loja' } });
    await refusals.count(store.id, 'secret_header');
    expect(await item('requests_refused')).toMatchObject({ status: 'ok' });
    expect(await item('secret_header')).toMatchObject({
      status: 'attention',
      seen: expect.stringContaining('2 envios vieram sem ele ou com outro valor'),
      remedy: expect.stringContaining('o nome e o valor do cabeçalho'),
    });
  });

  it('says when a sale came without what was paid', async () => {
    expect(await item('amounts')).toMatchObject({ status: 'ok' });
    await send({ event: 'approved_purchase', data: { transaction: { id: 'no amount' } } });
    expect(await item('amounts')).toMatchObject({
      status: 'attention',
      seen: '1 venda veio sem valor nos últimos 7 dias e conta como R$ 0,00.',
    });
    time += 8 * DAY;
    expect(await item('amounts')).toMatchObject({ status: 'ok' });
  });

  it('follows the store: its channel, its pause, its secret header, its summary', async () => {
    const { stores, summaries, outbox } = product.services;
    expect(await item('alert_channel')).toMatchObject({ status: 'ok', seen: 'Alertas em #vendas.' });
    expect(await item('daily_summary')).toMatchObject({ status: 'ok', seen: 'O primeiro sai amanhã às 8h.' });
    await stores.update(store.workspaceId, store.id, {
      paused: true,
      secretHeader: { name: 'X-Loja', value: 'segredo da loja' },
      alerts: { channelId: 'um canal que sumiu' },
    });
    expect(await item('running')).toMatchObject({
      status: 'attention',
      remedy: expect.stringContaining('/loja retomar'),
    });
    expect((await item('secret_header')).seen).toMatch(/x-loja/i);
    expect(JSON.stringify(await check())).not.toContain('segredo da loja');
    expect(await item('alert_channel')).toMatchObject({
      status: 'attention',
      remedy: expect.stringContaining('/alertas canal'),
    });
    await stores.update(store.workspaceId, store.id, { paused: false, alerts: { channelId: 'vendas' } });
    time += DAY;
    await summaries.postDue();
    await outbox.drain();
    expect(await item('daily_summary')).toMatchObject({ seen: 'Último resumo: 10/11/2026.' });
    expect(await item('alert_channel')).toMatchObject({ seen: 'Postando em #vendas.' });
    await stores.update(store.workspaceId, store.id, { alerts: { channelId: null } });
    expect(await item('daily_summary')).toMatchObject({ status: 'attention' });
  });

  it('gives every item that is not well a remedy, in both languages', async () => {
    await send({ hello: 'world' });
    await deliver(intake, store.webhookUrl, 'not JSON');
    const { stores, checklist } = product.services;
    const paused = await stores.update(store.workspaceId, store.id, { paused: true, alerts: { channelId: null } });
    for (const locale of LOCALES) {
      const { items } = await checklist.check(paused, locale);
      const unwell = items.filter(({ status }) => status === 'attention' || status === 'blocked');
      expect(unwell.length).toBeGreaterThan(3);
      expect(unwell.filter(({ remedy }) => !remedy)).toEqual([]);
    }
  });
});
