import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EvolutionServer, startEvolutionServer } from '../../scripts/simulate/providers/evolution-server.ts';
import type { Reply } from '../../src/chat/message.ts';
import { messageModel, statusUpdate } from '../../src/messages/message-model.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { text } from '../../src/text/text.ts';
import { blockOf, buttonOf, NOW, refusalOf, textOf, useCommandLine, WORKSPACE } from './command-line-test.ts';

const API_KEY = 'the-api-key';
const commandLine = useCommandLine();
const { type } = commandLine;

let evolution: EvolutionServer;
let store: Store;

beforeAll(async () => {
  evolution = await startEvolutionServer({
    instanceName: 'atendimento',
    apiKey: API_KEY,
    isOnWhatsApp: (phone) => phone !== '+5511911111111',
  });
});

afterAll(() => evolution.close());

beforeEach(async () => {
  await commandLine.empty();
  evolution.setState('open');
  store = await commandLine.createStore('Ateliê');
});

const evolutionLine = () =>
  `/instancia criar Atendimento tipo:evolution endereco:${evolution.url} chave:${API_KEY} sessao:atendimento`;

async function instance() {
  return await commandLine.services.instances.resolve(WORKSPACE, undefined);
}

describe('/instancia criar', () => {
  it('asks for a name and a type, then for what that type needs, and links the only store', async () => {
    const first = blockOf(await type('/instancia criar'), 'form');
    expect(first.fields.map(({ name, value }) => [name, value])).toEqual([
      ['nome', undefined],
      ['tipo', 'log'],
    ]);
    const second = await type(first.command, { options: { nome: 'Atendimento', tipo: 'evolution' } });
    const form = blockOf(second, 'form');
    expect(form.fields.filter(({ required }) => required).map(({ name }) => name)).toEqual([
      'endereco',
      'chave',
      'sessao',
    ]);
    const options = { endereco: evolution.url, chave: API_KEY, sessao: 'atendimento', segredo: '' };
    const created = await type(form.command, { options });
    expect(created).toMatchObject({ title: 'Instância “Atendimento” criada', visibility: 'private', tone: 'success' });
    expect(textOf(created)).toContain('Conexão: Conectada');
    expect(textOf(created)).toContain('Lojas: Ateliê');
    expect(blockOf(created, 'copy').value).toBe((await instance()).webhookUrl);
    expect(await instance()).toMatchObject({ provider: 'evolution', storeIds: [store.id], connection: 'connected' });
  });

  it('leaves open which store where there are several, and offers to say', async () => {
    await commandLine.createStore('Outra');
    const created = await type('/instancia criar Teste');
    expect(textOf(created)).toContain('/instancia vincular');
    expect((await instance()).storeIds).toEqual([]);
    await type(buttonOf(created, 'Vincular a Outra'));
    expect(textOf(await type('/instancia listar'))).toContain('Teste | Log (só mostra aqui) | Outra | Conectada');
  });

  it('shows no credential again, in the answer, in the form or in the log', async () => {
    const secret = 'whsec_c2VjcmV0IG9mIHRoaXMgdGVzdCBhbG9uZQ==';
    const lines = [
      `/instancia criar A tipo:http segredo:${secret}`,
      `/instancia criar A tipo:http endereco:https://shop.example.invalid segredo:${secret}`,
      `/instancia criar B tipo:whatsapp-cloud numero:nenhum token:${secret} segredo:${secret} verificacao:${secret}`,
      '/instancia ver A',
      '/instancia editar A',
      '/instancia listar',
    ];
    for (const line of lines) expect(JSON.stringify(await type(line)), line).not.toContain(secret);
    expect(commandLine.faults).toEqual([]);
  });

  it('names what the provider cannot be told', async () => {
    expect(refusalOf(await type('/instancia criar A tipo:http endereco:loja segredo:curto'))).toBe(
      text('pt-BR', 'error.instance_credentials', {
        provider: text('pt-BR', 'provider.http'),
        fields: `“${text('pt-BR', 'credential.http_address')}”, “${text('pt-BR', 'credential.http_secret')}”`,
      }),
    );
  });
});

