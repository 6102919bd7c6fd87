import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import type { Intake } from '../../src/ingest/intake.ts';
import type { Spool } from '../../src/ingest/spool.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import type { MessageDispatch } from '../../src/messages/message-dispatch.ts';
import { type MessageDocument, messageModel } from '../../src/messages/message-model.ts';
import { catalogueNotification } from '../../src/messages/notification-catalogue.ts';
import type { OutgoingMessage, Sender, SendFailure, SendResult } from '../../src/senders/sender.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { useTestDatabase } from '../support/database.ts';
import { dispatchWith, dispatchWorker } from '../support/dispatch-worker.ts';
import { eventually } from '../support/eventually.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { interruptWrite, killAtWrite } from '../support/interrupt.ts';
import { productOn } from '../support/product.ts';
import { printingInstance } from '../support/subject.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Noon in São Paulo. */
const START = Date.parse('2026-11-24T15:00:00.000Z');

const database = useTestDatabase();
let time = START;
let services: Services;
let intake: Intake;
let spool: Spool;
let store: Store;
let instance: Instance;
/** What providers were told, in order. */
let told: { outgoing: OutgoingMessage; at: number; result: SendResult }[] = [];

const now = () => new Date(time);

beforeEach(async () => {
  time = START;
  told = [];
  ({ services } = productOn(database.connection, { now }));
  await database.prepare();
  // Only the workers of a test send, to the providers of that test.
  await services.sending.stop();
  ({ intake, spool } = await intakeOn(database.connection, services, { now }));
  store = await services.stores.create('console', { name: `Loja ${Math.random()}`, platform: 'assiny' });
  instance = await newInstance('Atendimento');
});

afterEach(async () => {
  vi.restoreAllMocks();
  await spool.close();
  for (const model of Object.values(database.connection.models)) await model.deleteMany({});
});

async function newInstance(name: string): Promise<Instance> {
  const made = await services.instances.create('console', {
    name,
    provider: 'log',
    credentials: {},
    timezone: 'America/Sao_Paulo',
  });
  return await services.instances.link('console', made.id, store.id, true);
}

/** A worker of its own, which tells a provider that answers as `answer` says; its waits move the clock. */
function worker(answer: (outgoing: OutgoingMessage) => SendResult | Promise<SendResult> = accept): MessageDispatch {
  const sender: Sender = {
    async send(outgoing) {
      const at = time;
      const result = await answer(outgoing);
      told.push({ outgoing, at, result });
      return result;
    },
    connection: async () => ({ state: 'connected' }),
  };
  return dispatchWorker(database.connection, services, {
    senderOf: () => sender,
    now,
    async pause(milliseconds) {
      time += milliseconds;
    },
  });
}

function accept(outgoing: OutgoingMessage): SendResult {
  return { outcome: 'accepted', providerMessageId: `wamid.${outgoing.id}` };
}

async function happen(event: string, transactionId: string, fields: Parameters<typeof assinyPayload>[0] | object = {}) {
  const occurredAt = new Date(time);
  const payload = assinyPayload(
    { event, transactionId, amount: 9_700, createdAt: occurredAt, updatedAt: occurredAt, ...fields },
    () => 0.5,
  );
  await deliver(intake, store.webhookUrl, payload);
  await services.pipeline.drain();
}

async function dispatch(by: MessageDispatch = worker()): Promise<void> {
  await dispatchWith(by);
}

async function planned(): Promise<MessageDocument[]> {
  return await messageModel(database.connection)
    .find({ storeId: store.id })
    .sort({ dueAt: 1, _id: 1 })
    .lean<MessageDocument[]>();
}

async function states(): Promise<string[]> {
  return (await planned()).map(({ type, status, reason }) => [type, status, reason].filter(Boolean).join(' '));
}

