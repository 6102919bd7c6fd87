import { fc, test as propertyTest } from '@fast-check/vitest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import type { Intake } from '../../src/ingest/intake.ts';
import type { Spool } from '../../src/ingest/spool.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import { type MessageDocument, messageModel } from '../../src/messages/message-model.ts';
import { catalogueNotification } from '../../src/messages/notification-catalogue.ts';
import { type NotificationSettings, withStep } from '../../src/messages/notification-settings.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { useTestDatabase } from '../support/database.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';
import { printingInstance } from '../support/subject.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = Date.parse('2026-11-24T15:00:00.000Z');
const PHONE = '+5511900001234';

const database = useTestDatabase();
let time = START;
let services: Services;
let intake: Intake;
let spool: Spool;
let store: Store;
let instance: Instance;

const now = () => new Date(time);

beforeEach(async () => {
  time = START;
  ({ services } = productOn(database.connection, { now }));
  await database.prepare();
  await services.sending.stop();
  ({ intake, spool } = await intakeOn(database.connection, services, { now }));
  await newStore();
});

afterEach(async () => {
  await spool.close();
  for (const model of Object.values(database.connection.models)) await model.deleteMany({});
});

/** A store of its own whose Pix has three messages: at once, after half an hour, the next morning. */
async function newStore(): Promise<void> {
  store = await services.stores.create('console', { name: `Loja ${Math.random()}`, platform: 'assiny' });
  await services.stores.update('console', store.id, { stopOnReply: true });
  instance = await printingInstance(services, store, `Atendimento ${Math.random()}`);
  await services.notifications.save(store.id, threeSteps(await services.notifications.get(store.id, 'pix_generated')));
}

function threeSteps(settings: NotificationSettings): NotificationSettings {
  const first = withStep(settings, 0, { delay: { after: 0 } });
  const second = withStep(first, 1, { delay: { after: 30 * MINUTE } });
  return withStep(second, 2, { delay: { days: 1, at: '09:00' } });
}

async function happen(event: string, purchase: string, phone = PHONE): Promise<void> {
  const at = now();
  const client = { full_name: 'Joana Compradora', phone };
  const product = { productId: purchase, productName: `Curso ${purchase}` };
  const payload = { event, transactionId: purchase, amount: 9_700, createdAt: at, updatedAt: at, client, product };
  await deliver(
    intake,
    store.webhookUrl,
    assinyPayload(payload, () => 0.5),
  );
  await services.pipeline.drain();
}

async function dispatch(): Promise<void> {
  await services.dispatch.run(new AbortController().signal);
  await services.dispatch.settled();
}

async function reply(text = 'Como eu pago?', phone = PHONE): Promise<void> {
  const replies = [{ providerMessageId: `reply ${time}`, phone, text, at: now() }];
  await services.receipts.take(instance, { receipts: [], replies });
}

async function messages(): Promise<MessageDocument[]> {
  return await messageModel(database.connection).find({ storeId: store.id }).sort({ dueAt: 1, _id: 1 }).lean();
}

async function states(): Promise<string[]> {
  return (await messages()).map(({ type, step, status, reason }) =>
    [type, step + 1, status, reason].filter(Boolean).join(' '),
  );
}

