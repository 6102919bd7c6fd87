import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import type { LoopbackAnswer } from '../../scripts/simulate/providers/loopback-server.ts';
import {
  startWhatsAppCloudServer,
  type WhatsAppCloudServer,
} from '../../scripts/simulate/providers/whatsapp-cloud-server.ts';
import type { Intake } from '../../src/ingest/intake.ts';
import type { Spool } from '../../src/ingest/spool.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import { contactModel } from '../../src/messages/contact-book.ts';
import type { MessageDispatch } from '../../src/messages/message-dispatch.ts';
import { type MessageDocument, messageModel, statusUpdate } from '../../src/messages/message-model.ts';
import { messageReasonText } from '../../src/messages/message-reason-text.ts';
import { createWhatsAppCloudSender, whatsappCloudCredentials } from '../../src/senders/whatsapp-cloud.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { translator } from '../../src/text/text.ts';
import { useTestDatabase } from '../support/database.ts';
import { dispatchWith, dispatchWorker } from '../support/dispatch-worker.ts';
import { eventually } from '../support/eventually.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-11-24T15:00:00.000Z');

const database = useTestDatabase();
let time = START;
let services: Services;
let intake: Intake;
let spool: Spool;
let store: Store;
let worker: MessageDispatch;
let giveUp: AbortController;
let servers: WhatsAppCloudServer[] = [];
/** Meta shows the first number, and lets it send nothing. */
let isRestricted = false;
/** What Meta says then. */
let refusalCode = 131031;
let refusedByAccount = 0;
/** A phone to which Meta takes no next message so soon. */
let pairLimited: string | null = null;
/** Phones that Meta does not send to. */
let refusing: { phone: string; isOnWhatsApp: boolean }[] = [];

let purchases = 0;

const now = () => new Date(time);

beforeEach(async () => {
  time = START;
  servers = [];
  refusing = [];
  isRestricted = false;
  refusalCode = 131031;
  refusedByAccount = 0;
  pairLimited = null;
  giveUp = new AbortController();
  ({ services } = productOn(database.connection, { now }));
  await database.prepare();
  await services.sending.stop();
  ({ intake, spool } = await intakeOn(database.connection, services, { now }));
  store = await newStore('Loja');
  worker = dispatchWorker(database.connection, services, {
    // The credentials are read anew, as the product does, so that a change of them counts.
    async senderOf({ id }) {
      const { credentials } = await services.instances.credentialsOf(id);
      return createWhatsAppCloudSender(whatsappCloudCredentials.parse(credentials), now);
    },
    now,
    patience: () => giveUp.signal,
    async pause(milliseconds) {
      time += milliseconds;
    },
  });
});

afterEach(async () => {
  await spool.close();
  await Promise.all(servers.map((server) => server.close()));
  for (const model of Object.values(database.connection.models)) await model.deleteMany({});
});

async function newStore(name: string): Promise<Store> {
  return await services.stores.create('console', { name, platform: 'assiny' });
}

async function newInstance(of: Store = store): Promise<{ instance: Instance; server: WhatsAppCloudServer }> {
  const credentials = { phoneNumberId: `1000${servers.length}`, accessToken: 'the-token', appSecret: 'the-app-secret' };
  const server = await startWhatsAppCloudServer({
    ...credentials,
    isOnWhatsApp: (phone) => !refusing.some((one) => one.phone === phone && !one.isOnWhatsApp),
    isWindowOpen: (phone) => !refusing.some((one) => one.phone === phone && one.isOnWhatsApp),
    faultOf({ method, path, body }) {
      if (pairLimited !== null && body.includes(pairLimited)) {
        pairLimited = null;
        return { kind: 'answer', answer: problem(131056) };
      }
      if (!isRestricted || method !== 'POST' || !path.includes('/10000/')) return undefined;
      refusedByAccount += 1;
      return { kind: 'answer', answer: problem(refusalCode, 403) };
    },
    now,
  });
  const made = await services.instances.create('console', {
    name: `Número ${servers.length}`,
    provider: 'whatsapp-cloud',
    credentials: { ...credentials, verifyToken: 'the-verify-token', baseUrl: server.url },
    timezone: 'America/Sao_Paulo',
  });
  servers.push(server);
  await writeTo(made.id);
  return { instance: await services.instances.link('console', made.id, of.id, true), server };
}

