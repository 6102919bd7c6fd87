import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { Command, Suggestion } from '../../src/chat/command.ts';
import { type CommandRequest, createCommandDispatcher } from '../../src/chat/dispatcher.ts';
import { privateText, type Reply } from '../../src/chat/message.ts';
import { ProductError } from '../../src/text/product-error.ts';

interface Services {
  stores: string[];
}

const stores = async ({ services }: { services: Services }): Promise<Suggestion[]> =>
  services.stores.map((value) => ({ value, label: value }));

const echo = async (_context: unknown, values: object): Promise<Reply> =>
  privateText('success', JSON.stringify(values));

const commands: readonly Command<Services>[] = [
  {
    name: 'loja',
    description: 'form.submit',
    verbs: [
      {
        name: 'criar',
        description: 'form.submit',
        role: 'admin',
        options: [
          {
            name: 'nome',
            description: 'form.submit',
            required: true,
            takesRest: true,
            example: 'Curso de Violão',
            maximumLength: 100,
          },
          {
            name: 'plataforma',
            description: 'form.submit',
            required: false,
            complete: async () => [{ value: 'assiny', label: 'Assiny' }],
          },
        ],
        run: echo,
      },
      {
        name: 'ver',
        description: 'form.submit',
        role: 'viewer',
        options: [{ name: 'loja', description: 'form.submit', required: true, takesRest: true, complete: stores }],
        run: echo,
      },
      {
        name: 'remover',
        description: 'form.submit',
        role: 'admin',
        options: [{ name: 'loja', description: 'form.submit', required: true, takesRest: true, complete: stores }],
        run: echo,
      },
    ],
  },
  {
    name: 'relatorio',
    description: 'form.submit',
    defaultVerb: 'loja',
    verbs: [
      {
        name: 'loja',
        description: 'form.submit',
        role: 'viewer',
        options: [
          { name: 'loja', description: 'form.submit', required: false, takesRest: true, complete: stores },
          {
            name: 'periodo',
            description: 'form.submit',
            required: false,
            countTrailingWords: (words) => (/^(hoje|\d+d)$/.test(words.at(-1) ?? '') ? 1 : 0),
            complete: async () => ['hoje', '7d', '30d'].map((value) => ({ value, label: value })),
          },
        ],
        run: echo,
      },
    ],
  },
  {
    name: 'falha',
    description: 'form.submit',
    verbs: [
      {
        name: 'inesperada',
        description: 'form.submit',
        role: 'viewer',
        options: [{ name: 'texto', description: 'form.submit', required: false, takesRest: true }],
        run: async () => {
          throw new Error('the database is on fire');
        },
      },
      {
        name: 'prevista',
        description: 'form.submit',
        role: 'viewer',
        options: [],
        run: async () => {
          throw new ProductError('channel_unreachable', { channel: 'vendas' });
        },
      },
      {
        name: 'sem-valores',
        description: 'form.submit',
        role: 'viewer',
        options: [],
        run: async () => {
          throw new ProductError('channel_unreachable');
        },
      },
    ],
  },
];

function setUp(storeNames: string[] = ['Curso de Violão', 'Apostila']) {
  const log: string[] = [];
  const dispatcher = createCommandDispatcher({
    commands,
    services: { stores: storeNames },
    log: pino({}, { write: (line: string) => log.push(line) }),
  });
  function request(line: string, more: Partial<CommandRequest> = {}): CommandRequest {
    const user = { id: 'u1', name: 'Rita', role: 'admin' as const };
    return { workspaceId: 'console', channel: null, locale: 'pt-BR', user, line, ...more };
  }
  const viewer = { user: { id: 'u2', name: 'Rui', role: 'viewer' as const } };
  return {
    log,
    viewer,
    run: (line: string, more?: Partial<CommandRequest>) => dispatcher.run(request(line, more)),
    complete: async (line: string, more?: Partial<CommandRequest>) =>
      (await dispatcher.complete(request(line, more))).map((completion) => completion.line),
  };
}

function textOf(reply: Reply): string {
  return reply.blocks.map((block) => (block.type === 'paragraph' ? block.text : '')).join('\n');
}

describe('running a line', () => {
  test.each([
    ['/loja ver Apostila', '{"loja":"Apostila"}'],
    ['loja ver Apostila', '{"loja":"Apostila"}'],
    ['  /LOJA   VER   Apostila  ', '{"loja":"Apostila"}'],
    ['/relatório loja Apostila 7d', '{"loja":"Apostila","periodo":"7d"}'],
    ['/relatorio Apostila', '{"loja":"Apostila"}'],
    ['/relatorio', '{}'],
  ])('%s', async (line, expected) => {
    const values = JSON.parse(textOf(await setUp().run(line)));
    expect(values).toEqual(JSON.parse(expected));
  });

  test('values of a form win over the line', async () => {
    const reply = await setUp().run('/loja criar Antigo', { options: { nome: 'Novo' } });
    expect(JSON.parse(textOf(reply))).toEqual({ nome: 'Novo' });
  });
});