describe('a buyer who pays by Pix', () => {
  it('gets no thanks before the code that is still on its way through another instance', async () => {
    let answer: (result: SendResult) => void = () => undefined;
    const slow = worker(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await happen('pix_generated', 'A');
    time += 5 * MINUTE;
    await slow.run(new AbortController().signal);
    await eventually(async () => expect(await states()).toContain('pix_generated sending'));
    await newInstance('Outra');
    await services.instances.link('console', instance.id, store.id, false);
    await happen('approved_purchase', 'A');
    await dispatch();
    expect(told).toEqual([]);
    answer({ outcome: 'accepted', providerMessageId: 'wamid.late' });
    await slow.settled();
    time += 2_000;
    await dispatch();
    expect(await states()).toEqual([
      'pix_generated sent',
      'purchase_approved sent',
      'pix_reminder cancelled superseded',
    ]);
  });

  it('gets the code, a reminder, and the thanks; each once', async () => {
    await happen('pix_generated', 'A');
    await happen('pix_generated', 'A');
    await dispatch();
    expect(told).toEqual([]);
    time += 5 * MINUTE;
    await dispatch();
    await dispatch();
    time += 25 * MINUTE;
    await dispatch();
    time += MINUTE;
    await happen('approved_purchase', 'A');
    await dispatch();
    expect(await states()).toEqual(['pix_generated sent', 'pix_reminder sent', 'purchase_approved sent']);
    expect(told.map(({ at }) => (at - START) / MINUTE)).toEqual([5, 30, 31]);
    expect(told[0]?.outgoing.text).toContain('R$ 97,00');
    expect(told[0]?.outgoing.phone).toMatch(/^\+55\d{11}$/);
  });

  it('hears nothing of the Pix once it is paid', async () => {
    await happen('pix_generated', 'A');
    time += MINUTE;
    await happen('approved_purchase', 'A');
    time += DAY;
    await dispatch();
    const [approval] = (await planned()).filter(({ type }) => type === 'purchase_approved');
    expect(
      (await planned()).filter(({ reason }) => reason === 'superseded').map(({ supersededBy }) => supersededBy),
    ).toEqual([approval?.eventId, approval?.eventId]);
    expect(told.map(({ outgoing }) => outgoing.id)).toEqual([approval?._id.toHexString()]);
  });

  it('hears nothing of it either when an earlier version, which knew no journeys, had recorded the Pix', async () => {
    await happen('pix_generated', 'A');
    await database.connection.collection('events').updateMany({}, { $unset: { journeyKeys: 1 } });
    time += MINUTE;
    await happen('approved_purchase', 'A');
    expect((await states()).sort()).toEqual([
      'pix_generated cancelled superseded',
      'pix_reminder cancelled superseded',
      'purchase_approved scheduled',
    ]);
  });

  it('hears nothing of it either when the approval came first', async () => {
    await happen('approved_purchase', 'A');
    await happen('pix_generated', 'A', { updatedAt: new Date(time - MINUTE) });
    time += DAY;
    await dispatch();
    expect(told).toHaveLength(1);
    expect((await states()).sort()).toEqual([
      'pix_generated cancelled superseded',
      'pix_reminder cancelled superseded',
      'purchase_approved sent',
    ]);
  });
});

describe('a buyer of several products', () => {
  const client = { phone: '+5511987654321', email: 'joana@example.invalid' };
  const course = { productId: 'course' };
  const book = { productId: 'book', amount: 2_700 };
  const cart = (fields: object) => happen('abandoned_checkout', '', { transactionId: undefined, client, ...fields });

  it('hears nothing of a cart whose product was bought as an order bump', async () => {
    await cart({ product: book });
    time += MINUTE;
    await happen('approved_purchase', 'A', { client, product: course, bumps: [book] });
    expect((await states()).sort()).toEqual(['cart_abandoned cancelled superseded', 'purchase_approved scheduled']);
  });

  it('hears of a cart whose order bump alone was bought', async () => {
    await cart({ product: course, bumps: [book] });
    time += MINUTE;
    await happen('approved_purchase', 'A', { client, product: book });
    time += 15 * MINUTE;
    await dispatch();
    expect((await states()).sort()).toEqual(['cart_abandoned sent', 'purchase_approved sent']);
  });

  it('hears nothing of a cart that had another phone, or only the phone, once it is bought', async () => {
    await cart({ product: course, client: { ...client, phone: '+5511987654322' } });
    await cart({ product: book, client: { ...client, email: null } });
    time += MINUTE;
    await happen('approved_purchase', 'A', { client, product: course, bumps: [book] });
    expect((await states()).filter((state) => state === 'cart_abandoned cancelled superseded')).toHaveLength(2);
  });

  it('hears of a cart after a sale that only another contact of the cart tells of', async () => {
    const byMail = { ...client, phone: null };
    await happen('approved_purchase', 'A', { client: { ...client, email: null }, product: course });
    time += MINUTE;
    await cart({ product: course });
    // Told of late: the attempt came before that sale.
    const attempt = new Date(time - 2 * MINUTE);
    await happen('refused', 'B', { client: byMail, product: course, createdAt: attempt, updatedAt: attempt });
    time += 15 * MINUTE;
    await dispatch();
    expect(await states()).toContain('cart_abandoned sent');
  });
});

describe('a message that is not sent says why', () => {
  it('without a phone', async () => {
    await happen('approved_purchase', 'A', { client: { phone: null } });
    expect(await states()).toEqual(['purchase_approved skipped no_phone']);
  });

  it('to somebody who wants none', async () => {
    await happen('approved_purchase', 'A');
    const [{ phone = null } = {}] = await planned();
    await services.contacts.optOut('console', phone ?? '', 'command');
    await dispatch();
    await happen('approved_purchase', 'B');
    expect(await states()).toEqual(['purchase_approved skipped opted_out', 'purchase_approved skipped opted_out']);
  });

  it('of a paused or removed store', async () => {
    await happen('approved_purchase', 'A');
    await services.stores.update('console', store.id, { paused: true });
    await dispatch();
    expect(await states()).toEqual(['purchase_approved skipped store_paused']);
    await services.stores.update('console', store.id, { paused: false });
    time += MINUTE;
    await happen('pix_generated', 'B');
    await services.stores.remove('console', store.id);
    time += 10 * MINUTE;
    await dispatch();
    expect((await states()).slice(1)).toContain('pix_generated cancelled store_removed');
  });

  it('older than the store’s limit', async () => {
    await happen('approved_purchase', 'A');
    time += 2 * DAY;
    await dispatch();
    expect(await states()).toEqual(['purchase_approved dropped too_old']);
  });

  it('with a variable that the event lacks', async () => {
    const settings = await services.notifications.get(store.id, 'purchase_approved');
    const [step] = settings.steps;
    if (!step) throw new Error('It has a step');
    const steps = [{ ...step, texts: ['Veja {{& order.billet_url}}'] }];
    await services.notifications.save(store.id, { ...settings, steps });
    await happen('approved_purchase', 'A');
    await dispatch();
    expect(await states()).toEqual(['purchase_approved skipped variable_missing: order.billet_url']);
  });

  it('says that the store has no instance, and is not sent when it has one later', async () => {
    await services.instances.remove('console', instance.id);
    await happen('approved_purchase', 'A');
    expect(await planned()).toMatchObject([{ status: 'skipped', reason: 'no_instance' }]);
    await printingInstance(services, store, 'Nova');
    await dispatch();
    expect(await states()).toEqual(['purchase_approved skipped no_instance']);
  });
});

describe('what the provider says', () => {
  it('is tried again later when it is temporary, elsewhere if the instance is down', async () => {
    await newInstance('Reserva');
    await happen('approved_purchase', 'A');
    await dispatch(
      worker(() => ({ outcome: 'temporary', reason: 'instance_disconnected', retryAfterMilliseconds: null })),
    );
    expect(await states()).toEqual(['purchase_approved scheduled instance_disconnected']);
    time += MINUTE;
    await dispatch();
    expect(await states()).toEqual(['purchase_approved sent']);
    expect(new Set((await services.instances.list('console')).map(({ connection }) => connection))).toEqual(
      new Set(['disconnected', 'connected']),
    );
  });

  it.each([
    [{ outcome: 'final', reason: 'not_on_whatsapp' }, 'failed not_on_whatsapp'],
    [{ outcome: 'uncertain', reason: 'no_answer' }, 'uncertain no_answer'],
  ] as [SendResult, string][])('ends it: %o', async (result, state) => {
    await happen('approved_purchase', 'A');
    await dispatch(worker(() => result));
    time += DAY;
    await dispatch();
    expect(await states()).toEqual([`purchase_approved ${state}`]);
    expect(told).toHaveLength(1);
  });

  it('gives up after many attempts when it is about the buyer', async () => {
    await happen('approved_purchase', 'A');
    const result = { outcome: 'temporary', reason: 'recipient_rate_limited', retryAfterMilliseconds: null } as const;
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await dispatch(worker(() => result));
      time += 20 * MINUTE;
    }
    expect(await states()).toEqual(['purchase_approved failed recipient_rate_limited']);
    expect(told).toHaveLength(8);
  });

  it.each(['rate_limited', 'provider_unavailable', 'provider_unreadable'] as const)(
    'keeps a message waiting however long the provider is away: %s',
    async (reason) => {
      await happen('approved_purchase', 'A');
      for (let hours = 0; hours < 40; hours += 1) {
        await dispatch(worker(() => ({ outcome: 'temporary', reason, retryAfterMilliseconds: null })));
        time += 60 * MINUTE;
      }
      const [message] = await planned();
      expect(message?.status).toBe('scheduled');
      expect(message?.attempts).toBe(1);
      expect(message?.history.length).toBeLessThan(10);
      const { restUntil, restsInARow } = await services.instances.get('console', instance.id);
      expect(restsInARow).toBe(40);
      const lastAttemptAt = time - 60 * MINUTE;
      expect((restUntil?.getTime() ?? Number.NaN) - lastAttemptAt).toBeLessThanOrEqual(5 * MINUTE);
      await dispatch();
      expect(await states()).toEqual(['purchase_approved sent']);
    },
  );

  it('drops what the provider was away for too long for', async () => {
    await happen('approved_purchase', 'A');
    const away = worker(() => ({ outcome: 'temporary', reason: 'provider_unavailable', retryAfterMilliseconds: null }));
    await dispatch(away);
    time += 2 * DAY + MINUTE;
    await dispatch(away);
    expect(await states()).toEqual(['purchase_approved dropped too_old']);
  });

  it('gives up a message that fails while others are taken, and holds none of them up', async () => {
    await happen('approved_purchase', 'A');
    const [failing] = await planned();
    const picky = worker((outgoing) =>
      outgoing.id === failing?._id.toHexString()
        ? { outcome: 'temporary', reason: 'provider_unavailable', retryAfterMilliseconds: null }
        : accept(outgoing),
    );
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await happen('approved_purchase', `B${attempt}`);
      await dispatch(picky);
      time += 10 * MINUTE;
      await dispatch(picky);
      time += 10 * MINUTE;
    }
    const others = (await states()).filter((state) => state === 'purchase_approved sent');
    expect(others).toHaveLength(12);
    expect(await states()).toContain('purchase_approved failed provider_unavailable');
  });

  it('never comes when the worker dies: the message is uncertain until a person decides', async () => {
    await happen('approved_purchase', 'A');
    void dispatch(worker(() => new Promise(() => undefined)));
    await vi.waitFor(async () => expect(await states()).toEqual(['purchase_approved sending']));
    time += 2 * MINUTE;
    await dispatch();
    expect(await states()).toEqual(['purchase_approved uncertain worker_lost']);
    expect(told).toEqual([]);
    const [message] = await planned();
    await services.messageQueue.resolve('console', message?._id.toHexString() ?? '', false);
    await dispatch();
    expect(await states()).toEqual(['purchase_approved sent']);
  });
});

