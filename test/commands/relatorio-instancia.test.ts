import { beforeAll, describe, expect, it } from 'vitest';
import { messageModel, statusUpdate } from '../../src/messages/message-model.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { blockOf, NOW, OTHER_WORKSPACE, refusalOf, textOf, useCommandLine, WORKSPACE } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

async function approve(store: Store, transactionId: string, client = {}): Promise<void> {
  const moment = { createdAt: NOW, updatedAt: NOW };
  await commandLine.send(store, { event: 'approved_purchase', transactionId, client, ...moment });
}

/** Today, for the store of the instance Atendimento: two read, one failed, one without a phone; for that of Vendas one sent. */
beforeAll(async () => {
  const school = await commandLine.createStore('Escola de Música');
  await commandLine.createInstance('Atendimento', school);
  for (const sale of ['one', 'two', 'three']) await approve(school, sale);
  await approve(school, 'without a phone', { phone: null });
  await approve(school, 'with a wrong phone', { phone: '9000-12' });
  const messages = messageModel(commandLine.database.connection);
  const sent = await messages.find({ storeId: school.id, status: 'sent' });
  const ids = sent.map(({ _id }) => _id);
  await messages.updateMany({ _id: { $in: ids.slice(0, 1) } }, statusUpdate('failed', NOW, 'not_on_whatsapp'));
  await messages.updateMany({ _id: { $in: ids.slice(1) } }, statusUpdate('read', NOW, null));
  const shop = await commandLine.createStore('Loja de Cordas');
  await commandLine.createInstance('Vendas', shop);
  await approve(shop, 'strings');
  const alien = await commandLine.createStore('Loja alheia', OTHER_WORKSPACE);
  await commandLine.createInstance('Instância alheia', alien);
  await approve(alien, 'alien');
});

describe('/relatorio instancia', () => {
  it('tells of every instance, each message once, and why some were not sent', async () => {
    const reply = await type('/relatorio instancia hoje');
    expect(reply.title).toBe('WhatsApp: 3 mensagens enviadas');
    expect(blockOf(reply, 'fields').fields).toEqual([
      { label: 'Atendimento', value: 'Esperando: 0 · Enviadas: 2 · Entregues: 2 · Lidas: 2\nFalharam: 1' },
      { label: 'Vendas', value: 'Esperando: 0 · Enviadas: 1 · Entregues: 0 · Lidas: 0' },
      { label: 'Sem instância', value: 'Esperando: 0 · Enviadas: 0 · Entregues: 0 · Lidas: 0\nNão enviadas: 2' },
    ]);
    const text = textOf(reply);
    expect(text).toMatch(/^Atendimento · falhou: 1: .*WhatsApp/m);
    expect(text).toMatch(/^Sem instância · pulada: 1: .*veio sem telefone/m);
    expect(text).toMatch(/^Sem instância · pulada: 1: O telefone do comprador não existe/m);
    expect(text).not.toContain('alheia');
  });

  it('tells of one, and of it alone', async () => {
    const reply = await type('/relatorio instancia Vendas 7d');
    expect(reply.title).toBe('Vendas: 1 mensagem enviada');
    expect(blockOf(reply, 'fields').fields).toEqual([
      { label: 'Vendas', value: 'Esperando: 0 · Enviadas: 1 · Entregues: 0 · Lidas: 0' },
    ]);
    expect(refusalOf(await type('/relatorio instancia "Instância alheia"'))).toContain('Atendimento');
  });

  it('still names an instance that was removed', async () => {
    const store = await commandLine.createStore('Loja de Discos');
    const { id } = await commandLine.createInstance('Antiga', store);
    await approve(store, 'vinyl');
    await commandLine.services.instances.remove(store.workspaceId, id);
    expect(textOf(await type('/relatorio instancia hoje'))).toContain('Antiga (removida): Esperando: 0 · Enviadas: 1');
  });

  it('says when there is nothing, and refuses more days than it counts', async () => {
    const reply = await type('/relatorio instancia Vendas ontem');
    expect(reply.title).toBe('Vendas: nenhuma mensagem enviada');
    expect(textOf(reply)).toContain('Escolha outro período');
    expect(refusalOf(await type('/relatorio instancia 01/01/2026 a 24/11/2026'))).toContain('92 dias');
  });

  it('gives a spreadsheet whose rows add up to the messages', async () => {
    const file = blockOf(await type('/relatorio instancia Atendimento hoje csv'), 'file');
    expect(file.name).toBe('relatorio-atendimento-2026-11-24-2026-11-24.csv');
    const rows = Buffer.from(file.base64, 'base64').toString('utf8').trim().split('\r\n');
    expect(rows.map((row) => row.split(';').slice(0, 2).join(' ')).slice(1)).toEqual([
      'Atendimento lida',
      'Atendimento falhou',
    ]);
    expect(rows.slice(1).map((row) => row.split(';').at(-1))).toEqual(['2', '1']);
  });

  it('is the same in the API’s service, by the calendar that is asked for', async () => {
    const [instance] = await commandLine.services.instances.list('console');
    const period = { from: '2026-11-24', to: '2026-11-24' };
    const { instances } = await commandLine.services.instanceReports.report('console', period, 'Asia/Tokyo');
    // In Tokyo it was already the 25th.
    expect(instances.find((one) => one.instance?.id === instance?.id)?.counts).toEqual([]);
  });

  it('tells of removed ones also when no other one is left', async () => {
    const { instances } = commandLine.services;
    const present = await instances.list(WORKSPACE);
    for (const { id } of present) await instances.remove(WORKSPACE, id);
    const reply = await type('/relatorio instancia hoje');
    expect(textOf(reply)).toContain('Vendas (removida): Esperando: 0 · Enviadas: 1');
  });
});