describe('a reply', () => {
  it('stops the reminders of its purchase, and nothing of another one or of another buyer', async () => {
    await happen('pix_generated', 'B');
    await happen('pix_generated', 'C', '+5511900005678');
    await dispatch();
    time += MINUTE;
    await happen('pix_generated', 'A');
    await dispatch();
    time += MINUTE;
    await reply();
    time += 2 * DAY - MINUTE;
    await dispatch();
    // The last step is due as well, but leaves an hour after the one before it.
    time += 60 * MINUTE;
    await dispatch();
    const ended = (await messages()).filter(({ reason }) => reason === 'replied');
    expect(ended.map(({ orderKey, type, step }) => [orderKey.slice(-1), type, step])).toEqual([
      ['A', 'pix_generated', 1],
      ['A', 'pix_reminder', 0],
      ['A', 'pix_generated', 2],
    ]);
    expect((await messages()).filter(({ status }) => status === 'scheduled')).toEqual([]);
  });

  it('stops what is planned later as well, but not the news that the purchase is paid', async () => {
    await happen('pix_generated', 'A');
    await dispatch();
    time += MINUTE;
    await reply();
    time += 30 * MINUTE;
    await happen('pix_expired', 'A');
    time += 10 * MINUTE;
    await dispatch();
    await happen('approved_purchase', 'A');
    await dispatch();
    expect(await states()).toEqual([
      'pix_generated 1 sent',
      'pix_generated 2 cancelled replied',
      'pix_reminder 1 cancelled replied',
      'pix_expired 1 cancelled replied',
      'purchase_approved 1 sent',
      'pix_generated 3 cancelled replied',
    ]);
  });

  it('stops nothing where the store does not say so', async () => {
    await services.stores.update('console', store.id, { stopOnReply: false });
    await happen('pix_generated', 'A');
    await dispatch();
    time += MINUTE;
    await reply();
    time += 30 * MINUTE;
    await dispatch();
    expect((await states()).filter((state) => state.includes('sent'))).toHaveLength(3);
    expect((await messages())[0]?.repliedAt).toBeInstanceOf(Date);
  });

  it('before anything was sent belongs to no purchase', async () => {
    await happen('pix_generated', 'A');
    await reply();
    await dispatch();
    time += 30 * MINUTE;
    await dispatch();
    expect((await states()).filter((state) => state.includes('sent'))).toHaveLength(3);
  });
});

describe('an opt-out word', () => {
  it.each(['SAIR', 'CANCELAR 🙏', 'Pode parar, por favor', 'Não quero mais receber mensagens'])(
    '“%s” is honoured for ever, in all stores of the workspace and in no other one',
    async (word) => {
      await happen('pix_generated', 'A');
      await reply(word);
      expect((await states()).every((state) => state.endsWith('cancelled opted_out'))).toBe(true);
      time += 400 * DAY;
      await happen('approved_purchase', 'B');
      await dispatch();
      expect((await states()).at(-1)).toBe('purchase_approved 1 skipped opted_out');

      await newStore();
      await happen('approved_purchase', 'C');
      await dispatch();
      expect(await states()).toEqual(['purchase_approved 1 skipped opted_out']);
      await happen('approved_purchase', 'D', '+5511900005678');
      await dispatch();
      expect((await states()).at(-1)).toBe('purchase_approved 1 sent');
      expect(await services.contacts.optedOut('another', [PHONE])).toEqual(new Set());
    },
  );
});

const step = fc.oneof(
  fc.record({
    happens: fc.constantFrom('abandoned_checkout', 'refused', 'pix_generated', 'pix_expired', 'approved_purchase'),
    purchase: fc.constantFrom('A', 'B'),
  }),
  fc.record({ waits: fc.constantFrom(2_000, 10 * MINUTE, 40 * MINUTE, DAY) }),
  fc.constant('reply' as const),
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** Does one thing. @returns the purchases whose message was marked as answered by it */
async function play(one: Step): Promise<string[]> {
  time += 2_000;
  if (one === 'reply') {
    await reply();
    return (await messages())
      .filter(({ repliedAt }) => Number(repliedAt) === time)
      .map((message) => message.purchaseKey);
  }
  if ('waits' in one) time += one.waits;
  else await happen(one.happens, one.purchase);
  await dispatch();
  return [];
}

propertyTest.prop([fc.array(step, { maxLength: 14 })], { numRuns: 25 })(
  'after a reply no reminder and no further step of that purchase is sent, and every other one goes on',
  async (steps) => {
    await newStore();
    const repliedAt = new Map<string, number>();
    for (const one of [...steps, { waits: 2 * DAY }]) {
      for (const purchase of await play(one)) repliedAt.set(purchase, Math.min(time, repliedAt.get(purchase) ?? time));
    }
    for (const { purchaseKey, type, step: position, sentAt, reason } of await messages()) {
      const { rank } = catalogueNotification(type);
      const isReminder = position > 0 || (rank !== null && rank <= 4);
      const at = repliedAt.get(purchaseKey) ?? Number.POSITIVE_INFINITY;
      if (isReminder) expect(Number(sentAt)).toBeLessThanOrEqual(at);
      if (reason === 'replied') expect(isReminder && repliedAt.has(purchaseKey)).toBe(true);
    }
  },
  120_000,
);
