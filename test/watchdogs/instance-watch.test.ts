import mongoose from 'mongoose';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '../../src/chat/message.ts';
import type { ConnectionCheck } from '../../src/instances/connection-check.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import { type MessageDocument, type MessageStatus, messageModel } from '../../src/messages/message-model.ts';
import type { ConnectionState } from '../../src/senders/sender.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { createIncidents } from '../../src/watchdogs/incidents.ts';
import { createInstanceWatch, type InstanceWatch } from '../../src/watchdogs/instance-watch.ts';
import { useTestDatabase } from '../support/database.ts';
import { interruptWrite } from '../support/interrupt.ts';
import { productOn } from '../support/product.ts';
import { printingInstance } from '../support/subject.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A Tuesday noon in São Paulo. */
const NOON = Date.parse('2026-11-24T15:00:00Z');
const DISCONNECTED: ConnectionState = { state: 'disconnected', reason: 'qr_code', qrCode: 'iVBOR' };

const database = useTestDatabase();
let time = NOON;
let workspace = 0;
let connection: ConnectionState = { state: 'connected' };
let checked: string[] = [];
let product: ReturnType<typeof productOn>;
let store: Store;
let instance: Instance;

const now = () => new Date(time);

beforeEach(async () => {
  time = NOON;
  workspace += 1;
  connection = { state: 'connected' };
  product = productOn(database.connection, { now });
  await database.prepare();
  const { stores } = product.services;
  store = await stores.create(`workspace ${workspace}`, { name: 'Curso', platform: 'assiny', channelId: 'vendas' });
  instance = await printingInstance(product.services, store, 'Atendimento');
  await product.services.instances.noteConnection(instance.id, 'connected', null);
  checked = [];
});

afterEach(async () => {
  vi.restoreAllMocks();
  await product.services.posting.run();
  for (const model of Object.values(database.connection.models)) await model.deleteMany({});
});

/** A process of its own; its provider says what `connection` is. */
function watcher(): InstanceWatch {
  const { services } = product;
  const checkConnection: ConnectionCheck = async ({ id }) => {
    checked.push(id);
    const reason = connection.state === 'connected' ? null : connection.reason;
    await services.instances.noteConnection(id, connection.state, reason);
    return connection;
  };
  return createInstanceWatch({
    ...services,
    checkConnection,
    incidents: createIncidents({ connection: database.connection, outbox: services.outbox }),
    onNoted: () => undefined,
    locale: 'pt-BR',
    log: pino({ level: 'silent' }),
    now,
  });
}

/** A round three minutes after the one before. */
async function round(by: InstanceWatch = watcher()): Promise<void> {
  await by.run();
  time += 3 * MINUTE;
}

async function posts(): Promise<Message[]> {
  await product.services.posting.run();
  return product.surface.posts.map(({ message }) => message);
}

const titles = async () => (await posts()).map(({ title }) => title);

let added = 0;
/** Messages of the instance as they would be after an attempt, or before one. */
async function addMessages(count: number, status: MessageStatus, reason: string | null = null): Promise<void> {
  const wasAttempted = status !== 'waiting';
  const documents = Array.from({ length: count }, (): MessageDocument => {
    added += 1;
    return {
      _id: new mongoose.Types.ObjectId(),
      workspaceId: store.workspaceId,
      storeId: store.id,
      type: 'purchase_approved',
      step: 0,
      purchaseKey: `purchase ${added}`,
      orderKey: `order ${added}`,
      eventId: `event ${added}`,
      phone: '+5511987654321',
      firstName: 'Joana',
      dueAt: now(),
      availableAt: now(),
      expiresAt: new Date(time + 48 * HOUR),
      status,
      reason,
      supersededBy: null,
      instanceId: instance.id,
      queuedAt: now(),
      attempts: wasAttempted ? 1 : 0,
      claimId: null,
      phoneHold: null,
      repliedAt: null,
      sendingSince: wasAttempted ? now() : null,
      sentAt: status === 'sent' ? now() : null,
      providerMessageId: null,
      history: [],
      createdAt: now(),
    };
  });
  await messageModel(database.connection).insertMany(documents);
}

