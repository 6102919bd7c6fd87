import { beforeEach, describe, expect, test } from 'vitest';
import type { Reply } from '../../src/chat/message.ts';
import { storeModel } from '../../src/stores/store-model.ts';
import { blockOf, buttonOf, refusalOf, textOf, useCommandLine, WORKSPACE } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

beforeEach(async () => {
  await storeModel(commandLine.database.connection).deleteMany({});
});

/** Fields of a reply by label. */
function fieldsOf(reply: Reply): Record<string, string> {
  return Object.fromEntries(blockOf(reply, 'fields').fields.map(({ label, value }) => [label, value]));
}

async function onlyStore() {
  return await commandLine.services.stores.resolve(WORKSPACE, undefined);
}

describe('criar', () => {
  test('creates the store, answers in private with the URL and what to do next, and posts alerts where it was typed', async () => {
    const reply = await type('/loja criar Curso de Violão plataforma:assiny');
    const store = await onlyStore();
    expect(store).toMatchObject({ name: 'Curso de Violão', platform: 'assiny', alerts: { channelId: 'vendas' } });
    expect(reply).toMatchObject({ title: 'Loja “Curso de Violão” criada', tone: 'success', visibility: 'private' });
    expect(blockOf(reply, 'copy').value).toBe(store.webhookUrl);
    expect(textOf(reply)).toContain('Todos os Eventos');
    expect(textOf(reply)).toContain('vão para #vendas');
    expect(buttonOf(reply, 'Ver checklist')).toBe('/checklist loja:"Curso de Violão"');
    expect(buttonOf(reply, 'Testar alerta')).toBe('/alertas testar loja:"Curso de Violão"');
  });

  test('says that a local URL cannot be reached from outside', async () => {
    expect(textOf(await type('/loja criar Um'))).toContain('PUBLIC_URL');
  });

  test('outside a channel, says how to choose one', async () => {
    const reply = await type('/loja criar Um', { channel: null });
    expect(textOf(reply)).toContain('/alertas canal');
    expect((await onlyStore()).alerts.channelId).toBeNull();
  });

  test('opens a form when no name was given, which creates the store', async () => {
    const form = blockOf(await type('/loja criar'), 'form');
    expect(form.fields.map(({ name }) => name)).toEqual(['nome', 'plataforma']);
    await type(form.command, { options: { nome: 'Curso: o melhor' } });
    expect((await onlyStore()).name).toBe('Curso: o melhor');
  });

  test.each([
    ['/loja criar "  "', 'Preencha abaixo o que falta'],
    [`/loja criar ${'a'.repeat(101)}`, 'O nome tem 101 caracteres e o máximo é 100'],
    ['/loja criar Um plataforma:hotmart', 'Não conheço a plataforma “hotmart”. Use uma destas: assiny.'],
  ])('%s is told what is wrong', async (line, sentence) => {
    expect(textOf(await type(line))).toContain(sentence);
    expect(await commandLine.services.stores.list(WORKSPACE)).toEqual([]);
  });

  test('a name that differs only in case and accents is taken', async () => {
    await type('/loja criar Curso de Violão');
    expect(textOf(await type('/loja criar CURSO  DE VIOLAO'))).toContain('Já existe uma loja com esse nome');
  });
});

describe('listar and ver', () => {
  test('show every store with its channel and state, and no URL', async () => {
    await commandLine.createStore('Um');
    await type('/loja criar Dois', { channel: null });
    await type('/loja pausar Dois');
    const reply = await type('/loja listar', { role: 'viewer' });
    expect(reply).toMatchObject({ title: '2 lojas', visibility: 'public' });
    expect(blockOf(reply, 'table').rows).toEqual([
      ['Um', 'Assiny', '#vendas', 'Ativa'],
      ['Dois', 'Assiny', 'Sem canal', 'Pausada'],
    ]);
    expect(JSON.stringify(reply)).not.toContain('/webhooks/');
    expect(JSON.stringify(await type('/loja ver Um', { role: 'viewer' }))).not.toContain('/webhooks/');
  });

  test('say how to begin while there is none', async () => {
    for (const line of ['/loja listar', '/loja ver', '/relatorio', '/checklist']) {
      expect(refusalOf(await type(line)), line).toContain('com /loja criar');
    }
  });

  test('find a store however its name is written, or by its id', async () => {
    const { id } = await commandLine.createStore('Curso de Violão');
    await commandLine.createStore('Outra');
    for (const line of ['/loja ver curso de violao', '/loja ver "CURSO DE VIOLÃO"', `/loja ver ${id}`]) {
      expect((await type(line)).title, line).toBe('Curso de Violão');
    }
  });
});

describe('webhook', () => {
  test('gives the URL to the asker alone', async () => {
    const store = await commandLine.createStore('Um');
    const reply = await type('/loja webhook');
    expect(reply.visibility).toBe('private');
    expect(blockOf(reply, 'copy').value).toBe(store.webhookUrl);
  });
});