describe('an instance', () => {
  it('keeps its interval and its daily limit, whoever works', async () => {
    await services.instances.update('console', instance.id, { intervalMilliseconds: 10_000, dailyLimit: 7 });
    for (let sale = 0; sale < 10; sale += 1) await happen('approved_purchase', `sale ${sale}`);
    await Promise.all([dispatch(), dispatch(), dispatch()]);
    expect(told.map(({ at }) => at - START)).toEqual([0, 1, 2, 3, 4, 5, 6].map((count) => count * 10_000));
    await dispatch();
    expect(told).toHaveLength(7);
    time = Date.parse('2026-11-25T03:00:00.000Z');
    await dispatch();
    expect(told.slice(7).map(({ at }) => at - time)).toEqual([-20_000, -10_000, 0]);
  });

  it('rests outside its working hours', async () => {
    await services.instances.update('console', instance.id, {
      hours: { from: '08:00', to: '18:00', days: [1, 2, 3, 4, 5] },
    });
    time = Date.parse('2026-11-27T21:30:00.000Z');
    await happen('approved_purchase', 'A');
    await dispatch();
    expect(told).toEqual([]);
    await services.stores.update('console', store.id, { queueLimitDays: 5 });
    time = Date.parse('2026-11-29T20:59:00.000Z');
    await dispatch();
    expect(told).toEqual([]);
  });

  it('gives its queue to another one when it is removed', async () => {
    await services.instances.update('console', instance.id, { hours: { from: '08:00', to: '09:00', days: [7] } });
    await happen('approved_purchase', 'A');
    await dispatch();
    expect(await states()).toEqual(['purchase_approved waiting']);
    const other = await newInstance('Reserva');
    await services.instances.remove('console', instance.id);
    await dispatch();
    expect((await planned()).map(({ status, instanceId }) => [status, instanceId])).toEqual([['sent', other.id]]);
  });
});