describe('the connection of an instance', () => {
  it('is told once when it is lost, and once when it is back, in the channels of its stores', async () => {
    await addMessages(2, 'waiting');
    await round();
    expect(await titles()).toEqual([]);
    connection = DISCONNECTED;
    for (let rounds = 0; rounds < 4; rounds += 1) await round();
    const [lost, ...others] = await posts();
    expect(others).toEqual([]);
    expect(lost).toMatchObject({ title: '“Atendimento” está desconectada', tone: 'danger' });
    expect(JSON.stringify(lost)).toContain('2 mensagens esperam');
    expect(JSON.stringify(lost)).toContain(`/instancia ver instancia:${instance.id}`);
    expect(JSON.stringify(lost)).not.toContain('iVBOR');
    connection = { state: 'connected' };
    for (let rounds = 0; rounds < 3; rounds += 1) await round();
    expect(await titles()).toEqual([lost?.title, '“Atendimento” voltou a se conectar']);
    connection = DISCONNECTED;
    for (let rounds = 0; rounds < 3; rounds += 1) await round();
    expect(await titles()).toHaveLength(3);
  });

  it('is no news when it is back at once', async () => {
    await product.services.instances.noteConnection(instance.id, 'disconnected', 'instance_disconnected');
    connection = DISCONNECTED;
    await round();
    connection = { state: 'connected' };
    await round();
    expect(await titles()).toEqual([]);
  });

  it('is lost when no message is taken, although the provider calls it connected each time', async () => {
    const { instances } = product.services;
    await addMessages(2, 'waiting');
    for (let rounds = 0; rounds < 5; rounds += 1) {
      await instances.noteRefused(instance.id, 'token_refused');
      await round();
    }
    const [lost, ...others] = await posts();
    expect(others).toEqual([]);
    expect(lost).toMatchObject({ title: '“Atendimento” está desconectada', tone: 'danger' });
    expect(JSON.stringify(lost)).toContain('não aceitou as credenciais');
    await instances.noteAccepted(await instances.get(store.workspaceId, instance.id));
    await round();
    expect(await titles()).toEqual([lost?.title, '“Atendimento” voltou a se conectar']);
  });

  it('is no news when a message was refused and the provider is connected again', async () => {
    const { instances } = product.services;
    await instances.noteRefused(instance.id, 'instance_disconnected');
    for (let rounds = 0; rounds < 3; rounds += 1) await round();
    expect(await titles()).toEqual([]);
  });

  it('says what the provider has against it', async () => {
    connection = { state: 'disconnected', reason: 'token_refused', qrCode: null };
    await round();
    await round();
    expect(JSON.stringify(await posts())).toContain('não aceitou as credenciais');
  });

  it('is told once in each channel, and not for a paused store', async () => {
    const { stores, instances } = product.services;
    for (const [name, channelId] of [
      ['Mesmo canal', 'vendas'],
      ['Outro canal', 'equipe'],
      ['Pausada', 'equipe'],
    ] as const) {
      const other = await stores.create(store.workspaceId, { name, platform: 'assiny', channelId });
      await instances.link(store.workspaceId, instance.id, other.id, true);
      if (name === 'Pausada') await stores.update(store.workspaceId, other.id, { paused: true });
    }
    connection = DISCONNECTED;
    await round();
    await round();
    await posts();
    expect(product.surface.posts.map(({ channelId }) => channelId).sort()).toEqual(['equipe', 'vendas']);
  });
});

describe('looking at instances', () => {
  it('is done by one process at a time, every few minutes', async () => {
    const watchers = [watcher(), watcher(), watcher()];
    await Promise.all(watchers.map(({ run }) => run()));
    expect(checked).toEqual([instance.id]);
    time += 2 * MINUTE;
    await Promise.all(watchers.map(({ run }) => run()));
    expect(checked).toHaveLength(1);
    time += MINUTE;
    await Promise.all(watchers.map(({ run }) => run()));
    expect(checked).toHaveLength(2);
  });

  it('leaves out what is removed, and what neither a store nor a queue needs', async () => {
    const { instances } = product.services;
    await instances.link(store.workspaceId, instance.id, store.id, false);
    await round();
    expect(checked).toEqual([]);
    await addMessages(1, 'waiting');
    await round();
    expect(checked).toEqual([instance.id]);
    await instances.remove(store.workspaceId, instance.id);
    await round();
    expect(checked).toHaveLength(1);
  });

  it('goes on with the others when one cannot be looked at', async () => {
    await printingInstance(product.services, store, 'Reserva');
    const { countWaiting } = product.services.messageQueue;
    vi.spyOn(product.services.messageQueue, 'countWaiting').mockImplementation(async (asked) => {
      if (asked.id === instance.id) throw new Error('a lost connection to the database');
      return await countWaiting(asked);
    });
    await round();
    expect(checked).toHaveLength(1);
  });

  it.each(['before', 'after'] as const)('tells each change once when a process dies %s any write', async (when) => {
    for (let step = 1; step < 9; step += 1) {
      connection = step % 2 === 1 ? DISCONNECTED : { state: 'connected' };
      if (step % 2 === 1) await round();
      interruptWrite(database.connection, step, when, new Error('the process died'));
      await watcher().run();
      vi.restoreAllMocks();
      time += 3 * MINUTE;
      await Promise.all([watcher().run(), watcher().run()]);
      time += 3 * MINUTE;
      await round();
      expect(await titles(), `after ${step}`).toHaveLength(step);
    }
  });
});