describe('/instancia ver', () => {
  it('shows an admin the QR code of a number that is not connected, and nobody else', async () => {
    await type(evolutionLine());
    evolution.setState('close');
    const seen = await type('/instancia ver');
    expect(seen.visibility).toBe('private');
    expect(blockOf(seen, 'image')).toMatchObject({ contentType: 'image/png', base64: expect.stringMatching(/^iVBOR/) });
    expect(textOf(seen)).toContain('Desconectada');
    for (const role of ['viewer', 'operator'] as const) {
      const other = JSON.stringify(await type('/instancia ver', { role }));
      expect(other).not.toContain('iVBOR');
      expect(other).not.toContain('/webhooks/');
    }
    const again = buttonOf(seen, 'Novo código');
    expect(blockOf(await type(again), 'image').base64).toMatch(/^iVBOR/);
    evolution.setState('open');
    const connected = await type(again);
    expect(textOf(connected)).toContain('Conexão: Conectada');
    expect(textOf(connected)).not.toContain('Novo código');
  });

  it('shows the QR code at once when an instance is made that is not connected', async () => {
    evolution.setState('close');
    const made = await type(evolutionLine());
    expect(blockOf(made, 'image').base64).toMatch(/^iVBOR/);
    expect(made.visibility).toBe('private');
    expect(buttonOf(made, 'Novo código')).toBe('/instancia ver instancia:Atendimento');
  });

  it('says what to do when the provider cannot be reached', async () => {
    await type('/instancia criar A tipo:evolution endereco:http://127.0.0.1:9 chave:k sessao:s');
    const seen = await type('/instancia ver');
    expect(textOf(seen)).toContain('O provedor está fora do ar');
    expect(buttonOf(seen, 'Verificar de novo')).toBe('/instancia ver instancia:A');
  });
});

describe('/instancia editar', () => {
  beforeEach(async () => {
    await type('/instancia criar Atendimento');
  });

  it.each([
    ['intervalo:45', { intervalMilliseconds: 45_000 }],
    ['intervalo:"2 min"', { intervalMilliseconds: 120_000 }],
    ['intervalo:1h', { intervalMilliseconds: 3_600_000 }],
    ['limite:200', { dailyLimit: 200 }],
    ['limite:nenhum', { dailyLimit: null }],
    ['horario:"seg-sex 08:00-18:00"', { hours: { from: '08:00', to: '18:00', days: [1, 2, 3, 4, 5] } }],
    ['horario:"Sáb,dom 9h-12h30"', { hours: { from: '09:00', to: '12:30', days: [6, 7] } }],
    ['horario:"sex-seg 9-12"', { hours: { from: '09:00', to: '12:00', days: [1, 5, 6, 7] } }],
    ['horario:08:00-22:00', { hours: { from: '08:00', to: '22:00', days: [1, 2, 3, 4, 5, 6, 7] } }],
    ['horario:"22:00-06:00"', { hours: { from: '22:00', to: '06:00', days: [1, 2, 3, 4, 5, 6, 7] } }],
    ['horário:sempre', { hours: null }],
    ['aquecimento:sim', { warmUp: { startedOn: '2026-11-24', first: 20, growth: 1.5 } }],
    ['fuso:America/Manaus', { timezone: 'America/Manaus' }],
    ['nome:"Suporte da Ana"', { name: 'Suporte da Ana' }],
  ])('takes %s', async (change, expected) => {
    const reply = await type(`/instancia editar Atendimento ${change}`);
    expect(refusalOf(reply)).toBeNull();
    expect(await instance()).toMatchObject(expected);
  });

  it.each([
    ['intervalo', 'logo', 'interval_unknown'],
    ['intervalo', '2h', 'interval_unknown'],
    ['limite', '-3', 'daily_limit_unknown'],
    ['horario', 'seg-sex', 'hours_unknown'],
    ['horario', 'seg-fim 08:00-18:00', 'hours_unknown'],
    ['horario', 'seg 08:00-08:00', 'hours_unknown'],
    ['horario', 'seg 25:00-26:00', 'hours_unknown'],
  ] as const)('says what is allowed instead of %s %s', async (option, value, code) => {
    expect(refusalOf(await type('/instancia editar', { options: { [option]: value } }))).toBe(
      text('pt-BR', `error.${code}`, { value }),
    );
  });

  it('keeps everything when its form is sent as it is shown', async () => {
    await type('/instancia editar horario:"seg,qua,sex 08:00-18:00" limite:50 intervalo:90 aquecimento:sim');
    const before = await instance();
    const form = blockOf(await type('/instancia editar'), 'form');
    const options = Object.fromEntries(form.fields.map(({ name, value }) => [name, String(value ?? '')]));
    expect(refusalOf(await type(form.command, { options }))).toBeNull();
    expect(await instance()).toEqual(before);
  });

  it('changes one credential and keeps the others', async () => {
    await type('/instancia remover Atendimento confirmar:sim');
    await type(evolutionLine().replace(API_KEY, 'an-old-key'));
    expect((await instance()).connection).toBe('disconnected');
    await type(`/instancia editar chave:${API_KEY}`);
    expect(textOf(await type('/instancia ver'))).toContain('Conexão: Conectada');
  });
});