const BUYERS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const phoneOf = (buyer: number) => `+551198000000${buyer}`;

/** Every buyer writes to a number, so that free text may be sent. */
async function writeTo(instanceId: string): Promise<void> {
  for (const buyer of BUYERS) await services.contacts.noteReply('console', instanceId, phoneOf(buyer), now());
}

async function buy(number: number, of: Store = store): Promise<string> {
  const phone = phoneOf(number);
  purchases += 1;
  const payload = assinyPayload({
    event: 'approved_purchase',
    transactionId: `purchase ${purchases}`,
    createdAt: now(),
    updatedAt: now(),
    client: { phone, email: `buyer${number}@example.com` },
  });
  await deliver(intake, of.webhookUrl, payload);
  await services.pipeline.drain();
  return phone;
}

async function states(of: Store = store): Promise<string[]> {
  const found = await messageModel(database.connection)
    .find({ storeId: of.id })
    .sort({ phone: 1, _id: 1 })
    .lean<MessageDocument[]>();
  return found.map(({ status, reason }) => [status, reason].filter(Boolean).join(' '));
}

/** When each message left, counted from the start. */
async function departures(): Promise<number[]> {
  const found = await messageModel(database.connection).find({ storeId: store.id }).lean<MessageDocument[]>();
  return found.map(({ sendingSince }) => (sendingSince?.getTime() ?? Number.NaN) - START).sort((a, b) => a - b);
}

async function connectionOf({ id }: Instance) {
  const { connection, connectionReason } = await services.instances.get('console', id);
  return [connection, connectionReason];
}

function answering(server: WhatsAppCloudServer, answer: LoopbackAnswer, times = 1): void {
  server.fail({ kind: 'answer', answer }, times);
}

function problem(code: number, status = 400): LoopbackAnswer {
  return { status, body: { error: { message: 'Said by Meta', type: 'OAuthException', code, fbtrace_id: 'x' } } };
}

/** Another store with an instance of its own, which nothing must stop. */
async function bystander() {
  const other = await newStore('Outra loja');
  const { server } = await newInstance(other);
  await buy(9, other);
  return { sent: () => server.accepted.length };
}

describe('a token that may look at the number and send nothing', () => {
  it('is noted each time that a message is refused, until one is taken; messages wait and lose no attempt', async () => {
    const { instance, server } = await newInstance();
    isRestricted = true;
    refusalCode = 10;
    await buy(0);
    for (let refusals = 1; refusals <= 3; refusals += 1) {
      await dispatchWith(worker);
      expect(await services.instances.get('console', instance.id)).toMatchObject({
        connection: 'disconnected',
        refusalsInARow: refusals,
        refusalReason: 'token_refused',
      });
      time += 2 * MINUTE;
    }
    isRestricted = false;
    await dispatchWith(worker);
    await dispatchWith(worker);
    expect(server.accepted).toHaveLength(1);
    expect(await services.instances.get('console', instance.id)).toMatchObject({
      connection: 'connected',
      refusalsInARow: 0,
      refusalReason: null,
    });
  });
});

