import { beforeAll, describe, expect, it } from 'vitest';
import { NOTIFICATION_TYPES } from '../../src/messages/notification-catalogue.ts';
import { EVENT_KINDS } from '../../src/platforms/platform.ts';
import { PROVIDERS } from '../../src/senders/sender.ts';
import type { ErrorCode } from '../../src/text/product-error.ts';
import { LOCALES, type Locale, type TextValues, text } from '../../src/text/text.ts';
import { blockOf, refusalOf, textOf, useCommandLine, WORKSPACE } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

const COMMANDS = '/loja, /checklist, /relatorio, /notificacoes, /instancia, /alertas, /eventos, /acesso';
const STORE_VERBS = 'criar, listar, ver, webhook, editar, pausar, retomar, trocar-url, remover';
const STORES = '“Ateliê da Ana”, “Hoje”';
const CHANNELS = { count: 2, channels: '#vendas, #equipe' };
const OUTCOMES = 'processado, repetido, ignorado, desconhecido, invalido, falha, aguardando';
const GROUPS = 'todos:invalidos, todos:desconhecidos, todos:falhas';
const unknownEditOption = (argument: string) => ({
  argument,
  count: 7,
  options: 'loja, nome, fuso, moeda, caminho-feliz, fila, cabecalho',
});
const LONG = 'ã'.repeat(101);