describe('a worker that is killed', () => {
  it.each(['before', 'after'] as const)(
    '%s any of its writes has told no message twice, and two others finish its work',
    async (when) => {
      for (let write = 1; await diesAt(write, when); write += 1) {
        // Its lease is still held, and what it told is still being sent as far as anybody knows.
        await Promise.all([dispatch(), dispatch()]);
        time += 2 * MINUTE;
        await Promise.all([dispatch(), dispatch()]);
        const toldIds = told.map(({ outgoing }) => outgoing.id);
        expect(new Set(toldIds).size).toBe(toldIds.length);
        for (const { _id, status, reason } of await planned()) {
          if (status === 'sent') expect(toldIds).toContain(_id.toHexString());
          else expect([status, reason]).toEqual(['uncertain', 'worker_lost']);
        }
      }
    },
  );

  /** @returns false when it had done all before its `write`th write */
  async function diesAt(write: number, when: 'before' | 'after'): Promise<boolean> {
    told = [];
    store = await services.stores.create('console', { name: `Loja ${Math.random()}`, platform: 'assiny' });
    await services.instances.link('console', instance.id, store.id, true);
    for (const digit of [1, 2, 3]) {
      await happen('approved_purchase', `purchase ${digit}`, { client: { phone: `+551198765432${digit}` } });
    }
    const writes = killAtWrite(database.connection, write, when);
    await dispatch(worker()).catch(() => undefined);
    vi.restoreAllMocks();
    return writes() >= write;
  }
});

