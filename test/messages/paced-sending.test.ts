import mongoose from 'mongoose';
import { beforeEach, expect, it } from 'vitest';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import type { InstanceService } from '../../src/instances/instance-service.ts';
import { limitOf } from '../../src/instances/sending-pace.ts';
import { type MessageDocument, messageModel } from '../../src/messages/message-model.ts';
import type { Services } from '../../src/services.ts';
import { localDay } from '../../src/text/local-time.ts';
import { useTestDatabase } from '../support/database.ts';
import { dispatchWith, dispatchWorker } from '../support/dispatch-worker.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';

/** `PACED_THOUSANDS=10` takes some minutes. Limits and hours grow with it, so that it is about as many days. */
const THOUSANDS = Number(process.env.PACED_THOUSANDS ?? 1);
const MESSAGES = THOUSANDS * 1_000;
const INSTANCES = 20;
const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
/** The day before clocks change in New York. */
const START = Date.parse('2026-10-31T12:00:00.000Z');
/** All is sent before; a test that comes so far has left something behind. */
const LATEST = START + 20 * DAY;
/** Every day, for some minutes from an hour on. */
function minutesFrom(hour: string) {
  const open = THOUSANDS * 10;
  const to = `${String(Number(hour) + Math.floor(open / 60)).padStart(2, '0')}:${String(open % 60).padStart(2, '0')}`;
  return { from: `${hour}:00`, to, days: [1, 2, 3, 4, 5, 6, 7] };
}

/** What instances differ in, in turn. */
const PACES = [
  { intervalMilliseconds: 20_000 },
  { intervalMilliseconds: 10_000, dailyLimit: THOUSANDS * 15 },
  { intervalMilliseconds: 30_000, hours: minutesFrom('09') },
  { intervalMilliseconds: 0, dailyLimit: THOUSANDS * 19 },
  { intervalMilliseconds: 10_000, dailyLimit: THOUSANDS * 49, timezone: 'America/New_York' },
  { intervalMilliseconds: 20_000, hours: minutesFrom('01'), timezone: 'America/New_York' },
  { intervalMilliseconds: 10_000, warmUp: true },
  { intervalMilliseconds: 20_000, dailyLimit: THOUSANDS * 26, timezone: 'Asia/Tokyo' },
];

const database = useTestDatabase();
let time = START;
let services: Services;

const now = () => new Date(time);

beforeEach(async () => {
  time = START;
  ({ services } = productOn(database.connection, { now }));
  await database.prepare();
  await services.sending.stop();
});

/** One message of a real purchase, and as many others like it to other buyers. */
async function planMessages(): Promise<string> {
  const store = await services.stores.create('console', { name: 'Loja', platform: 'assiny' });
  const some = await services.instances.create('console', {
    name: 'Some',
    provider: 'log',
    credentials: {},
    timezone: store.timezone,
  });
  await services.instances.link('console', some.id, store.id, true);
  const { intake, spool } = await intakeOn(database.connection, services, { now });
  await deliver(
    intake,
    store.webhookUrl,
    assinyPayload({ event: 'approved_purchase', transactionId: 'A', createdAt: now(), updatedAt: now() }),
  );
  await services.pipeline.drain();
  await spool.close();
  await services.instances.remove('console', some.id);
  const messages = messageModel(database.connection);
  const first = await messages
    .findOneAndUpdate({}, { $set: { expiresAt: new Date(LATEST) } }, { returnDocument: 'after' })
    .lean<MessageDocument>();
  if (!first) throw new Error('The purchase has a message');
  const others = Array.from({ length: MESSAGES - 1 }, (_, number) => ({
    ...first,
    _id: new mongoose.Types.ObjectId(),
    purchaseKey: `purchase ${number}`,
    phone: `+551198${String(number).padStart(7, '0')}`,
  }));
  await messages.collection.insertMany(others);
  return store.id;
}