describe('a queue', () => {
  it('that is more than a day of sending is told once, and once when it fits again', async () => {
    await product.services.instances.update(store.workspaceId, instance.id, { dailyLimit: 10 });
    await addMessages(25, 'waiting');
    await round();
    await round();
    const [slow, ...others] = await posts();
    expect(others).toEqual([]);
    expect(slow?.title).toBe('A fila de “Atendimento” não termina hoje');
    expect(JSON.stringify(slow)).toContain('25 mensagens na fila são mais do que ela envia em um dia');
    expect(JSON.stringify(slow)).toContain('26/11/2026');
    await product.services.instances.update(store.workspaceId, instance.id, { dailyLimit: 100 });
    await round();
    await round();
    expect(await titles()).toEqual([slow?.title, 'A fila de “Atendimento” voltou a caber no dia']);
  });

  it('that only waits for the morning, or for Monday, is no news', async () => {
    await product.services.instances.update(store.workspaceId, instance.id, {
      intervalMilliseconds: MINUTE,
      hours: { from: '08:00', to: '18:00', days: [1, 2, 3, 4, 5] },
    });
    await addMessages(500, 'waiting');
    for (const moment of ['2026-11-24T20:55:00Z', '2026-11-25T02:00:00Z', '2026-11-28T15:00:00Z']) {
      time = Date.parse(moment);
      await round();
    }
    expect(await titles()).toEqual([]);
    await addMessages(101, 'waiting');
    await round();
    expect(await titles()).toHaveLength(1);
  });
});

describe('sends', () => {
  it('that fail too often are told once with the reasons, and once when it is over', async () => {
    await addMessages(8, 'sent');
    await addMessages(1, 'failed', 'not_on_whatsapp');
    await round();
    expect(await titles()).toEqual([]);
    await addMessages(2, 'failed', 'token_refused');
    await round();
    await round();
    const [failing, ...others] = await posts();
    expect(others).toEqual([]);
    expect(failing).toMatchObject({ title: 'Muitos envios de “Atendimento” estão falhando', tone: 'danger' });
    expect(failing?.blocks).toContainEqual({ type: 'paragraph', text: 'Na última hora: 11 envios, 3 falhas.' });
    const table = failing?.blocks.find((block) => block.type === 'table');
    expect(table?.type === 'table' && table.rows[0]).toEqual(['2', expect.stringContaining('Gere um novo token')]);
    expect(JSON.stringify(failing)).not.toMatch(/Joana|4321/);
    await addMessages(10, 'sent');
    await round();
    expect(await titles()).toHaveLength(1);
    await addMessages(20, 'sent');
    await round();
    await round();
    expect(await titles()).toEqual([failing?.title, 'Os envios de “Atendimento” voltaram ao normal']);
  });

  it('that are few, or an hour old, say nothing', async () => {
    await addMessages(9, 'failed', 'not_on_whatsapp');
    await round();
    expect(await titles()).toEqual([]);
    time += HOUR;
    await addMessages(9, 'failed', 'not_on_whatsapp');
    await round();
    expect(await titles()).toEqual([]);
  });

  it('count once that the provider took and could not deliver', async () => {
    await addMessages(10, 'sent');
    await messageModel(database.connection).updateMany({}, { $set: { status: 'failed', reason: 'not_on_whatsapp' } });
    await round();
    expect(JSON.stringify(await posts())).toContain('Na última hora: 10 envios, 10 falhas.');
  });
});