const EVENTS = [
  'abandoned_checkout',
  'refused',
  'pix_generated',
  'pix_expired',
  'approved_purchase',
  'refunded_purchase',
  'charged_back',
];

const HAPPENINGS = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('happen' as const),
      event: fc.constantFrom(...EVENTS),
      purchase: fc.constantFrom('A', 'B', 'C'),
      ago: fc.integer({ min: 0, max: 40 }),
    }),
    fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 5, 16, 31) }),
    fc.record({ do: fc.constant('crash' as const), write: fc.integer({ min: 1, max: 8 }), after: fc.boolean() }),
    fc.record({ do: fc.constant('kill' as const), write: fc.integer({ min: 1, max: 12 }), after: fc.boolean() }),
    fc.record({
      do: fc.constant('answer' as const),
      outcome: fc.constantFrom('accepted' as const, 'temporary' as const, 'uncertain' as const),
      reason: fc.constantFrom(
        'provider_unavailable' as const,
        'rate_limited' as const,
        'recipient_rate_limited' as const,
        'instance_disconnected' as const,
      ),
    }),
  ),
  { maxLength: 25 },
);
type Happening = (typeof HAPPENINGS extends fc.Arbitrary<infer All> ? All : never) extends (infer One)[] ? One : never;

describe('whatever happens', () => {
  it('a step goes out at most once, never below one that went out before nor right after the one before it, and all that did not go says why', async () => {
    await fc.assert(
      fc.asyncProperty(HAPPENINGS, async (happenings) => {
        store = await services.stores.create('console', { name: `Loja ${Math.random()}`, platform: 'assiny' });
        await services.instances.link('console', instance.id, store.id, true);
        told = [];
        let outcome: SendResult['outcome'] = 'accepted';
        let reason: SendFailure = 'provider_unavailable';
        const answer = (outgoing: OutgoingMessage): SendResult =>
          outcome === 'accepted' || outcome === 'final'
            ? accept(outgoing)
            : { outcome, reason, retryAfterMilliseconds: null };
        for (const step of happenings) {
          if (step.do === 'answer') ({ outcome, reason } = step);
          await begin(step);
          await Promise.allSettled([dispatch(worker(answer)), dispatch(worker(answer))]);
          vi.restoreAllMocks();
        }
        outcome = 'accepted';
        for (let round = 0; round < 40; round += 1) {
          time += 31 * MINUTE;
          await services.pipeline.drain();
          await dispatch(worker(answer));
        }
        await checkInvariants();
      }),
      { numRuns: 25 },
    );
  }, 300_000);

  function interrupt({ do: what, write, after }: Extract<Happening, { do: 'crash' | 'kill' }>): void {
    const when = after ? 'after' : 'before';
    if (what === 'kill') killAtWrite(database.connection, write, when);
    else interruptWrite(database.connection, write, when, new Error('the connection is lost'));
  }

  async function begin(step: Happening): Promise<void> {
    if (step.do === 'wait') time += step.minutes * MINUTE;
    if (step.do === 'crash' || step.do === 'kill') return interrupt(step);
    if (step.do !== 'happen') return;
    const at = new Date(time - step.ago * MINUTE);
    const isCart = step.event === 'abandoned_checkout';
    const fields = { createdAt: at, updatedAt: at, ...(isCart ? { transactionId: undefined } : {}) };
    await happen(step.event, step.purchase, fields);
  }

  async function checkInvariants(): Promise<void> {
    const all = await planned();
    const byId = new Map(all.map((message) => [message._id.toHexString(), message]));
    const left = told.filter(({ result }) => result.outcome !== 'temporary');
    expect(new Set(left.map(({ outgoing }) => outgoing.id)).size).toBe(left.length);
    const ranks = new Map<string, number>();
    for (const { outgoing } of left) {
      const message = byId.get(outgoing.id);
      if (!message) throw new Error('A message was sent that nobody planned');
      const rank = catalogueNotification(message.type).rank ?? Number.POSITIVE_INFINITY;
      expect(rank).toBeGreaterThanOrEqual(ranks.get(message.purchaseKey) ?? 0);
      ranks.set(message.purchaseKey, rank);
    }
    checkSpacing(left, byId);
    for (const { status, reason } of all) {
      expect(['sent', 'uncertain', 'cancelled', 'skipped', 'dropped', 'failed']).toContain(status);
      if (status !== 'sent') expect(reason).not.toBeNull();
    }
  }

  function checkSpacing(left: typeof told, byId: ReadonlyMap<string, MessageDocument>): void {
    const steps = left.flatMap(({ outgoing, at }) => {
      const message = byId.get(outgoing.id);
      return message ? [{ eventId: message.eventId, due: message.dueAt.getTime(), at }] : [];
    });
    for (const { eventId, due, at } of steps) {
      for (const earlier of steps.filter((other) => other.eventId === eventId && other.due < due)) {
        expect(at - earlier.at).toBeGreaterThanOrEqual(Math.min(due - earlier.due, 60 * MINUTE));
      }
    }
  }
});
