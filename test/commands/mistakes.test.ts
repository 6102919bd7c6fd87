import { beforeAll, describe, expect, it } from 'vitest';
import { refusalOf, textOf, useCommandLine } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

/** What a person types wrong, and what the answer has to name: the mistake, and the way out. */
const MISTAKES: [line: string, ...named: (string | RegExp)[]][] = [
  ['/vendas', '/loja', '/ajuda'],
  ['/loja', 'criar', 'remover'],
  ['/loja vender', 'vender', 'criar'],
  ['/loja criar ""', '/loja criar Curso de Violão'],
  [`/loja criar ${'ã'.repeat(101)}`, '101', '100'],
  ['/loja criar ateliê DA ana', 'Escolha outro'],
  ['/loja criar Nova plataforma:hotmart', 'hotmart', 'assiny'],
  ['/loja criar Nova plataforma:assiny plataforma:assiny', 'plataforma', 'duas vezes'],
  ['/loja ver Loja que não há', 'Loja que não há', 'Ateliê da Ana'],
  ['/loja ver', 'Ateliê da Ana', 'Hoje'],
  ['/loja ver loja:"Ateliê da Ana" cor:azul', 'cor:azul'],
  ['/loja editar loja:Hoje fuso:Brasília', 'Brasília', 'America/Sao_Paulo'],
  ['/loja editar loja:Hoje moeda:reais', 'reais', 'BRL'],
  ['/loja editar loja:Hoje fila:0', '0', '1 a 30'],
  ['/loja editar loja:Hoje fila:muitos', 'muitos', '1 a 30'],
  ['/loja editar loja:Hoje caminho-feliz:talvez', 'talvez', 'sim'],
  ['/loja editar loja:Hoje cabecalho:sem-valor', 'cabecalho:'],
  ['/loja editar loja:Hoje nome:"Ateliê da Ana"', 'Já existe'],
  ['/checklist Loja que não há', 'Loja que não há', 'Ateliê da Ana'],
  ['/checklist loja:Hoje detalhado:talvez', 'talvez', 'detalhado:sim'],
  ['/relatorio loja Hoje 31/02/2026', /31\/02\/2026 não existe/],
  ['/relatorio loja loja:Hoje periodo:amanhã', 'amanhã', '30d'],
  ['/relatorio loja loja:Hoje periodo:"15/11/2026 01/11/2026"', 'Inverta'],
  ['/relatorio loja loja:Hoje periodo:"01/01/2020 24/11/2026"', '731'],
  ['/relatorio loja loja:Hoje formato:pdf', 'pdf', 'csv'],
  ['/relatorio instancia', 'loja'],
  ['/alertas canal loja:Hoje canal:#nenhum', 'nenhum', 'vendas', 'equipe'],
  ['/alertas eventos loja:Hoje eventos:vendinhas', 'vendinhas', 'Compra aprovada'],
  ['/alertas minimo loja:Hoje valor:dez', 'dez', '1.234,56'],
  ['/alertas minimo loja:Hoje valor:12.34', '12.34', '1.234,56'],
  ['/alertas minimo loja:Hoje valor:-5', '-5', '1.234,56'],
  ['/eventos listar loja:Hoje resultado:sumiu', 'sumiu', 'repetido'],
  ['/eventos ver 123', '123', '/eventos listar'],
  ['/eventos ver 0123456789abcdef01234567', '0123456789abcdef01234567', '/eventos listar'],
  ['/eventos reprocessar', 'todos:'],
  ['/eventos reprocessar todos:tudo loja:Hoje', 'tudo', 'falhas'],
  ['/ajuda nada', '/loja', '/eventos'],
];

describe('a mistake', () => {
  beforeAll(async () => {
    await commandLine.createStore('Ateliê da Ana');
    // A name that reads like a period.
    await commandLine.createStore('Hoje');
  });

  it.each(MISTAKES)('%s', async (line, ...named) => {
    const before = await commandLine.everythingButTheOthers();
    const reply = await type(line);
    expect(reply.visibility).toBe('private');
    const said = textOf(reply);
    for (const part of named) expect(said).toMatch(part instanceof RegExp ? part : new RegExp(escaped(part)));
    expect(said).not.toMatch(/undefined|\[object|error\.|Error:/);
    expect(await commandLine.everythingButTheOthers()).toEqual(before);

    const english = refusalOf(await type(line, { locale: 'en' }));
    if (english !== null) expect(english).not.toBe(refusalOf(reply));
    expect(commandLine.faults).toEqual([]);
  });

  it.each([
    ['/alertas canal loja:Hoje', 'canal'],
    ['/alertas eventos loja:Hoje', 'eventos'],
    ['/alertas minimo loja:Hoje', 'valor'],
    ['/loja criar', 'nome'],
    ['/loja editar loja:Hoje', 'nome'],
  ])('of leaving something out (%s) gets a form that asks for it', async (line, field) => {
    const form = (await type(line)).blocks.find((block) => block.type === 'form');
    expect(form?.fields.map(({ name }) => name)).toContain(field);
  });

  it.each([
    ['50', 5_000],
    ['1234,56', 123_456],
    ['"R$ 1.234,56"', 123_456],
    ['0', 0],
  ])('is not the amount %s', async (typed, centavos) => {
    expect(refusalOf(await type(`/alertas minimo loja:Hoje valor:${typed}`))).toBeNull();
    const store = await commandLine.services.stores.resolve('console', 'Hoje');
    expect(store.alerts.minimumAmount).toBe(centavos);
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