describe('/instancia testar', () => {
  it('sends a short text to the phone, and says what became of it', async () => {
    await type(evolutionLine());
    const reply = await type('/instancia testar 11 90000-0001', { role: 'operator' });
    expect(reply.visibility).toBe('private');
    expect(textOf(reply)).toContain('O teste para ····0001 saiu por “Atendimento”.');
    expect(evolution.accepted.at(-1)).toMatchObject({ phone: '+5511900000001' });
    expect(textOf(await type('/instancia testar 11 91111-1111'))).toContain('não recebe mensagens no WhatsApp');
    expect(refusalOf(await type('/instancia testar telefone:123'))).toBe(
      text('pt-BR', 'error.phone_unknown', { phone: '123' }),
    );
  });

  it('does not write to somebody who wants no messages', async () => {
    await type(evolutionLine());
    await commandLine.services.contacts.optOut(WORKSPACE, '+5511900000002', 'reply');
    const before = evolution.accepted.length;
    expect(textOf(await type('/instancia testar 11 90000-0002'))).toContain('pediu para não receber');
    expect(evolution.accepted).toHaveLength(before);
  });
});

describe('/instancia fila', () => {
  async function messageStatus(): Promise<string[]> {
    return (await messageModel(commandLine.database.connection).find().lean()).map(({ status }) => status);
  }

  beforeEach(async () => {
    await commandLine.createInstance('Atendimento', store);
  });

  it('counts what is where, and draws the last seven days', async () => {
    await commandLine.send(store, { event: 'approved_purchase', transactionId: 'a' });
    await commandLine.services.instances.update(WORKSPACE, (await instance()).id, {
      intervalMilliseconds: 3_600_000,
    });
    await commandLine.send(store, { event: 'approved_purchase', transactionId: 'b' });
    await commandLine.send(store, { event: 'approved_purchase', transactionId: 'c' });
    const queue = await type('/instancia fila', { role: 'viewer' });
    expect(textOf(queue)).toContain(
      [
        'Situação: Enviando',
        'Na fila: 1',
        'Enviando agora: 0',
        'Enviadas nos últimos 5 minutos: 2',
        'Entraram nos últimos 5 minutos: 3',
        'Previsão de término: 24/11/2026 15:05',
      ].join('\n'),
    );
    const { rows } = blockOf(queue, 'table');
    expect(rows).toHaveLength(7);
    expect(rows.at(-1)).toEqual(['24/11/2026', '2', '██████████']);
    expect(rows[0]).toEqual(['18/11/2026', '0', '']);
  });

  it('lets a person decide about an uncertain message, once', async () => {
    await commandLine.send(store, {
      event: 'approved_purchase',
      transactionId: 'a',
      client: { full_name: 'Joana Compradora', phone: '+5511900001234' },
    });
    await commandLine.uncertainMessage(store);
    const queue = await type('/instancia fila', { role: 'operator' });
    expect(textOf(queue)).toContain('Incerta: Compra aprovada para Joana ····1234');
    expect(textOf(queue)).not.toContain('+5511900001234');
    const wasSent = buttonOf(queue, 'Foi enviada');
    expect(wasSent).toMatch(/^\/instancia fila mensagem:[0-9a-f]{24} decisao:enviada$/);
    expect(textOf(await type(wasSent, { role: 'operator' }))).toContain('foi enviada');
    expect(await messageStatus()).toEqual(['sent']);
    expect(textOf(await type(buttonOf(queue, 'Enviar de novo'), { role: 'operator' }))).toContain('nada mudou');
    expect(await messageStatus()).toEqual(['sent']);
  });

  it('says why nothing leaves', async () => {
    const { id } = await instance();
    expect(textOf(await type('/instancia fila'))).toContain('Situação: Vazia');
    await commandLine.services.instances.update(WORKSPACE, id, { intervalMilliseconds: 3_600_000 });
    await commandLine.send(store, { event: 'approved_purchase', transactionId: 'a' });
    await commandLine.send(store, { event: 'approved_purchase', transactionId: 'b' });
    await commandLine.services.instances.update(WORKSPACE, id, {
      hours: { from: '08:00', to: '12:00', days: [1, 2, 3, 4, 5] },
    });
    expect(textOf(await type('/instancia fila'))).toContain('limite do dia, até 25/11/2026 08:00');
    await commandLine.services.instances.noteConnection(id, 'disconnected', 'qr_code');
    const queue = await type('/instancia fila');
    expect(queue.tone).toBe('attention');
    expect(textOf(queue)).toContain('Situação: Parada: a instância está desconectada');
    expect(textOf(queue)).toContain('Previsão de término: Depois que a instância');
  });

  it('counts failures of the last seven days and what is uncertain, by reason', async () => {
    for (const transactionId of ['a', 'b', 'c', 'd']) {
      await commandLine.send(store, { event: 'approved_purchase', transactionId });
    }
    const messages = messageModel(commandLine.database.connection);
    const eightDaysAgo = new Date(NOW.getTime() - 8 * 24 * 3_600_000);
    const changes = [
      statusUpdate('failed', NOW, 'not_on_whatsapp'),
      statusUpdate('failed', NOW, 'not_on_whatsapp'),
      statusUpdate('failed', NOW, 'token_refused', { sendingSince: eightDaysAgo }),
      statusUpdate('uncertain', NOW, 'no_answer'),
    ];
    for (const change of changes) await messages.updateOne({ status: 'sent' }, change);
    const { rows } = (await type('/instancia fila')).blocks.flatMap((block) =>
      block.type === 'table' && block.columns.length === 2 ? [block] : [],
    )[0] as { rows: string[][] };
    expect(rows).toEqual([
      ['1 incerta', text('pt-BR', 'send_failure.no_answer')],
      ['2 falharam', text('pt-BR', 'send_failure.not_on_whatsapp')],
    ]);
  });

  it('shows ten uncertain messages at a time, each with its buttons, and leads from one to the next', async () => {
    for (let sale = 0; sale < 12; sale += 1) {
      await commandLine.send(store, { event: 'approved_purchase', transactionId: `sale ${sale}` });
    }
    await messageModel(commandLine.database.connection).updateMany({}, statusUpdate('uncertain', NOW, 'worker_lost'));
    const decisions = (reply: Reply) => textOf(reply).match(/mensagem:[0-9a-f]{24} decisao:enviada/g) ?? [];
    const first = await type('/instancia fila');
    expect(decisions(first)).toHaveLength(10);
    expect(textOf(first)).toContain('12 incertas');
    const second = await type(buttonOf(first, 'Mais'));
    expect(decisions(second)).toHaveLength(2);
    expect(new Set([...decisions(first), ...decisions(second)]).size).toBe(12);
    const decided = await type(buttonOf(second, 'Foi enviada'));
    expect(decisions(await type(buttonOf(decided, 'Ver fila')))).toHaveLength(10);
    for (let left = 11; left > 0; left -= 1) await type(buttonOf(await type('/instancia fila'), 'Foi enviada'));
    expect(textOf(await type(buttonOf(first, 'Mais')))).toContain('Nenhuma mensagem incerta');
    expect(refusalOf(await type('/instancia fila cursor:xyz'))).toBe(text('pt-BR', 'error.cursor_unknown'));
  });

  it('sends an uncertain message again when a person says so', async () => {
    await commandLine.send(store, { event: 'approved_purchase', transactionId: 'a' });
    await commandLine.uncertainMessage(store);
    await type(buttonOf(await type('/instancia fila'), 'Enviar de novo'));
    expect(await messageStatus()).toEqual(['scheduled']);
    await commandLine.settle();
    expect(await messageStatus()).toEqual(['sent']);
  });

  it('shows a viewer what is uncertain, and lets nobody below an operator decide', async () => {
    await commandLine.send(store, { event: 'approved_purchase', transactionId: 'a' });
    const id = await commandLine.uncertainMessage(store);
    const queue = await type('/instancia fila', { role: 'viewer' });
    expect(textOf(queue)).toContain('Incerta');
    expect(queue.blocks.some((block) => block.type === 'buttons')).toBe(false);
    const refused = await type(`/instancia fila mensagem:${id} decisao:enviada`, { role: 'viewer' });
    expect(refusalOf(refused)).toContain('papel de operador');
    expect(await messageStatus()).toEqual(['uncertain']);
  });

  describe('once the instance of an uncertain message is removed', () => {
    beforeEach(async () => {
      for (const transactionId of ['a', 'b'])
        await commandLine.send(store, { event: 'approved_purchase', transactionId });
      await messageModel(commandLine.database.connection).updateMany({}, statusUpdate('uncertain', NOW, 'worker_lost'));
      await type('/instancia remover confirmar:sim');
    });

    it('shows what is left of it where there is no other, until all is settled', async () => {
      const left = await type('/instancia fila', { role: 'operator' });
      expect(left.title).toBe('Mensagens incertas de “Atendimento”, que foi removida');
      const settled = await type(buttonOf(left, 'Foi enviada'), { role: 'operator' });
      expect(textOf(settled)).toContain('foi enviada');
      expect(textOf(settled)).not.toContain('Ver fila');
      const next = await type(buttonOf(settled, 'Atendimento (removida)'), { role: 'operator' });
      const last = await type(buttonOf(next, 'Enviar de novo'), { role: 'operator' });
      expect(last.blocks.some((block) => block.type === 'buttons')).toBe(false);
      expect((await messageStatus()).sort()).toEqual(['scheduled', 'sent']);
      expect(refusalOf(await type('/instancia fila'))).toBe(text('pt-BR', 'error.instance_none'));
    });

    it('leads there from another one’s queue, and among several offers it', async () => {
      await commandLine.createInstance('Outra', store);
      const queue = await type('/instancia fila');
      expect(queue.title).toBe('Fila de “Outra”');
      const left = await type(buttonOf(queue, 'Atendimento (removida)'));
      expect(textOf(left).match(/decisao:enviada/g)).toHaveLength(2);
      await commandLine.createInstance('Atendimento', store);
      expect((await type('/instancia fila Atendimento')).title).toBe('Fila de “Atendimento”');
      const which = await type('/instancia fila');
      expect((await type(buttonOf(which, 'Atendimento (removida)'))).title).toBe(left.title);
    });
  });

  it('settles no message of one instance as another one’s', async () => {
    await commandLine.send(store, { event: 'approved_purchase', transactionId: 'a' });
    const id = await commandLine.uncertainMessage(store);
    await commandLine.createInstance('Outra', store);
    expect(refusalOf(await type(`/instancia fila Outra mensagem:${id} decisao:enviada`))).toBe(
      text('pt-BR', 'error.message_elsewhere', { instance: 'Outra' }),
    );
    expect(await messageStatus()).toEqual(['uncertain']);
    expect(textOf(await type(`/instancia fila Atendimento mensagem:${id} decisao:enviada`))).toContain('foi enviada');
  });

  it.each([
    ['/instancia fila mensagem:123 decisao:enviada', 'error.message_unknown', { id: '123' }],
    ['/instancia fila mensagem:123 decisao:talvez', 'error.message_decision_unknown', { value: 'talvez' }],
  ] as const)('says what is wrong with %s', async (line, key, values) => {
    expect(refusalOf(await type(line))).toBe(text('pt-BR', key, values));
  });
});