/** What a person types wrong, and the sentence that answers it with what it has to name. */
const MISTAKES: [line: string, code: ErrorCode, values?: TextValues][] = [
  ['', 'command_unknown', { commands: `${COMMANDS}, /ajuda` }],
  ['bom dia', 'command_unknown', { commands: `${COMMANDS}, /ajuda` }],
  ['/vendas', 'command_unknown', { commands: `${COMMANDS}, /ajuda` }],
  ['/ajuda nada', 'command_unknown', { commands: COMMANDS }],
  ['/loja', 'verb_missing', { command: 'loja', verbs: STORE_VERBS }],
  ['/loja vender', 'verb_unknown', { command: 'loja', verb: 'vender', verbs: STORE_VERBS }],
  ['/alertas', 'verb_missing', { command: 'alertas', verbs: 'ver, canal, eventos, minimo, testar' }],
  ['/eventos apagar', 'verb_unknown', { command: 'eventos', verb: 'apagar', verbs: 'listar, ver, reprocessar' }],
  ['/loja listar tudo', 'argument_unexpected', { argument: 'tudo', count: 0, options: '' }],
  ['/loja ver loja:"Hoje" cor:azul', 'argument_unexpected', { argument: 'cor:azul', count: 1, options: 'loja' }],
  ['/loja criar Nova plataforma:assiny plataforma:assiny', 'argument_repeated', { option: 'plataforma' }],

  [`/loja criar ${LONG}`, 'store_name_long', { length: 101, maximum: 100 }],
  [`/loja editar loja:Hoje nome:${LONG}`, 'store_name_long', { length: 101, maximum: 100 }],
  ['/loja criar ateliê DA ana', 'store_name_taken'],
  ['/loja editar loja:Hoje nome:"ATELIE  da Ana"', 'store_name_taken'],
  ['/loja criar Nova plataforma:hotmart', 'platform_unknown', { platform: 'hotmart', platforms: 'assiny' }],
  ['/loja ver Hoje não', 'store_unknown_named', { name: 'Hoje não', names: '“Hoje”, “Ateliê da Ana”' }],
  ['/loja remover ana', 'store_unknown_named', { name: 'ana', names: STORES }],
  ['/checklist Loja nenhuma', 'store_unknown_named', { name: 'Loja nenhuma', names: STORES }],
  ['/loja ver', 'store_which', { names: STORES }],
  ['/relatorio', 'store_which', { names: STORES }],
  ['/alertas eventos chargeback', 'store_which', { names: STORES }],
  ['/alertas eventos', 'store_which', { names: STORES }],
  ['/eventos reprocessar todos:falhas', 'store_which', { names: STORES }],
  ['/loja editar loja:Hoje limite-fila:0', 'argument_unexpected', unknownEditOption('limite-fila:0')],
  ['/loja editar Hoje limite-fila:0', 'argument_unexpected', unknownEditOption('limite-fila:0')],
  ['/loja editar loja:Hoje fuso:Brasília', 'timezone_unknown', { timezone: 'Brasília' }],
  ['/loja editar loja:Hoje moeda:reais', 'currency_unknown', { currency: 'reais' }],
  ['/loja editar loja:Hoje fila:0', 'queue_days_unknown', { days: '0' }],
  ['/loja editar loja:Hoje fila:31', 'queue_days_unknown', { days: '31' }],
  ['/loja editar loja:Hoje fila:muitos', 'queue_days_unknown', { days: 'muitos' }],
  ['/loja editar loja:Hoje caminho-feliz:talvez', 'yes_no_unknown', { option: 'caminho-feliz', answer: 'talvez' }],
  ['/loja remover loja:Hoje confirmar:talvez', 'yes_no_unknown', { option: 'confirmar', answer: 'talvez' }],
  ['/checklist loja:Hoje detalhado:talvez', 'yes_no_unknown', { option: 'detalhado', answer: 'talvez' }],
  ['/loja editar loja:Hoje cabecalho:sem-valor', 'secret_header_unreadable'],
  ['/loja editar loja:Hoje cabecalho:"com espaço: x"', 'secret_header_unreadable'],

  ['/relatorio loja Ateliê da Ana 31/02', 'day_unknown', { day: '31/02' }],
  ['/relatorio loja:Hoje periodo:"01/11/2026 31/11/2026"', 'day_unknown', { day: '31/11/2026' }],
  ['/relatorio loja:Hoje 24/11/2026 01/11/2026', 'period_reversed'],
  ['/relatorio loja:Hoje 01/12/2026', 'period_future', { day: '01/12/2026' }],
  ['/relatorio loja:Hoje 2026-12-01 2026-12-31', 'period_future', { day: '2026-12-01' }],
  ['/relatorio loja:Hoje 01/01/2020 24/11/2026', 'period_long', { maximum: 731 }],
  ['/relatorio loja:Hoje periodo:amanhã', 'period_unknown', { period: 'amanhã' }],
  ['/relatorio loja:Hoje periodo:"hoje ontem"', 'period_unknown', { period: 'hoje ontem' }],
  ['/relatorio loja:Hoje periodo:"01/11 02/11 03/11"', 'period_unknown', { period: '01/11 02/11 03/11' }],
  ['/relatorio semana passada', 'report_unknown', { typed: 'semana passada', names: STORES }],
  ['/relatorio instancias', 'report_unknown', { typed: 'instancias', names: STORES }],
  ['/relatorio loja:Hoje formato:pdf', 'format_unknown', { format: 'pdf' }],

  ['/alertas canal loja:Hoje canal:#nenhum', 'channel_unknown', { channel: 'nenhum', ...CHANNELS }],
  ['/alertas minimo Hoje -5', 'amount_unknown', { amount: '-5' }],
  ['/alertas minimo Hoje R$ 10,555', 'amount_unknown', { amount: 'R$ 10,555' }],
  ['/relatorio loja Ateliê da Ana 0d', 'period_unknown', { period: '0d' }],
  ['/relatorio 400d Ateliê da Ana', 'period_unknown', { period: '400d' }],
  ['/alertas minimo loja:Hoje valor:dez', 'amount_unknown', { amount: 'dez' }],
  ['/alertas minimo loja:Hoje valor:12.34', 'amount_unknown', { amount: '12.34' }],
  ['/alertas minimo loja:Hoje valor:-5', 'amount_unknown', { amount: '-5' }],
  ['/eventos listar loja:Hoje resultado:sumiu', 'outcome_unknown', { outcome: 'sumiu', outcomes: OUTCOMES }],
  ['/eventos listar loja:Hoje cursor:nenhum', 'cursor_unknown'],
  ['/eventos ver 123', 'delivery_unknown', { id: '123' }],
  ['/eventos ver 0123456789abcdef01234567', 'delivery_unknown', { id: '0123456789abcdef01234567' }],
  ['/notificacoes texto pix gerado loja:Hoje texto:"Oi {{nome"', 'text_tag_unclosed', { place: '{{nome' }],
  ['/notificacoes texto pix gerado loja:Hoje etapa:3 texto:Oi', 'step_unknown', { step: '3', last: 2 }],
  ['/notificacoes desligar pix gerado loja:Hoje etapa:2', 'step_unknown', { step: '2', last: 1 }],
  ['/notificacoes texto pix gerado loja:Hoje imagem:foto.png', 'image_unknown', { address: 'foto.png' }],
  ['/notificacoes atraso pix gerado loja:Hoje atraso:logo', 'delay_unknown', { delay: 'logo' }],
  ['/notificacoes atraso pix gerado loja:Hoje atraso:"2h 09:00"', 'delay_unknown', { delay: '2h 09:00' }],
  [
    '/notificacoes ligar pix gerado loja:Hoje produto:Nada',
    'product_unknown',
    { product: 'Nada', count: 0, names: '' },
  ],
  ['/notificacoes testar pix gerado 11 90000-0001 loja:Hoje', 'instance_not_linked', { store: 'Hoje' }],
  ['/notificacoes testar pix gerado telefone:123 loja:Hoje', 'phone_unknown', { phone: '123' }],
  ['/notificacoes caminho-feliz Hoje ligado:talvez', 'yes_no_unknown', { option: 'ligado', answer: 'talvez' }],
  ['/notificacoes listar', 'store_which', { names: STORES }],
  ['/instancia listar', 'instance_none'],
  [
    '/instancia criar Nova tipo:telegram',
    'provider_unknown',
    { provider: 'telegram', providers: PROVIDERS.join(', ') },
  ],
  ['/eventos reprocessar', 'replay_what'],
  ['/acesso dar @bia papel:chefe', 'role_unknown', { role: 'chefe', roles: 'leitor, operador, admin' }],
  ['/eventos reprocessar todos:tudo loja:Hoje', 'replay_group_unknown', { group: 'tudo', groups: GROUPS }],
];

