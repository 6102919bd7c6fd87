import { beforeEach, describe, expect, test } from 'vitest';
import { storeModel } from '../../src/stores/store-model.ts';
import { blockOf, buttonOf, textOf, useCommandLine, WORKSPACE } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

beforeEach(async () => {
  await storeModel(commandLine.database.connection).deleteMany({});
});

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
    ['/loja criar "  "', 'Falta preencher: nome'],
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
