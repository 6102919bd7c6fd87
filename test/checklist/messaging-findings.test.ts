import mongoose from 'mongoose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import { messageModel } from '../../src/messages/message-model.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { useTestDatabase } from '../support/database.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';

const NOON = new Date('2026-11-10T15:00:00Z');
const ITEMS = [
  'instance_linked',
  'instance_connected',
  'instance_type',
  'warm_up',
  'send_queue',
  'notifications',
  'happy_path',
  'sends',
];

describe('the checklist of a store’s messages', () => {
  const database = useTestDatabase();
  let workspace = 0;
  let services: ReturnType<typeof productOn>['services'];
  let store: Store;

  beforeEach(async () => {
    workspace += 1;
    ({ services } = productOn(database.connection, { now: () => NOON }));
    await database.prepare();
    store = await services.stores.create(`workspace ${workspace}`, { name: 'Curso', platform: 'assiny' });
  });

  afterEach(async () => {
    await services.sending.run();
    await services.dispatch.settled();
  });

  async function link(name = 'Atendimento') {
    const { workspaceId, id } = store;
    const made = await services.instances.create(workspaceId, {
      name,
      provider: 'log',
      credentials: {},
      timezone: 'America/Sao_Paulo',
    });
    return await services.instances.link(workspaceId, made.id, id, true);
  }

  async function items() {
    const current = await services.stores.get(store.workspaceId, store.id);
    const { items: all } = await services.checklist.check(current, 'pt-BR');
    return Object.fromEntries(all.filter(({ id }) => ITEMS.includes(id)).map((item) => [item.id, item]));
  }

  async function statuses() {
    return Object.fromEntries(Object.entries(await items()).map(([id, { status }]) => [id, status]));
  }

  it('waits, and blocks nothing, where buyers get no messages', async () => {
    expect(await statuses()).toEqual({
      instance_linked: 'waiting',
      instance_connected: 'ok',
      instance_type: 'ok',
      warm_up: 'ok',
      send_queue: 'ok',
      notifications: 'ok',
      happy_path: 'ok',
      sends: 'ok',
    });
    expect((await items()).instance_linked?.remedy).toContain('/instancia criar');
  });

  it('is green when a connected instance is linked, and blocked when the only one is disconnected', async () => {
    const instance = await link();
    expect((await statuses()).instance_connected).toBe('waiting');
    await services.checkConnection(instance);
    expect(await statuses()).toMatchObject({
      instance_linked: 'ok',
      instance_connected: 'ok',
      warm_up: 'ok',
      notifications: 'ok',
    });
    await services.instances.noteConnection(instance.id, 'disconnected', 'qr_code');
    expect((await items()).instance_connected).toMatchObject({
      status: 'blocked',
      seen: 'Desconectada: Atendimento.',
      remedy: expect.stringContaining('/instancia ver'),
    });
    await services.checkConnection(await link('Reserva'));
    expect((await statuses()).instance_connected).toBe('attention');
  });

  it('tells of a warm-up, of a happy path that is off, and of texts that do not render', async () => {
    const instance = await link();
    await services.instances.update(store.workspaceId, instance.id, { warmUp: true });
    await services.stores.update(store.workspaceId, store.id, { happyPath: false });
    const settings = await services.notifications.get(store.id, 'purchase_approved');
    const [step] = settings.steps;
    if (!step) throw new Error('A notification has a step');
    const steps = [{ ...step, texts: ['{{tracking.sck}}'] }];
    await services.notifications.save(store.id, { ...settings, steps });
    expect(await statuses()).toMatchObject({
      warm_up: 'attention',
      happy_path: 'attention',
      notifications: 'attention',
    });
    expect((await items()).notifications?.seen).toContain('Compra aprovada');
  });

  it('tells of an instance that only prints, and not of one that sends', async () => {
    const printing = await link();
    expect((await items()).instance_type).toMatchObject({
      status: 'attention',
      seen: expect.stringContaining('Atendimento'),
      remedy: expect.stringContaining('/instancia criar'),
    });
    const { workspaceId, id } = store;
    const { instances } = services;
    const credentials = { url: 'https://shop.example.invalid/send', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
    const input = { name: 'Loja', provider: 'http', credentials, timezone: 'America/Sao_Paulo' } as const;
    await instances.link(workspaceId, (await instances.create(workspaceId, input)).id, id, true);
    await instances.link(workspaceId, printing.id, id, false);
    expect((await items()).instance_type).toMatchObject({ status: 'ok', remedy: null });
  });

  it('tells of a queue that is more than a day of sending', async () => {
    const instance = await link();
    expect((await items()).send_queue).toMatchObject({ status: 'ok', seen: 'Nada espera.', remedy: null });
    const { intake, spool } = await intakeOn(database.connection, services, { now: () => NOON });
    const payload = assinyPayload({ event: 'approved_purchase', transactionId: 'a', createdAt: NOON, updatedAt: NOON });
    await deliver(intake, store.webhookUrl, payload);
    await spool.close();
    await services.pipeline.drain();
    await services.sending.run();
    await services.dispatch.settled();
    await services.instances.update(store.workspaceId, instance.id, { dailyLimit: 1 });
    const messages = messageModel(database.connection);
    const [message] = await messages.find({ storeId: store.id }).lean();
    if (!message) throw new Error('A sale has a message');
    const copies = [1, 2].map((copy) => ({
      ...message,
      _id: new mongoose.Types.ObjectId(),
      step: copy,
      status: 'waiting' as const,
      instanceId: instance.id,
    }));
    await services.sending.stop();
    await messages.insertMany(copies.slice(0, 1));
    expect((await items()).send_queue).toMatchObject({ status: 'ok', seen: '1 mensagem espera a vez.' });
    await messages.insertMany(copies.slice(1));
    expect((await items()).send_queue).toMatchObject({
      status: 'attention',
      seen: 'Mais do que sai em um dia: Atendimento. Ao todo, 2 na fila.',
      remedy: expect.stringContaining('/instancia editar'),
    });
  });

  it('waits for the first send, and tells of notifications that are all off', async () => {
    await link();
    expect(await statuses()).toMatchObject({ sends: 'waiting', notifications: 'ok' });
    for (const settings of await services.notifications.all(store.id)) {
      await services.notifications.save(store.id, { ...settings, enabled: false });
    }
    expect((await items()).notifications).toMatchObject({
      status: 'attention',
      seen: 'Nenhuma ligada.',
      remedy: expect.stringContaining('/notificacoes ligar'),
    });
  });

  it('counts failed sends', async () => {
    await link();
    const { intake, spool } = await intakeOn(database.connection, services, { now: () => NOON });
    for (const transactionId of ['a', 'b']) {
      const payload = assinyPayload(
        { event: 'approved_purchase', transactionId, createdAt: NOON, updatedAt: NOON },
        () => 0.5,
      );
      await deliver(intake, store.webhookUrl, payload);
    }
    await spool.close();
    await services.pipeline.drain();
    await services.sending.run();
    await services.dispatch.settled();
    expect((await items()).sends).toMatchObject({ status: 'ok', seen: 'Falhas nos últimos 7 dias: 0 de 2.' });
    await messageModel(database.connection).updateOne(
      { storeId: store.id },
      { $set: { status: 'failed', reason: 'not_on_whatsapp' } },
    );
    expect((await items()).sends).toMatchObject({ status: 'attention', seen: 'Falhas nos últimos 7 dias: 1 de 2.' });
    await messageModel(database.connection).updateOne({ storeId: store.id }, { $set: { status: 'uncertain' } });
    expect((await items()).sends).toMatchObject({
      status: 'attention',
      seen: '1 mensagem dos últimos 7 dias sem certeza de ter saído.',
      remedy: expect.stringContaining('/instancia fila'),
    });
  });

  it('tells of uncertain messages although their instance was removed', async () => {
    const instance = await link();
    const { intake, spool } = await intakeOn(database.connection, services, { now: () => NOON });
    const payload = assinyPayload({ event: 'approved_purchase', transactionId: 'a', createdAt: NOON, updatedAt: NOON });
    await deliver(intake, store.webhookUrl, payload);
    await spool.close();
    await services.pipeline.drain();
    await messageModel(database.connection).updateOne({ storeId: store.id }, { $set: { status: 'uncertain' } });
    await services.instances.remove(store.workspaceId, instance.id);
    expect((await items()).sends).toMatchObject({
      status: 'attention',
      remedy: expect.stringContaining('removidas'),
    });
  });

  it('tells of messages that wait although nothing is linked any more', async () => {
    const instance = await link();
    await services.sending.stop();
    const { intake, spool } = await intakeOn(database.connection, services, { now: () => NOON });
    const payload = assinyPayload({ event: 'approved_purchase', transactionId: 'a', createdAt: NOON, updatedAt: NOON });
    await deliver(intake, store.webhookUrl, payload);
    await spool.close();
    await services.pipeline.drain();
    await services.instances.remove(store.workspaceId, instance.id);
    expect((await items()).send_queue).toMatchObject({
      status: 'attention',
      seen: '1 mensagem espera uma instância.',
      remedy: expect.stringContaining('/instancia vincular'),
    });
  });

  it('tells of notifications that have no template where Meta asks for one', async () => {
    const { workspaceId, id } = store;
    const credentials = {
      phoneNumberId: '106540352242922',
      accessToken: 'token',
      appSecret: 'secret',
      verifyToken: 'word',
    };
    const input = { name: 'Meta', provider: 'whatsapp-cloud', credentials, timezone: 'America/Sao_Paulo' } as const;
    await services.instances.link(workspaceId, (await services.instances.create(workspaceId, input)).id, id, true);
    for (const settings of await services.notifications.all(id)) {
      const enabled = settings.type === 'purchase_approved' || settings.type === 'pix_generated';
      await services.notifications.save(id, { ...settings, enabled });
    }
    const template = { name: 'compra_aprovada', language: 'pt_BR', parameters: [], imageUrl: null };
    const approved = await services.notifications.get(id, 'purchase_approved');
    await services.notifications.save(id, {
      ...approved,
      steps: approved.steps.map((step) => ({ ...step, template })),
    });
    expect((await items()).notifications).toMatchObject({
      status: 'attention',
      seen: 'Sem modelo aprovado: 1 de 2 notificações ligadas.',
      remedy: expect.stringContaining('/notificacoes modelo'),
    });
  });
});
