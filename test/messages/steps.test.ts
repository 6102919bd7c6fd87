import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import { type EvolutionServer, startEvolutionServer } from '../../scripts/simulate/providers/evolution-server.ts';
import type { Intake } from '../../src/ingest/intake.ts';
import type { Spool } from '../../src/ingest/spool.ts';
import { messageModel } from '../../src/messages/message-model.ts';
import type { NotificationStep } from '../../src/messages/notification-settings.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { useTestDatabase } from '../support/database.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';

const MINUTE = 60_000;
/** Noon in São Paulo. */
const START = Date.parse('2026-11-24T15:00:00.000Z');
const IMAGE = 'https://shop.example.invalid/pix.png';

const database = useTestDatabase();
let time = START;
let services: Services;
let intake: Intake;
let spool: Spool;
let evolution: EvolutionServer;
let store: Store;

const now = () => new Date(time);

beforeAll(async () => {
  evolution = await startEvolutionServer({ instanceName: 'atendimento', apiKey: 'the-key', now });
});

afterAll(() => evolution.close());

beforeEach(async () => {
  time = START;
  ({ services } = productOn(database.connection, { now }));
  await database.prepare();
  await services.sending.stop();
  ({ intake, spool } = await intakeOn(database.connection, services, { now }));
  store = await services.stores.create('console', { name: `Loja ${Math.random()}`, platform: 'assiny' });
  const credentials = { baseUrl: evolution.url, apiKey: 'the-key', instanceName: 'atendimento' };
  const input = { name: 'Atendimento', provider: 'evolution' as const, credentials, timezone: 'America/Sao_Paulo' };
  const made = await services.instances.create('console', input);
  await services.instances.link('console', made.id, store.id, true);
  const reminder = await services.notifications.get(store.id, 'pix_reminder');
  await services.notifications.save(store.id, { ...reminder, enabled: false });
});

afterEach(async () => {
  await spool.close();
  for (const model of Object.values(database.connection.models)) await model.deleteMany({});
});

async function pix(transactionId: string, productId = 'p0'): Promise<void> {
  const at = now();
  const product = { productId, productName: `Curso ${productId}` };
  const payload = { event: 'pix_generated', transactionId, amount: 9_700, createdAt: at, updatedAt: at, product };
  await deliver(
    intake,
    store.webhookUrl,
    assinyPayload(payload, () => 0.5),
  );
  await services.pipeline.drain();
}

/** Lets that much time pass, and everything go out that is due. @returns what the provider was given meanwhile */
async function pass(milliseconds: number): Promise<{ text: string; imageUrl: string | null }[]> {
  const before = evolution.accepted.length;
  time += milliseconds;
  await services.dispatch.run(new AbortController().signal);
  await services.dispatch.settled();
  return evolution.accepted.slice(before).map(({ text, imageUrl }) => ({ text, imageUrl }));
}

const step = (changes: Partial<NotificationStep>): NotificationStep => ({
  delay: { after: 0 },
  texts: ['Oi'],
  imageUrl: null,
  template: null,
  ...changes,
});

