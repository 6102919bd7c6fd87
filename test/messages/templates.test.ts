import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assinyPayload } from '../../scripts/simulate/assiny-payload.ts';
import {
  startWhatsAppCloudServer,
  type WhatsAppCloudServer,
} from '../../scripts/simulate/providers/whatsapp-cloud-server.ts';
import type { Intake } from '../../src/ingest/intake.ts';
import type { Spool } from '../../src/ingest/spool.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import { messageModel } from '../../src/messages/message-model.ts';
import { messageReasonText } from '../../src/messages/message-reason-text.ts';
import type { NotificationTemplate } from '../../src/messages/message-template.ts';
import { withStep } from '../../src/messages/notification-settings.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { translator } from '../../src/text/text.ts';
import { useTestDatabase } from '../support/database.ts';
import { deliver, intakeOn } from '../support/intake.ts';
import { productOn } from '../support/product.ts';
import { printingInstance } from '../support/subject.ts';

const DAY = 24 * 60 * 60_000;
const PHONE = '+5511900001234';
const CLOUD = {
  phoneNumberId: '106540352242922',
  accessToken: 'the-token',
  appSecret: 'secret',
  verifyToken: 'a-word',
};
const APPROVED: NotificationTemplate = {
  name: 'compra_aprovada',
  language: 'pt_BR',
  parameters: ['customer.first_name', 'order.total'],
  imageUrl: null,
};

const database = useTestDatabase();
let time = Date.parse('2026-11-24T15:00:00.000Z');
let services: Services;
let intake: Intake;
let spool: Spool;
let cloud: WhatsAppCloudServer;
let store: Store;
let instance: Instance;

const now = () => new Date(time);

beforeAll(async () => {
  cloud = await startWhatsAppCloudServer({
    ...CLOUD,
    templates: [
      { name: 'compra_aprovada', body: 'Oi {{1}}, seu pagamento de {{2}} foi aprovado.' },
      { name: 'pausado', body: 'Oi!', status: 'PAUSED' },
    ],
    now,
  });
});

afterAll(() => cloud.close());

beforeEach(async () => {
  time += 2 * DAY;
  ({ services } = productOn(database.connection, { now }));
  await database.prepare();
  await services.sending.stop();
  ({ intake, spool } = await intakeOn(database.connection, services, { now }));
  store = await services.stores.create('console', { name: `Loja ${Math.random()}`, platform: 'assiny' });
  instance = await newInstance('Oficial');
});

afterEach(async () => {
  await spool.close();
  for (const model of Object.values(database.connection.models)) await model.deleteMany({});
});

async function newInstance(name: string): Promise<Instance> {
  const credentials = { ...CLOUD, baseUrl: cloud.url };
  const input = { name, provider: 'whatsapp-cloud' as const, credentials, timezone: 'America/Sao_Paulo' };
  const made = await services.instances.create('console', input);
  return await services.instances.link('console', made.id, store.id, true);
}

async function use(template: NotificationTemplate | null): Promise<void> {
  const settings = await services.notifications.get(store.id, 'purchase_approved');
  await services.notifications.save(store.id, withStep(settings, 0, { template }));
}

/** A sale whose message goes out at once. @returns what became of it, and why */
async function sell(transactionId: string, fields: object = {}): Promise<string> {
  const at = now();
  const client = { full_name: 'Joana Compradora', phone: PHONE };
  const payload = { event: 'approved_purchase', transactionId, amount: 19_700, createdAt: at, updatedAt: at, client };
  await deliver(
    intake,
    store.webhookUrl,
    assinyPayload({ ...payload, ...fields }, () => 0.5),
  );
  await services.pipeline.drain();
  await services.dispatch.run(new AbortController().signal);
  await services.dispatch.settled();
  const message = await messageModel(database.connection).findOne({ storeId: store.id }).sort({ _id: -1 }).lean();
  return [message?.status, message?.reason].filter(Boolean).join(' ');
}

async function reply(to: Instance): Promise<void> {
  const replies = [{ providerMessageId: `reply ${time}`, phone: PHONE, text: 'Oi', at: now() }];
  await services.receipts.take(to, { receipts: [], replies });
  // The loopback server opens its window, too; nobody listens to what it tells.
  await cloud.sendReply(`${cloud.url}/nobody`, PHONE, 'Oi');
}