/** What is wrong with one store and right with another. */
const NEED_THE_STORE: ReadonlySet<ErrorCode> = new Set([
  'store_name_taken',
  'cursor_unknown',
  'step_unknown',
  'product_unknown',
  'instance_not_linked',
]);

describe('a mistake', () => {
  beforeAll(async () => {
    await commandLine.createStore('Ateliê da Ana');
    // A name that reads like a period.
    await commandLine.createStore('Hoje');
  });

  it.each(MISTAKES)('%s', async (line, code, values) => {
    const before = await commandLine.everythingButTheOthers();
    for (const locale of LOCALES) {
      expect(refusalOf(await type(line, { locale }))).toBe(text(locale, `error.${code}`, values));
    }
    expect(await commandLine.everythingButTheOthers()).toEqual(before);
    expect(commandLine.faults).toEqual([]);
  });

  it.each(
    MISTAKES.filter(([line, code]) => line.includes('loja:Hoje') && !NEED_THE_STORE.has(code)).map(
      ([line, ...answer]) => [line, ...answer] as const,
    ),
  )('is told before the store is asked for: %s without its store', async (line, code, values) => {
    const without = line.replace(/ loja:(Hoje|"Hoje")/, '');
    expect(refusalOf(await type(without))).toBe(text('pt-BR', `error.${code}`, values));
  });

  it.each(LOCALES)('in the name of an event is answered with all of them (%s)', async (locale: Locale) => {
    const kinds = EVENT_KINDS.map((kind) => text(locale, `kind.${kind}`)).join(', ');
    const sentence = text(locale, 'error.alert_kind_unknown', { kind: 'vendinhas', kinds });
    expect(refusalOf(await type('/alertas eventos loja:Hoje eventos:"chargeback, vendinhas"', { locale }))).toBe(
      sentence,
    );
  });

  it.each(LOCALES)('in the name of a notification is answered with all of them (%s)', async (locale: Locale) => {
    const names = NOTIFICATION_TYPES.map((type) => text(locale, `notification.${type}`)).join(', ');
    const sentence = text(locale, 'error.notification_unknown', { name: 'carrinho', names });
    expect(refusalOf(await type('/notificacoes ligar carrinho', { locale }))).toBe(sentence);
  });

  it.each([
    ['/loja criar', 'nome', '/loja criar Curso de Violão'],
    ['/loja criar ""', 'nome', '/loja criar Curso de Violão'],
    ['/loja criar "  "', 'nome', '/loja criar Curso de Violão'],
    ['/alertas canal loja:Hoje', 'canal', '/alertas canal #vendas'],
    ['/alertas minimo loja:Hoje', 'valor', '/alertas minimo 97,00'],
    ['/acesso dar operador', 'pessoa', '/acesso dar @ana operador'],
    ['/eventos ver', 'id', '/eventos ver 6743a1f09b1e8a0012c4d5e6'],
  ])('of leaving something out (%s) is answered with a form, and with what to type', async (line, names, example) => {
    for (const locale of LOCALES) {
      const reply = await type(line, { locale });
      expect(textOf(reply)).toContain(text(locale, 'error.argument_missing', { example }));
      const { fields } = blockOf(reply, 'form');
      expect(fields.filter((field) => field.required).map(({ name }) => name)).toContain(names);
    }
  });

  it('of naming no store where there are several cannot be made in a form', async () => {
    const { fields } = blockOf(await type('/alertas canal'), 'form');
    expect(fields.find(({ name }) => name === 'loja')).toMatchObject({ kind: 'select', required: true });
  });
});