describe('a mistake is answered in private, with one sentence that says what to type', () => {
  test.each([
    ['oi', 'Não conheço esse comando. Os que existem: /loja, /relatorio, /falha.'],
    ['', 'Não conheço esse comando. Os que existem: /loja, /relatorio, /falha.'],
    ['/loja', 'Diga o que fazer: /loja e uma destas palavras: criar, ver, remover.'],
    ['/loja vender', '“vender” não existe em /loja. Use uma destas palavras: criar, ver, remover.'],
    ['/loja ver loja:A loja:B', 'A opção “loja” apareceu duas vezes. Deixe só uma.'],
    [
      '/loja ver loja:"A" B',
      'Não entendi “B”. As opções deste comando são: loja. Nomes com espaço podem ir entre aspas.',
    ],
    [
      '/falha prevista',
      'Não consigo postar em #vendas. Convide o Sininho para o canal ou escolha outro com /alertas canal.',
    ],
  ])('%s', async (line, sentence) => {
    const reply = await setUp().run(line);
    expect(reply).toEqual(privateText('attention', sentence));
  });

  test('in the language of the person', async () => {
    const reply = await setUp().run('/loja', { locale: 'en' });
    expect(textOf(reply)).toBe('Say what to do: /loja and one of these words: criar, ver, remover.');
  });

  test('a role that is too low names the role that is needed, and nothing runs', async () => {
    const { run, viewer } = setUp();
    const reply = await run('/loja criar Curso', viewer);
    expect(reply).toEqual(
      privateText('attention', 'Você não tem permissão para /loja criar. Peça a um admin o papel de admin.'),
    );
  });
});

describe('what is missing is asked for', () => {
  test('with a form that keeps what was given', async () => {
    const reply = await setUp().run('/loja criar plataforma:assiny');
    expect(reply.visibility).toBe('private');
    expect(textOf(reply)).toContain('Preencha abaixo o que falta ou digite /loja criar Curso de Violão');
    expect(reply.blocks.at(-1)).toEqual({
      type: 'form',
      command: '/loja criar',
      submitLabel: 'Enviar',
      fields: [
        {
          name: 'nome',
          label: 'Enviar',
          kind: 'text',
          required: true,
          hint: 'Exemplo: Curso de Violão',
          maximumLength: 100,
        },
        {
          name: 'plataforma',
          label: 'Enviar',
          kind: 'select',
          required: false,
          value: 'assiny',
          choices: [{ value: 'assiny', label: 'Assiny' }],
        },
      ],
    });
  });

  test('also when it is only spaces', async () => {
    const reply = await setUp().run('/loja criar', { options: { nome: '   ' } });
    expect(reply.blocks.at(-1)).toMatchObject({ type: 'form', command: '/loja criar' });
  });

  test('what the form says it needs is what the command then accepts', async () => {
    const { run } = setUp();
    const form = (await run('/loja ver')).blocks.at(-1);
    if (form?.type !== 'form') throw new Error('A form was expected');
    const options = Object.fromEntries(form.fields.map((field) => [field.name, field.choices?.[0]?.value ?? 'algo']));
    expect(textOf(await run(form.command, { options }))).toBe('{"loja":"Curso de Violão"}');
  });
});

describe('a fault that nobody foresaw', () => {
  test.each(['/falha inesperada fulana@example.com 11987654321', '/falha sem-valores'])(
    'becomes a sentence and a line in the log, without what was typed: %s',
    async (line) => {
      const { run, log } = setUp();
      const reply = await run(line);
      expect(reply.visibility).toBe('private');
      expect(reply.tone).toBe('danger');
      expect(textOf(reply)).toMatch(/^Algo deu errado por aqui e nada foi perdido\./);
      expect(log).toHaveLength(1);
      expect(JSON.parse(log[0] ?? '')).toMatchObject({ level: 50, command: '/falha', workspaceId: 'console' });
      expect(log[0]).not.toContain('fulana@example.com');
      expect(log[0]).not.toContain('11987654321');
    },
  );
});

describe('completing a line', () => {
  test.each([
    ['/', ['/loja ', '/relatorio ', '/falha ']],
    ['/re', ['/relatorio ']],
    ['/RELATÓ', ['/relatorio ']],
    ['/loja ', ['/loja criar ', '/loja ver ', '/loja remover ']],
    ['/loja r', ['/loja remover ']],
    ['/loja ver ', ['/loja ver loja:"Curso de Violão"', '/loja ver loja:Apostila']],
    ['/loja ver curso de vi', ['/loja ver loja:"Curso de Violão"']],
    ['/loja ver loja:"Cur', ['/loja ver loja:"Curso de Violão"']],
    ['/loja ver loja:“Cur', ['/loja ver loja:"Curso de Violão"']],
    ['/loja ver LOJA:ap', ['/loja ver loja:Apostila']],
    ['/loja ver nada disso', []],
    ['/relatorio Apostila 7', ['/relatorio Apostila periodo:7d']],
    ['/relatorio loja loja:"Curso de Violão" 3', ['/relatorio loja loja:"Curso de Violão" periodo:30d']],
    ['/relatorio loja loja:Apostila 3', ['/relatorio loja loja:Apostila periodo:30d']],
    [
      '/relatorio loja loja:Apostila ',
      ['hoje', '7d', '30d'].map((period) => `/relatorio loja loja:Apostila periodo:${period}`),
    ],
    ['/relatorio loja periodo:', ['hoje', '7d', '30d'].map((period) => `/relatorio loja periodo:${period}`)],
    ['oi', []],
    ['', []],
  ])('%s', async (line, expected) => {
    expect(await setUp().complete(line)).toEqual(expected);
  });

  test('offers nothing that the person may not run', async () => {
    const { complete, viewer } = setUp();
    expect(await complete('/loja ', viewer)).toEqual(['/loja ver ']);
    expect(await complete('/loja remover ', viewer)).toEqual([]);
  });

  test('offers at most 20', async () => {
    const { complete } = setUp(Array.from({ length: 50 }, (_, index) => `Loja ${index}`));
    expect(await complete('/loja ver ')).toHaveLength(20);
  });

  test('what is offered runs as it stands', async () => {
    const stored = ['7d', 'loja: a melhor', 'Curso "top"', 'Vendas hoje'];
    const { complete, run } = setUp(stored);
    const lines = await complete('/loja ver ');
    const values = await Promise.all(lines.map(async (line) => JSON.parse(textOf(await run(line))).loja));
    expect(values).toEqual(stored);
  });
});