describe('a token that is withdrawn in mid-queue', () => {
  it('pauses the instance; its messages wait, lose no attempt, and leave once the credentials are changed', async () => {
    const { instance, server } = await newInstance();
    const others = await bystander();
    server.setTokenRevoked(true);
    for (let number = 0; number < 3; number += 1) await buy(number);
    await dispatchWith(worker);
    await dispatchWith(worker);
    expect(await connectionOf(instance)).toEqual(['disconnected', 'token_refused']);
    expect(await states()).toEqual(['waiting', 'waiting', 'waiting']);
    expect(others.sent()).toBe(1);
    for (let check = 0; check < 10; check += 1) {
      time += 2 * MINUTE;
      await dispatchWith(worker);
    }
    const kept = await messageModel(database.connection).find({ storeId: store.id }).lean<MessageDocument[]>();
    expect(kept.map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
    // The first note of it, and the way back into the queue: waiting must not make a message grow.
    expect(kept.every(({ history }) => history.length <= 6)).toBe(true);
    expect(kept[0]?.history.map(({ reason }) => reason)).toContain('token_refused');
    expect(messageReasonText('token_refused', translator('pt-BR'))).toContain('Gere um novo token');
    server.setTokenRevoked(false);
    await services.instances.changeCredentials('console', instance.id, { accessToken: 'the-token' });
    await dispatchWith(worker);
    expect(await states()).toEqual(['sent', 'sent', 'sent']);
    expect(await connectionOf(instance)).toEqual(['connected', null]);
  });

  it('is noticed to work again without anybody’s doing', async () => {
    const { instance, server } = await newInstance();
    server.setTokenRevoked(true);
    await buy(1);
    await dispatchWith(worker);
    server.setTokenRevoked(false);
    await dispatchWith(worker);
    expect(await states()).toEqual(['waiting']);
    time += MINUTE;
    await dispatchWith(worker);
    expect(await states()).toEqual(['sent']);
    expect(await connectionOf(instance)).toEqual(['connected', null]);
  });

  it('sends its queue through the store’s other instance, one that is linked later too', async () => {
    const { server } = await newInstance();
    server.setTokenRevoked(true);
    for (let number = 0; number < 4; number += 1) await buy(number);
    await dispatchWith(worker);
    const { server: reserve } = await newInstance();
    time += MINUTE;
    await dispatchWith(worker);
    await dispatchWith(worker);
    expect(await states()).toEqual(['sent', 'sent', 'sent', 'sent']);
    expect(reserve.accepted).toHaveLength(4);
  });
});

describe('an account that Meta restricts', () => {
  it('is asked by one message, less and less often, and stays known as restricted until that is accepted', async () => {
    const { instance } = await newInstance();
    const others = await bystander();
    isRestricted = true;
    for (let number = 0; number < 4; number += 1) await buy(number);
    await dispatchWith(worker);
    const first = refusedByAccount;
    expect(await connectionOf(instance)).toEqual(['disconnected', 'account_restricted']);
    for (let minutes = 0; minutes < 4 * 60; minutes += 5) {
      time += 5 * MINUTE;
      await dispatchWith(worker);
      expect(await connectionOf(instance)).toEqual(['disconnected', 'account_restricted']);
    }
    // The one that asked may be on its way back to the queue.
    await dispatchWith(worker);
    expect(refusedByAccount - first).toBeGreaterThanOrEqual(3);
    expect(refusedByAccount - first).toBeLessThanOrEqual(10);
    expect(await states()).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
    const kept = await messageModel(database.connection).find({ storeId: store.id }).lean<MessageDocument[]>();
    expect(kept.every(({ history }) => history.length <= 6)).toBe(true);
    isRestricted = false;
    time += HOUR;
    await dispatchWith(worker);
    expect(await states()).toEqual(['sent', 'sent', 'sent', 'sent']);
    expect(await connectionOf(instance)).toEqual(['connected', null]);
    expect(others.sent()).toBe(1);
  });

  it('sends at once after a test that is accepted', async () => {
    const { instance } = await newInstance();
    isRestricted = true;
    await buy(1);
    await dispatchWith(worker);
    isRestricted = false;
    await services.checkConnection(await services.instances.get('console', instance.id));
    expect(await connectionOf(instance)).toEqual(['disconnected', 'account_restricted']);
    const restricted = await services.instances.get('console', instance.id);
    const test = { phone: phoneOf(2), text: 'Oi', imageUrl: null, template: null };
    expect(await services.testSend(restricted, test)).toMatchObject({ outcome: 'accepted' });
    await dispatchWith(worker);
    expect(await states()).toEqual(['sent']);
  });

  it('is an incident for the watchdog, although Meta shows the number', async () => {
    const { instance } = await newInstance();
    isRestricted = true;
    await buy(1);
    await dispatchWith(worker);
    time += 5 * MINUTE;
    await services.instanceWatch.run();
    const incident = await database.connection
      .collection<{ _id: string }>('incidents')
      .findOne({ _id: `instance_disconnected:${instance.id}` });
    expect(incident).toMatchObject({ isOpen: true });
  });
});

it('a queue is handed over only as far as the other number may write to its buyers', async () => {
  const { instance, server } = await newInstance();
  const { instance: reserve, server: other } = await newInstance();
  const lastReplies = await services.contacts.lastReplies('console', BUYERS.map(phoneOf));
  expect(lastReplies.size).toBe(20);
  await contactModel(database.connection).updateOne(
    { phone: phoneOf(2) },
    { $unset: { [`repliedTo.${reserve.id}`]: 1 } },
  );
  await services.instances.link('console', reserve.id, store.id, false);
  server.setTokenRevoked(true);
  for (let number = 0; number < 4; number += 1) await buy(number);
  await dispatchWith(worker);
  await services.instances.link('console', reserve.id, store.id, true);
  for (let minute = 0; minute < 3; minute += 1) {
    time += MINUTE;
    await dispatchWith(worker);
  }
  expect(await states()).toEqual(['sent', 'sent', 'waiting', 'sent']);
  expect(other.accepted).toHaveLength(3);
  server.setTokenRevoked(false);
  time += MINUTE;
  await dispatchWith(worker);
  expect(await states()).toEqual(['sent', 'sent', 'sent', 'sent']);
  expect(await connectionOf(instance)).toEqual(['connected', null]);
});

describe('an answer that is not the provider’s', () => {
  it.each<[string, LoopbackAnswer, string]>([
    ['a page with status 200', { status: 200, body: '<html>Welcome</html>' }, 'uncertain provider_unreadable'],
    ['a page with status 502', { status: 502, body: '<html>Bad Gateway</html>' }, 'uncertain answer_lost'],
    ['a page with status 503', { status: 503, body: '<html>Unavailable</html>' }, 'scheduled provider_unavailable'],
    ['an error with status 200', problem(131026, 200), 'failed not_on_whatsapp'],
    ['a message without its id', { status: 200, body: { messages: [] } }, 'uncertain provider_unreadable'],
  ])('%s', async (_, answer, state) => {
    const { server } = await newInstance();
    const others = await bystander();
    answering(server, answer);
    await buy(1);
    await dispatchWith(worker);
    expect(await states()).toEqual([state]);
    time += HOUR;
    await buy(2);
    await dispatchWith(worker);
    expect((await states())[1]).toBe('sent');
    expect(others.sent()).toBe(1);
  });

  it('that never comes holds up neither the interval nor the rest of the queue, and leaves the message uncertain', async () => {
    const { instance, server } = await newInstance();
    await services.instances.update('console', instance.id, { intervalMilliseconds: 10 * SECOND });
    const others = await bystander();
    server.fail({ kind: 'silence', processed: true });
    for (let number = 0; number < 4; number += 1) await buy(number);
    await worker.run(new AbortController().signal);
    await eventually(async () => expect((await states()).sort()).toEqual(['sending', 'sent', 'sent', 'sent']));
    expect(await departures()).toEqual([0, 10, 20, 30].map((at) => at * SECOND));
    // What comes meanwhile leaves through the same instance, whose lease nobody else has.
    await buy(5);
    await worker.run(new AbortController().signal);
    await eventually(async () => expect((await states()).filter((state) => state === 'sent')).toHaveLength(4));
    giveUp.abort();
    await worker.settled();
    expect((await states()).filter((state) => state !== 'sent')).toEqual(['uncertain no_answer']);
    expect(others.sent()).toBe(1);
  });
});

describe('a limit of the provider', () => {
  it('130429: the instance rests, longer each time, and gives back what it did not send', async () => {
    const { instance, server } = await newInstance();
    await services.instances.update('console', instance.id, { dailyLimit: 2 });
    const others = await bystander();
    answering(server, problem(130429, 429), 2);
    await buy(1);
    await buy(2);
    await dispatchWith(worker);
    const rested = await services.instances.get('console', instance.id);
    expect(rested.today.count).toBe(0);
    expect(rested.restUntil?.getTime()).toBeGreaterThan(time);
    expect(await states()).toEqual(['scheduled rate_limited', 'scheduled rate_limited']);
    expect(others.sent()).toBe(1);
    time += MINUTE;
    await dispatchWith(worker);
    expect(await states()).toEqual(['sent', 'sent']);
    expect((await services.instances.get('console', instance.id)).restsInARow).toBe(0);
  });

  it('130429 with Retry-After: nothing is sent before', async () => {
    const { server } = await newInstance();
    answering(server, { ...problem(130429, 429), headers: { 'retry-after': '120' } });
    await buy(1);
    await dispatchWith(worker);
    await buy(2);
    time += 119 * SECOND;
    await worker.run(AbortSignal.abort());
    expect(server.accepted).toEqual([]);
    time += SECOND;
    await dispatchWith(worker);
    expect(server.accepted).toHaveLength(2);
  });

  it('131056: nothing goes to that phone for six seconds, and others are not held up', async () => {
    const { server } = await newInstance();
    const phone = await buy(1);
    pairLimited = phone;
    await buy(1);
    await buy(2);
    await dispatchWith(worker);
    expect(server.accepted.map((message) => message.phone === phone)).toEqual([false]);
    for (let second = 0; second < 60; second += 1) {
      time += SECOND;
      await dispatchWith(worker);
    }
    const moments = server.accepted.filter((message) => message.phone === phone).map(({ at }) => at.getTime());
    expect(moments).toHaveLength(2);
    expect((moments[0] ?? 0) - START).toBeGreaterThanOrEqual(6 * SECOND);
    expect((moments[1] ?? 0) - (moments[0] ?? 0)).toBeGreaterThanOrEqual(6 * SECOND);
    expect(await states()).toEqual(['sent', 'sent', 'sent']);
  });

  it('131056: what is planned for that phone meanwhile waits as well, whatever became of the first one', async () => {
    const { server } = await newInstance();
    answering(server, problem(131056));
    const phone = await buy(1);
    await dispatchWith(worker);
    await messageModel(database.connection).updateOne({ phone }, statusUpdate('cancelled', now(), 'superseded'));
    time += SECOND;
    await buy(1);
    await buy(2);
    await dispatchWith(worker);
    expect(server.accepted.map((message) => message.phone)).toEqual([phoneOf(2)]);
    time += 5 * SECOND;
    await dispatchWith(worker);
    expect(server.accepted.map((message) => message.phone)).toEqual([phoneOf(2), phone]);
  });

  it('131047 and 131026 are the last word about a message, and about nothing else', async () => {
    const { instance, server } = await newInstance();
    const others = await bystander();
    refusing = [
      { phone: await buy(1), isOnWhatsApp: false },
      { phone: await buy(2), isOnWhatsApp: true },
    ];
    await buy(3);
    await dispatchWith(worker);
    expect(await states()).toEqual(['failed not_on_whatsapp', 'failed window_closed', 'sent']);
    expect(await connectionOf(instance)).toEqual(['connected', null]);
    expect(server.accepted).toHaveLength(1);
    expect(others.sent()).toBe(1);
  });
});

describe('a clock that is changed', () => {
  it('backwards: an instance waits neither for the old moment nor beyond its limit', async () => {
    const { instance, server } = await newInstance();
    await services.instances.update('console', instance.id, { intervalMilliseconds: MINUTE, dailyLimit: 3 });
    await buy(1);
    await dispatchWith(worker);
    time -= 5 * HOUR;
    await buy(2);
    await dispatchWith(worker);
    expect(server.accepted).toHaveLength(2);
    time = Date.parse('2026-11-25T02:59:00.000Z');
    for (let number = 3; number < 8; number += 1) await buy(number);
    for (let minute = 0; minute < 3; minute += 1) {
      await dispatchWith(worker);
      time += MINUTE;
    }
    time -= 10 * MINUTE;
    for (let minute = 0; minute < 8; minute += 1) {
      await dispatchWith(worker);
      time += MINUTE;
    }
    // Three of the day before midnight and three of the day after it, although midnight came twice.
    expect(server.accepted.length).toBeLessThanOrEqual(6);
  });

  it('forwards: what is being sent stays sent once', async () => {
    const { server } = await newInstance();
    server.fail({ kind: 'silence', processed: true });
    await buy(1);
    await worker.run(new AbortController().signal);
    await eventually(() => expect(server.accepted).toHaveLength(1));
    time += HOUR;
    await buy(2);
    await dispatchOther();
    giveUp.abort();
    await worker.settled();
    expect(await states()).toEqual(['uncertain no_answer', 'sent']);
    expect(server.accepted).toHaveLength(2);
  });

  it('backwards while a worker holds an instance and dies: another one takes it over', async () => {
    const { instance, server } = await newInstance();
    expect(await services.instances.lease(instance.id, 'dead')).not.toBeNull();
    time -= HOUR;
    await buy(1);
    await dispatchWith(worker);
    expect(server.accepted).toHaveLength(1);
  });

  async function dispatchOther(): Promise<void> {
    const patient = new AbortController();
    await dispatchWith(
      dispatchWorker(database.connection, services, {
        async senderOf({ id }) {
          const { credentials } = await services.instances.credentialsOf(id);
          return createWhatsAppCloudSender(whatsappCloudCredentials.parse(credentials), now);
        },
        now,
        patience: () => patient.signal,
        pause: async () => undefined,
      }),
    );
  }
});

describe('what is removed with a full queue', () => {
  it('an instance: its messages go to another one, or wait for one until they are too old', async () => {
    const { instance, server } = await newInstance();
    await services.instances.update('console', instance.id, { hours: { from: '08:00', to: '09:00', days: [7] } });
    const others = await bystander();
    for (let number = 0; number < 3; number += 1) await buy(number);
    await dispatchWith(worker);
    await services.instances.remove('console', instance.id);
    await dispatchWith(worker);
    expect(await states()).toEqual(Array(3).fill('scheduled no_instance'));
    // One that a release put there just after the removal.
    await messageModel(database.connection).updateOne(
      { storeId: store.id },
      { $set: { status: 'waiting', instanceId: instance.id } },
    );
    await dispatchWith(worker);
    expect((await states()).filter((state) => state.startsWith('scheduled'))).toHaveLength(3);
    const { server: next } = await newInstance();
    time += MINUTE;
    await dispatchWith(worker);
    expect(await states()).toEqual(['sent', 'sent', 'sent']);
    expect([server.accepted.length, next.accepted.length, others.sent()]).toEqual([0, 3, 1]);
  });

  it('its link to a store: the messages of that store wait for another one', async () => {
    const { instance, server } = await newInstance();
    const hours = { from: '08:00', to: '09:00', days: [7] };
    await services.instances.update('console', instance.id, { hours });
    await buy(1);
    await dispatchWith(worker);
    await services.instances.link('console', instance.id, store.id, false);
    await services.instances.update('console', instance.id, { hours: null });
    await dispatchWith(worker);
    await dispatchWith(worker);
    expect(await states()).toEqual(['scheduled no_instance']);
    expect(server.accepted).toEqual([]);
  });

  it('a store: its messages are cancelled', async () => {
    const { instance, server } = await newInstance();
    await services.instances.update('console', instance.id, { hours: { from: '08:00', to: '09:00', days: [7] } });
    const others = await bystander();
    await buy(1);
    await dispatchWith(worker);
    await buy(2);
    await services.stores.remove('console', store.id);
    await services.instances.update('console', instance.id, { hours: null });
    await dispatchWith(worker);
    expect(await states()).toEqual(['cancelled store_removed', 'cancelled store_removed']);
    expect([server.accepted.length, others.sent()]).toEqual([0, 1]);
  });
});
