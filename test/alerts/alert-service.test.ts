import fc from 'fast-check';
import mongoose from 'mongoose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { alertModel, alertWindowModel } from '../../src/alerts/alert-model.ts';
import { POSTS_A_MINUTE } from '../../src/alerts/alert-service.ts';
import type { Block } from '../../src/chat/message.ts';
import type { ChannelPost } from '../../src/chat/surface.ts';
import type { EventDocument } from '../../src/events/event-model.ts';
import type { EventKind } from '../../src/platforms/platform.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { useTestDatabase } from '../support/database.ts';
import { interruptWrite } from '../support/interrupt.ts';
import { productOn } from '../support/product.ts';

const NOON = Date.parse('2026-11-10T15:00:00Z');
const MINUTE = 60_000;

function eventOf(
  store: Store,
  kind: EventKind,
  amount: number | null,
  fields: Partial<EventDocument> = {},
): EventDocument {
  return {
    _id: new mongoose.Types.ObjectId(),
    workspaceId: store.workspaceId,
    storeId: store.id,
    deliveryId: 'delivery',
    recordedAt: new Date(NOON),
    journeyKeys: [],
    kind,
    rawEvent: kind,
    dedupeKey: kind,
    orderKey: 'order',
    transactionId: 'transaction',
    occurredAt: new Date(NOON),
    createdAt: null,
    test: false,
    currency: 'BRL',
    amount,
    fee: null,
    net: null,
    paymentMethod: 'pix',
    installments: null,
    items: [{ role: 'main', productId: 'p', productName: 'Curso de Violão', offerId: 'o', amount }],
    buyer: {
      name: 'Joana Exemplo da Silva',
      firstName: 'Joana',
      email: 'joana@example.invalid',
      phone: '+5511900000001',
      document: '12345678909',
    },
    tracking: { utm_source: 'FB' },
    subscription: null,
    checkoutUrl: null,
    pixCode: null,
    boletoLine: null,
    boletoUrl: null,
    refusalReason: null,
    ...fields,
  };
}

/** How many alerts a post tells of. */
function alertsIn(post: ChannelPost): number {
  const table = post.message.blocks.find((block): block is Extract<Block, { type: 'table' }> => block.type === 'table');
  return table ? table.rows.reduce((sum, row) => sum + Number(row[1]), 0) : 1;
}