describe('a message by the Cloud API', () => {
  it('is the template, filled in, to a buyer who has not written', async () => {
    await use(APPROVED);
    expect(await sell('a')).toBe('sent');
    expect(cloud.accepted.at(-1)).toMatchObject({ template: 'compra_aprovada', text: 'Joana R$ 197,00' });
  });

  it('is the text within 24 hours of a reply, and the template after', async () => {
    await use(APPROVED);
    await reply(instance);
    expect(await sell('a')).toBe('sent');
    expect(cloud.accepted.at(-1)).toMatchObject({
      template: null,
      text: expect.stringContaining('Pagamento aprovado'),
    });
    time += DAY;
    expect(await sell('b')).toBe('sent');
    expect(cloud.accepted.at(-1)).toMatchObject({ template: 'compra_aprovada' });
  });

  it('is the template when the reply went to another number', async () => {
    const other = await newInstance('Outra');
    await use(APPROVED);
    await services.instances.link('console', other.id, store.id, false);
    await reply(other);
    expect(await sell('a')).toBe('sent');
    expect(cloud.accepted.at(-1)).toMatchObject({ template: 'compra_aprovada' });
  });

  it('ends with a reason and a remedy without a template', async () => {
    const state = await sell('a');
    expect(state).toBe('failed window_closed');
    const said = messageReasonText('window_closed', translator('pt-BR'));
    expect(said).toContain('Fora da janela de 24 horas e sem modelo aprovado');
    expect(said).toContain('/notificacoes modelo');
  });

  it.each([
    [{ ...APPROVED, name: 'desconhecido' }, 'failed template_unknown'],
    [{ ...APPROVED, language: 'en_US' }, 'failed template_unknown'],
    [{ ...APPROVED, parameters: ['customer.first_name'] }, 'failed template_parameters'],
    [{ ...APPROVED, name: 'pausado', parameters: [] }, 'failed template_paused'],
  ])('ends with what Meta says about the template: %o', async (template, state) => {
    await use(template);
    expect(await sell('a')).toBe(state);
  });

  it('is skipped when the event lacks what the template needs, and only outside the window', async () => {
    await use({ ...APPROVED, parameters: ['customer.first_name', 'order.billet_barcode'] });
    expect(await sell('a')).toBe('skipped template_variable_missing: order.billet_barcode');
    const reason = 'template_variable_missing: order.billet_barcode';
    expect(messageReasonText(reason, translator('pt-BR'))).toContain('não traz order.billet_barcode, que o modelo usa');
    await reply(instance);
    expect(await sell('b')).toBe('sent');
  });

  it('is the product’s own template for that product alone', async () => {
    const product = { productId: 'p1', productName: 'Curso de Violão' };
    await use({ ...APPROVED, name: 'desconhecido' });
    const settings = await services.notifications.get(store.id, 'purchase_approved');
    const own = { productId: 'p1', enabled: true, text: null, template: APPROVED };
    await services.notifications.save(store.id, { ...settings, products: [own] });
    expect(await sell('a', { product })).toBe('sent');
    time += 60_000;
    expect(await sell('b', { product: { ...product, productId: 'p2' } })).toBe('failed template_unknown');
  });
});

describe('a message that no template opens the window for', () => {
  async function newest() {
    return await messageModel(database.connection).findOne({ storeId: store.id }).sort({ _id: -1 }).lean();
  }

  async function dispatchAgain(): Promise<void> {
    await services.dispatch.run(new AbortController().signal);
    await services.dispatch.settled();
  }

  it('leaves through the number that the buyer wrote to, however long its queue', async () => {
    const other = await newInstance('Outra');
    await reply(other);
    for (const sale of ['a', 'b', 'c']) {
      time += 60_000;
      expect(await sell(sale)).toBe('sent');
      expect((await newest())?.instanceId).toBe(other.id);
    }
  });

  it('leaves through a number that needs no window', async () => {
    const printing = await printingInstance(services, store, 'Livre');
    for (const sale of ['a', 'b']) {
      expect(await sell(sale)).toBe('sent');
      expect((await newest())?.instanceId).toBe(printing.id);
    }
  });

  it('waits for the only number that can send it rather than fail elsewhere', async () => {
    const printing = await printingInstance(services, store, 'Livre');
    await services.instances.update('console', printing.id, { hours: { from: '23:00', to: '23:30', days: [7] } });
    expect(await sell('a')).toBe('waiting');
    await services.instances.noteConnection(printing.id, 'disconnected', 'instance_disconnected');
    await services.instances.update('console', printing.id, { hours: null });
    const { status, instanceId, history } = (await newest()) ?? {};
    expect([status, instanceId, history?.length]).toEqual(['waiting', printing.id, 2]);
    time += 60_000;
    await dispatchAgain();
    expect(await newest()).toMatchObject({ status: 'sent', instanceId: printing.id });
  });

  it('goes elsewhere when the window closes while it waits', async () => {
    await reply(instance);
    await services.instances.update('console', instance.id, {
      hours: { from: '08:00', to: '08:30', days: [1, 2, 3, 4, 5, 6, 7] },
    });
    expect(await sell('a')).toBe('waiting');
    const printing = await printingInstance(services, store, 'Livre');
    time = Date.parse('2027-12-24T11:10:00.000Z');
    await messageModel(database.connection).updateMany({}, { $set: { expiresAt: new Date(time + DAY) } });
    await dispatchAgain();
    await dispatchAgain();
    expect(await newest()).toMatchObject({ status: 'sent', instanceId: printing.id });
  });
});

describe('a phone that cannot be written to', () => {
  it.each([
    ['none', null, 'skipped no_phone'],
    ['a bad one', '12', 'skipped phone_invalid'],
    ['nobody’s', '0800 123 4567', 'skipped phone_invalid'],
    ['of letters', 'não tenho', 'skipped phone_invalid'],
    ['left blank', ' ', 'skipped no_phone'],
    ['without area code', '90000-1234', 'skipped phone_invalid'],
    ['of a foreign country', '+351 912 345 678', 'sent'],
    ['a landline', '(11) 3234-5678', 'sent'],
    ['in the old way', '11 8765-4321', 'sent'],
  ])('%s: %s ends as %s', async (_, phone, state) => {
    await use(APPROVED);
    expect(await sell('a', { client: { full_name: 'Joana Compradora', phone } })).toBe(state);
  });
});