describe('a notification of several messages', () => {
  it('sends each at its time: at once, after half an hour, and at nine the next morning of the store', async () => {
    const steps = [
      step({ texts: ['Seu Pix de {{order.total}}'], imageUrl: IMAGE }),
      step({ delay: { after: 30 * MINUTE }, texts: ['Ainda dá tempo'] }),
      step({ delay: { days: 1, at: '09:00' }, texts: ['Bom dia'] }),
    ];
    await services.notifications.save(store.id, { type: 'pix_generated', enabled: true, steps, products: [] });
    await pix('a');
    expect(await pass(0)).toEqual([{ text: 'Seu Pix de R$ 97,00', imageUrl: IMAGE }]);
    expect(await pass(30 * MINUTE - 1)).toEqual([]);
    expect(await pass(1)).toEqual([{ text: 'Ainda dá tempo', imageUrl: null }]);
    time = Date.parse('2026-11-25T11:59:59.000Z');
    expect(await pass(0)).toEqual([]);
    expect(await pass(1_000)).toEqual([{ text: 'Bom dia', imageUrl: null }]);
    expect(await pass(48 * 60 * MINUTE)).toEqual([]);
  });

  it('does not catch up on them at once after an outage', async () => {
    const steps = [
      step({ texts: ['Seu Pix'] }),
      step({ delay: { after: 30 * MINUTE }, texts: ['Ainda dá tempo'] }),
      step({ delay: { after: 4 * 60 * MINUTE }, texts: ['Última chance'] }),
    ];
    await services.notifications.save(store.id, { type: 'pix_generated', enabled: true, steps, products: [] });
    await pix('a');
    expect(await pass(5 * 60 * MINUTE)).toMatchObject([{ text: 'Seu Pix' }]);
    expect(await pass(0)).toEqual([]);
    // Something new is not held back.
    await pix('b', 'p1');
    expect(await pass(MINUTE)).toMatchObject([{ text: 'Seu Pix' }]);
    expect(await pass(29 * MINUTE - 1)).toEqual([]);
    expect(await pass(1)).toMatchObject([{ text: 'Ainda dá tempo' }]);
    await services.notifications.save(store.id, {
      type: 'pix_generated',
      enabled: true,
      steps: steps.map((one, position) => (position === 1 ? { ...one, texts: ['{{& order.billet_url}}'] } : one)),
      products: [],
    });
    // The second one of the other purchase is skipped, and so holds nothing back.
    expect(await pass(60 * MINUTE - 1)).toEqual([]);
    expect(await pass(1)).toMatchObject([{ text: 'Última chance' }]);
  });

  it('waits for an earlier one that its provider cannot take yet', async () => {
    const steps = [step({ texts: ['Seu Pix'] }), step({ delay: { after: 30 * MINUTE }, texts: ['Ainda dá tempo'] })];
    await services.notifications.save(store.id, { type: 'pix_generated', enabled: true, steps, products: [] });
    await pix('a');
    const messages = messageModel(database.connection);
    await messages.updateOne({ step: 0 }, { availableAt: new Date(START + 40 * MINUTE) });
    expect(await pass(30 * MINUTE)).toEqual([]);
    expect(await messages.findOne({ step: 1 }).lean()).toMatchObject({ reason: 'after_earlier_step' });
    expect(await pass(10 * MINUTE)).toMatchObject([{ text: 'Seu Pix' }]);
    expect(await pass(30 * MINUTE - 1)).toEqual([]);
    expect(await pass(1)).toMatchObject([{ text: 'Ainda dá tempo' }]);
  });

  it('lets its texts take turns, whoever buys', async () => {
    const steps = [step({ texts: ['Primeiro', 'Segundo', 'Terceiro'] })];
    await services.notifications.save(store.id, { type: 'pix_generated', enabled: true, steps, products: [] });
    const sent: string[] = [];
    for (const sale of ['a', 'b', 'c', 'd']) {
      await pix(sale);
      sent.push(...(await pass(MINUTE)).map(({ text }) => text));
    }
    expect(sent).toEqual(['Primeiro', 'Segundo', 'Terceiro', 'Primeiro']);
  });

  it('has a text and a switch for each product', async () => {
    const products = [
      { productId: 'p1', enabled: true, text: 'Só do p1', template: null },
      { productId: 'p2', enabled: false, text: null, template: null },
    ];
    const steps = [step({ texts: ['De todos'] }), step({ delay: { after: 30 * MINUTE }, texts: ['Depois'] })];
    await services.notifications.save(store.id, { type: 'pix_generated', enabled: true, steps, products });
    await pix('a');
    expect(await pass(MINUTE)).toMatchObject([{ text: 'De todos' }]);
    await pix('b', 'p1');
    expect(await pass(MINUTE)).toMatchObject([{ text: 'Só do p1' }]);
    await pix('c', 'p2');
    expect(await pass(MINUTE)).toEqual([]);
    const settings = { type: 'pix_generated' as const, enabled: false, steps, products };
    await services.notifications.save(store.id, settings);
    await pix('d');
    await pix('e', 'p1');
    expect(await pass(MINUTE)).toMatchObject([{ text: 'Só do p1' }]);
  });

  it('says of a step that was taken away meanwhile that it is gone', async () => {
    const steps = [step({}), step({ delay: { after: 30 * MINUTE } })];
    await services.notifications.save(store.id, { type: 'pix_generated', enabled: true, steps, products: [] });
    await pix('a');
    await pass(0);
    await services.notifications.save(store.id, {
      type: 'pix_generated',
      enabled: true,
      steps: steps.slice(0, 1),
      products: [],
    });
    expect(await pass(30 * MINUTE)).toEqual([]);
    const last = await messageModel(database.connection).findOne({ step: 1 }).lean();
    expect(last).toMatchObject({ status: 'skipped', reason: 'notification_changed' });
  });
});