describe('alerts', () => {
  const database = useTestDatabase();
  afterEach(() => vi.restoreAllMocks());

  async function shop() {
    const clock = { time: NOON };
    const { services, surface } = productOn(database.connection, { now: () => new Date(clock.time) });
    await database.prepare();
    await alertWindowModel(database.connection).deleteMany({});
    await alertModel(database.connection).deleteMany({});
    const workspaceId = new mongoose.Types.ObjectId().toHexString();
    const store = await services.stores.create(workspaceId, { name: 'Loja', platform: 'assiny', channelId: 'vendas' });
    return { clock, services, surface, store };
  }

  it('posts each alert in exactly one message and never floods a channel, however workers interleave', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ sales: fc.integer({ min: 0, max: 30 }), seconds: fc.integer({ min: 1, max: 50 }) }), {
          minLength: 1,
          maxLength: 6,
        }),
        async (bursts) => {
          const { clock, services, surface, store } = await shop();
          const posts: { at: number; alerts: number }[] = [];
          const noteNew = () => {
            for (const post of surface.posts.slice(posts.length))
              posts.push({ at: clock.time, alerts: alertsIn(post) });
          };
          const release = async () => {
            await Promise.all([services.alerts.release(), services.alerts.release()]);
            await services.outbox.drain();
            noteNew();
          };
          let total = 0;
          for (const { sales, seconds } of bursts) {
            const events = Array.from({ length: sales }, () => eventOf(store, 'purchase_approved', 10_000));
            total += sales;
            await services.alerts.record(store, events);
            await services.alerts.record(store, events);
            await release();
            clock.time += seconds * 1_000;
            await release();
          }
          for (let tries = 0; tries < 5; tries += 1) {
            clock.time += MINUTE;
            await release();
          }
          expect(posts.reduce((sum, { alerts }) => sum + alerts, 0)).toBe(total);
          for (const { at } of posts) {
            // A channel's minute begins with its first post, so any sixty seconds can touch two of them.
            const inMinute = posts.filter((post) => post.at >= at && post.at < at + MINUTE);
            expect(inMinute.length).toBeLessThanOrEqual(2 * POSTS_A_MINUTE);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('shows the first ten of a burst at once and gathers the rest after the minute', async () => {
    const { clock, services, surface, store } = await shop();
    const events = Array.from({ length: 25 }, () => eventOf(store, 'purchase_approved', 10_000));
    await services.alerts.record(store, events);
    await services.posting.run();
    expect(surface.posts).toHaveLength(10);
    clock.time += MINUTE;
    await services.posting.run();
    expect(surface.posts).toHaveLength(11);
    expect(surface.posts[10]?.message).toMatchObject({
      title: '15 avisos no último minuto',
      blocks: [{ type: 'table', rows: [['Compra aprovada', '15', 'R$ 1.500,00']] }],
    });
  });

  it('says the important thing first and masks the buyer', async () => {
    const { services, surface, store } = await shop();
    await services.alerts.record(store, [eventOf(store, 'purchase_approved', 123_456)]);
    await services.posting.run();
    const [post] = surface.posts;
    expect(post?.message.title).toBe('Compra aprovada · R$ 1.234,56');
    expect(post?.message.blocks[0]).toMatchObject({
      fields: [
        { label: 'Produto', value: 'Curso de Violão' },
        { label: 'Comprador', value: 'Joana ····0001' },
        { label: 'Pagamento', value: 'Pix' },
        { label: 'Origem', value: 'FB' },
        { label: 'Loja', value: 'Loja' },
      ],
    });
    expect(JSON.stringify(post)).not.toMatch(/Silva|joana@|90000|123456789/);
  });

  it('posts by the rules of the store: chosen kinds, a minimum for sales alone, nothing while paused or for tests', async () => {
    const { services, surface, store } = await shop();
    const workspaceId = store.workspaceId;
    const strict = await services.stores.update(workspaceId, store.id, { alerts: { minimumAmount: 5_000 } });
    await services.alerts.record(strict, [
      eventOf(store, 'purchase_approved', 4_999),
      eventOf(store, 'purchase_approved', 5_000),
      eventOf(store, 'purchase_refunded', 100),
      eventOf(store, 'pix_generated', 9_000),
      eventOf(store, 'purchase_approved', 9_000, { test: true }),
    ]);
    const paused = await services.stores.update(workspaceId, store.id, { paused: true });
    await services.alerts.record(paused, [eventOf(store, 'purchase_approved', 9_000)]);
    const silent = await services.stores.update(workspaceId, store.id, { paused: false, alerts: { channelId: null } });
    await services.alerts.record(silent, [eventOf(store, 'purchase_approved', 9_000)]);
    await services.posting.run();
    expect(surface.posts.map(({ message }) => message.title)).toEqual([
      'Compra aprovada · R$ 50,00',
      'Reembolso feito · R$ 1,00',
    ]);
  });

  for (const step of [1, 2, 3, 4, 5]) {
    for (const when of ['before', 'after'] as const) {
      it(`loses and doubles nothing when it dies ${when} write ${step} of releasing`, async () => {
        const { clock, services, surface, store } = await shop();
        const events = Array.from({ length: 14 }, () => eventOf(store, 'purchase_approved', 10_000));
        await services.alerts.record(store, events);
        interruptWrite(database.connection, step, when, new Error('died'));
        await services.posting.run().catch(() => undefined);
        vi.restoreAllMocks();
        for (let tries = 0; tries < 4; tries += 1) {
          clock.time += MINUTE;
          await services.posting.run();
        }
        expect(surface.posts.reduce((sum, post) => sum + alertsIn(post), 0)).toBe(14);
        const { items } = await services.alerts.list(store, {});
        expect(new Set(items.map(({ status }) => status))).toEqual(new Set(['posted']));
      });
    }
  }
});