describe('/instancia remover', () => {
  it('asks first; then the name is free and the queue waits for another instance', async () => {
    await commandLine.createInstance('Atendimento', store);
    const asked = await type('/instancia remover');
    expect(textOf(await type(buttonOf(asked, 'Deixar como está')))).toContain('Nada mudou em “Atendimento”.');
    expect(textOf(await type(buttonOf(asked, 'Remover a instância')))).toContain('removida');
    expect(refusalOf(await type('/instancia listar'))).toBe(text('pt-BR', 'error.instance_none'));
    expect(refusalOf(await type('/instancia criar Atendimento'))).toBeNull();
  });
});

describe('/instancia vincular', () => {
  it('lets a store send through an instance, and no longer', async () => {
    await commandLine.createStore('Outra');
    await type('/instancia criar Atendimento');
    expect(textOf(await type('/instancia vincular Ateliê'))).toContain('“Ateliê” agora saem por “Atendimento”');
    expect((await instance()).storeIds).toEqual([store.id]);
    expect(textOf(await type('/instancia desvincular loja:Ateliê instancia:Atendimento'))).toContain('não saem mais');
    expect((await instance()).storeIds).toEqual([]);
  });

  it('takes the store and the instance as they are typed, without their names', async () => {
    const store = await commandLine.createStore('Curso de Canto');
    const unlinked = await commandLine.createStore('Outra loja do lugar');
    const { id } = await commandLine.createInstance('Recepção', unlinked);
    const link = async () => (await commandLine.services.instances.ofStore(store.id)).map((linked) => linked.id);
    for (const line of [
      '/instancia vincular Curso de Canto Recepção',
      '/instancia vincular "Curso de Canto" Recepção',
      '/instancia vincular "Curso de Canto" "Recepção"',
      '/instancia vincular loja:"Curso de Canto" "Recepção"',
    ]) {
      expect((await type(line)).tone, line).toBe('success');
      expect(await link(), line).toEqual([id]);
      await type('/instancia desvincular Curso de Canto Recepção');
      expect(await link()).toEqual([]);
    }
  });

  it('says that the instances of a store share its messages', async () => {
    const store = await commandLine.createStore('Duas linhas');
    await commandLine.createInstance('Primeira', store);
    const other = await commandLine.createStore('Uma linha');
    await commandLine.createInstance('Segunda', other);
    const text = textOf(await type('/instancia vincular "Duas linhas" Segunda'));
    expect(text).toContain('por 2 instâncias: Primeira, Segunda');
    expect(text).toContain('menor fila');
    expect(text).not.toContain('agora saem por “Segunda”');
  });
});