/** The time of a test in which nothing happens but what waits for it: it jumps to the next moment that somebody waits for. */
function simulatedClock() {
  const turns = new Set<string>();
  let waiting: { until: number; goOn(): void }[] = [];

  function advance(): void {
    if (waiting.length < turns.size || waiting.length === 0) return;
    time = Math.max(time, Math.min(...waiting.map(({ until }) => until)));
    const due = waiting.filter(({ until }) => until <= time);
    waiting = waiting.filter(({ until }) => until > time);
    for (const { goOn } of due) goOn();
  }

  return {
    begin: (turn: string) => void turns.add(turn),
    end(turn: string) {
      turns.delete(turn);
      advance();
    },
    pause: (milliseconds: number) =>
      new Promise<void>((resolve) => {
        waiting.push({ until: time + milliseconds, goOn: resolve });
        advance();
      }),
  };
}

it('due messages keep each instance’s interval and daily limit, whichever of two workers has it', async () => {
  const storeId = await planMessages();
  for (let number = 0; number < INSTANCES; number += 1) {
    const { timezone = 'America/Sao_Paulo', ...pace } = PACES[number % PACES.length] ?? {};
    const name = `Instance ${number}`;
    const made = await services.instances.create('console', { name, provider: 'log', credentials: {}, timezone });
    await services.instances.update('console', made.id, pace);
    await services.instances.link('console', made.id, storeId, true);
  }
  const clock = simulatedClock();
  const told = new Map<string, number[]>();
  const messageIds = new Set<string>();
  const holders = new Map<string, string>();
  const workers = new Map<string, Set<string>>();

  function watched(worker: string): InstanceService {
    return {
      ...services.instances,
      async lease(id, leaseId) {
        clock.begin(leaseId);
        const leased = await services.instances.lease(id, leaseId);
        if (!leased) return leased;
        expect(holders.get(id) ?? leaseId).toBe(leaseId);
        holders.set(id, leaseId);
        workers.set(id, (workers.get(id) ?? new Set()).add(worker));
        return leased;
      },
      async endLease(id, leaseId) {
        if (holders.get(id) === leaseId) holders.delete(id);
        await services.instances.endLease(id, leaseId);
        clock.end(leaseId);
      },
    };
  }

  const pair = ['first', 'second'].map((worker) =>
    dispatchWorker(database.connection, services, {
      senderOf: (instance) => ({
        async send({ id }) {
          expect(messageIds.has(id)).toBe(false);
          messageIds.add(id);
          told.set(instance.id, [...(told.get(instance.id) ?? []), time]);
          return { outcome: 'accepted', providerMessageId: id };
        },
        connection: async () => ({ state: 'connected' }),
      }),
      now,
      pause: clock.pause,
      instances: watched(worker),
    }),
  );

  while (messageIds.size < MESSAGES) {
    expect(time).toBeLessThan(LATEST);
    await Promise.all(pair.map(dispatchWith));
    // Nobody waits any longer than for the next hour.
    time = (Math.floor(time / HOUR) + 1) * HOUR;
  }

  for (const instance of await services.instances.list('console')) {
    const moments = told.get(instance.id) ?? [];
    const byDay = groupedByDay(moments, instance.timezone);
    for (const [number, [day, ofDay]] of [...byDay].entries()) {
      const isLast = number === byDay.size - 1;
      const limit = limitOf(instance, day);
      if (isLast || limit === Number.POSITIVE_INFINITY) expect(ofDay.length).toBeLessThanOrEqual(limit);
      else expect(ofDay).toHaveLength(limit);
      for (const [index, at] of ofDay.slice(1).entries()) {
        const gap = at - (ofDay[index] ?? 0);
        expect(gap).toBeGreaterThanOrEqual(instance.intervalMilliseconds * 0.9);
        expect(gap).toBeLessThanOrEqual(instance.intervalMilliseconds * 1.1);
      }
    }
  }
  expect(new Set([...workers.values()].flatMap((names) => [...names]))).toEqual(new Set(['first', 'second']));
  expect(await messageModel(database.connection).countDocuments({ status: 'sent' })).toBe(MESSAGES);
  process.stdout.write(`${MESSAGES} messages over ${INSTANCES} instances kept intervals and daily limits\n`);
}, 1_800_000);

function groupedByDay(moments: readonly number[], timezone: string): Map<string, number[]> {
  const byDay = new Map<string, number[]>();
  for (const at of moments) {
    const day = localDay(new Date(at), timezone);
    byDay.set(day, [...(byDay.get(day) ?? []), at]);
  }
  return byDay;
}