describe('what a mistake suggests', () => {
  const PERIODS =
    /\d+\/\d+\/\d+ a \d+\/\d+\/\d+|[\d-]+ to [\d-]+|\b(?:hoje|ontem|7d|30d|mes)\b|\d+\/\d+\/\d{4}|\d{4}-\d+-\d+/g;

  it.each(LOCALES)('as a period is one (%s)', async (locale) => {
    const suggested: string[] = [];
    for (const typed of ['loja:Hoje periodo:amanhã', 'loja:Hoje 31/02', 'semana passada']) {
      const sentence = refusalOf(await type(`/relatorio ${typed}`, { locale })) ?? '';
      suggested.push(...(sentence.replaceAll(typed.split(' ').at(-1) ?? '', '').match(PERIODS) ?? []));
    }
    expect(suggested).toHaveLength(13);
    for (const period of suggested) {
      for (const line of [`loja:Hoje ${period}`, `loja:Hoje periodo:${period}`, `Ateliê da Ana ${period}`]) {
        expect(refusalOf(await type(`/relatorio ${line}`, { locale })), line).toBeNull();
      }
    }
  });

  it.each([
    ['/loja editar loja:Hoje', 'fila:0', 1],
    ['/loja editar loja:Hoje', 'caminho-feliz:talvez', 2],
    ['/loja editar loja:Hoje', 'cabecalho:sem-valor', 3],
    ['/checklist loja:Hoje', 'detalhado:talvez', 2],
    ['/relatorio loja:Hoje', 'formato:pdf', 1],
    ['/eventos reprocessar loja:Hoje', 'todos:tudo', 3],
  ])('for an option is taken: %s %s', async (line, typed, count) => {
    const option = typed.split(':')[0] ?? '';
    for (const locale of LOCALES) {
      const sentence = refusalOf(await type(`${line} ${typed}`, { locale })) ?? '';
      const suggested = sentence.match(new RegExp(`\\b${option}:("[^"]*"|[^\\s,.]+)`, 'g')) ?? [];
      expect(suggested.length >= count, sentence).toBe(true);
      for (const suggestion of suggested) {
        expect(refusalOf(await type(`${line} ${suggestion}`, { locale })), suggestion).toBeNull();
      }
    }
  });
});

describe('a line that leaves open which store', () => {
  it.each([
    ['/loja ver', 'Hoje'],
    ['/loja webhook', 'Hoje'],
    ['/loja remover', 'Remover a loja “Hoje”?'],
    ['/relatorio 7d', 'Hoje'],
    ['/alertas testar', 'Hoje'],
    ['/alertas eventos chargeback', 'Hoje'],
    ['/eventos reprocessar todos:falhas', 'Hoje'],
  ])('goes on at the press of a button: %s', async (line, expected) => {
    const { buttons } = blockOf(await type(line), 'buttons');
    expect(buttons.map(({ label }) => label).sort()).toEqual(['Ateliê da Ana', 'Hoje']);
    const command = buttons.find(({ label }) => label === 'Hoje')?.command ?? '';
    expect(textOf(await type(command))).toContain(expected);
  });

  it('loses nothing else that was typed', async () => {
    const { buttons } = blockOf(await type('/relatorio 7d csv'), 'buttons');
    expect(buttons.map(({ command }) => command)).toContain('/relatorio loja formato:csv periodo:7d loja:Hoje');
  });
});

describe('a workspace with many stores', () => {
  beforeAll(async () => {
    for (let number = 1; number <= 30; number += 1) await commandLine.createStore(`Turma ${number}`);
  });

  it('names those that are most like what was typed, and no more than a sentence can hold', async () => {
    const refusal = refusalOf(await type('/loja ver turma 27 b')) ?? '';
    expect(refusal).toContain('As que existem: “Turma 27”, ');
    expect(refusal).toContain(', ….');
    expect(refusal.split(', ')).toHaveLength(21);
    const undecided = await type('/loja ver');
    expect(refusalOf(undecided)).toContain(', ….');
    expect(blockOf(undecided, 'form').fields[0]?.choices).toHaveLength(32);
    expect(await commandLine.services.stores.list(WORKSPACE)).toHaveLength(32);
  });
});