describe('editar', () => {
  test('changes what is named, in private, and leaves the rest', async () => {
    await commandLine.createStore('Um');
    const reply = await type(
      '/loja editar loja:Um nome:"Um só" fuso:America/Manaus moeda:usd caminho-feliz:não fila:"3 dias" cabecalho:"X-Assiny-Token: muito secreto"',
    );
    expect(reply).toMatchObject({ title: 'Pronto, “Um só” está assim agora', visibility: 'private' });
    expect(fieldsOf(reply)).toEqual({
      Estado: 'Ativa',
      Plataforma: 'Assiny',
      Alertas: '#vendas',
      'Fuso horário': 'America/Manaus',
      Moeda: 'USD',
      'Caminho feliz': 'Desligado',
      'Parar lembretes ao responder': 'Desligado',
      'Limite da fila': '3 dias',
      'Cabeçalho secreto': 'x-assiny-token',
    });
    expect(JSON.stringify(reply)).not.toContain('muito secreto');
    await type('/loja editar cabecalho:nenhum');
    expect(await onlyStore()).toMatchObject({ name: 'Um só', timezone: 'America/Manaus', secretHeader: null });
  });

  test('opens a form with what is set now, even when it is not among what is offered', async () => {
    await commandLine.createStore('Um');
    await type('/loja editar fuso:Asia/Tokyo moeda:JPY');
    const form = blockOf(await type('/loja editar'), 'form');
    const field = (name: string) => form.fields.find((candidate) => candidate.name === name);
    expect(field('nome')).toMatchObject({ kind: 'text', value: 'Um', maximumLength: 100 });
    for (const [name, value] of [
      ['fuso', 'Asia/Tokyo'],
      ['moeda', 'JPY'],
      ['caminho-feliz', 'sim'],
    ] as const) {
      expect(field(name)).toMatchObject({ kind: 'select', value });
      expect(field(name)?.choices?.map((choice) => choice.value)).toContain(value);
    }
    // A secret is never shown again.
    expect(field('cabecalho')).not.toHaveProperty('value');
  });

  test('takes the secret header as a command line needs it from forms too', async () => {
    await commandLine.createStore('Um');
    await type('/loja editar loja:Um', { options: { cabecalho: '"x-assiny-token: seu-segredo"' } });
    expect(await onlyStore()).toMatchObject({ secretHeader: 'x-assiny-token' });
  });

  test('leaves what a form sends empty', async () => {
    await commandLine.createStore('Um');
    await type('/loja editar loja:Um', { options: { nome: '', fuso: '', moeda: 'EUR', fila: '', cabecalho: '' } });
    expect(await onlyStore()).toMatchObject({ name: 'Um', timezone: 'America/Sao_Paulo', currency: 'EUR' });
  });
});

describe('pausar and retomar', () => {
  test('stop and start the posts, with a button from the one to the other', async () => {
    await commandLine.createStore('Um');
    const paused = await type('/loja pausar', { role: 'operator' });
    expect(paused.title).toBe('Loja “Um” pausada');
    expect((await onlyStore()).paused).toBe(true);
    const resumed = await type(buttonOf(paused, 'Retomar'), { role: 'operator' });
    expect(resumed.title).toBe('Loja “Um” de volta');
    expect((await onlyStore()).paused).toBe(false);
  });
});

describe('trocar-url and remover', () => {
  test.each(['trocar-url', 'remover'])('%s asks first, and does nothing when told so', async (verb) => {
    const store = await commandLine.createStore('Um');
    const asked = await type(`/loja ${verb}`);
    expect(asked).toMatchObject({ tone: 'danger', visibility: 'private' });
    expect(blockOf(asked, 'buttons').buttons.map(({ style }) => style)).toEqual(['danger', 'secondary']);
    expect(textOf(await type(buttonOf(asked, 'Deixar como está')))).toContain('Nada mudou em “Um”.');
    expect(await onlyStore()).toEqual(store);
  });

  test('a new URL works at once and the old one no longer', async () => {
    const before = await commandLine.createStore('Um');
    const reply = await type(buttonOf(await type('/loja trocar-url'), 'Trocar a URL agora'));
    const after = await onlyStore();
    expect(after.webhookUrl).not.toBe(before.webhookUrl);
    expect(reply.visibility).toBe('private');
    expect(blockOf(reply, 'copy').value).toBe(after.webhookUrl);
    await expect(commandLine.send(before, { event: 'approved_purchase', transactionId: 'a' })).rejects.toThrow(
      'not stored',
    );
    await commandLine.send(after, { event: 'approved_purchase', transactionId: 'a' });
  });

  test('a removed store is gone, its URL answers nobody, and its name is free', async () => {
    const before = await commandLine.createStore('Um');
    await type(buttonOf(await type('/loja remover'), 'Remover a loja'));
    await expect(commandLine.send(before, { event: 'approved_purchase', transactionId: 'b' })).rejects.toThrow(
      'not stored',
    );
    expect(refusalOf(await type('/loja ver Um'))).toContain('/loja criar');
    expect(refusalOf(await type('/loja criar Um'))).toBeNull();
    expect((await onlyStore()).id).not.toBe(before.id);
  });
});
