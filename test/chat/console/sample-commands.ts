import type { Command } from '../../../src/chat/command.ts';
import type { Block, Reply } from '../../../src/chat/message.ts';
import { privateText } from '../../../src/chat/message.ts';

/** What the sample commands may do; a test decides how. */
export interface SampleServices {
  stores: string[];
  /** Settles when the slow command may answer. */
  slow(): Promise<void>;
}

const ONE_PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** Text that would be markup, were it not escaped. */
export const HOSTILE_TEXT = '<img src=x onerror="document.title=\'hacked\'"><script>document.title="hacked"</script>';

function publicReply(title: string, ...blocks: Block[]): Reply {
  return { title, tone: 'success', blocks, visibility: 'public' };
}

const store: Command<SampleServices> = {
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
          description: 'method.unknown',
          required: true,
          takesRest: true,
          example: 'Curso de Violão',
          maximumLength: 100,
        },
      ],
      async run({ services }, { nome = '' }) {
        services.stores.push(nome);
        return {
          title: `Loja “${nome}” criada`,
          tone: 'success',
          visibility: 'private',
          blocks: [
            {
              type: 'paragraph',
              text: 'Cole este endereço na Assiny, em Webhooks, e ative Todos os Eventos.\nO passo a passo está em https://example.com/assiny.',
            },
            {
              type: 'copy',
              label: 'URL do webhook',
              value: 'http://localhost:3000/webhooks/assiny/4uT2nV9cQmZsXb71LrYdKe0HwPgJ5oAf',
            },
            {
              type: 'buttons',
              buttons: [
                { label: 'Ver checklist', command: `/checklist loja:"${nome}"`, style: 'primary' },
                { label: 'Ver lojas', command: '/loja listar', style: 'secondary' },
                { label: 'Remover loja', command: `/loja remover loja:"${nome}"`, style: 'danger' },
              ],
            },
          ],
        };
      },
    },
    {
      name: 'listar',
      description: 'form.submit',
      role: 'viewer',
      options: [],
      run: async ({ services }) => publicReply('Lojas', { type: 'paragraph', text: services.stores.join('\n') || '–' }),
    },
    {
      name: 'ver',
      description: 'form.submit',
      role: 'viewer',
      options: [
        {
          name: 'loja',
          description: 'method.unknown',
          required: true,
          takesRest: true,
          complete: async ({ services }) => services.stores.map((value) => ({ value, label: value })),
        },
      ],
      run: async (_context, { loja = '' }) => publicReply(loja),
    },
  ],
};

const checklist: Command<SampleServices> = {
  name: 'checklist',
  description: 'form.submit',
  defaultVerb: 'ver',
  verbs: [
    {
      name: 'ver',
      description: 'form.submit',
      role: 'viewer',
      options: [{ name: 'loja', description: 'method.unknown', required: false, takesRest: true }],
      run: async () => ({
        title: 'Falta pouco para a loja ficar pronta',
        tone: 'attention',
        visibility: 'public',
        blocks: [
          {
            type: 'badges',
            badges: [
              { status: 'ok', label: 'Webhook criado', detail: 'Usado pela última vez em 24/11/2026 09:12' },
              {
                status: 'attention',
                label: 'Eventos da Assiny',
                detail: 'Vistos: Compra aprovada, Pix gerado. Nunca vistos: Chargeback, Reembolso feito',
                remedy: 'Na Assiny, abra Webhooks e ative Todos os Eventos.',
              },
              {
                status: 'blocked',
                label: 'Canal dos alertas',
                detail: 'Nenhum canal foi escolhido',
                remedy: 'Digite /alertas canal vendas',
              },
              { status: 'waiting', label: 'Primeiro resumo', detail: 'Sai amanhã às 08:00' },
            ],
          },
        ],
      }),
    },
  ],
};

const report: Command<SampleServices> = {
  name: 'relatorio',
  description: 'form.submit',
  verbs: [
    {
      name: 'loja',
      description: 'form.submit',
      role: 'viewer',
      options: [{ name: 'loja', description: 'method.unknown', required: false, takesRest: true }],
      run: async () =>
        publicReply(
          'Curso de Violão · 18/11/2026 a 24/11/2026',
          {
            type: 'fields',
            fields: [
              { label: 'Receita', value: 'R$ 48.316,40' },
              { label: 'Vendas', value: '163' },
              { label: 'Ticket médio', value: 'R$ 296,42' },
              { label: 'Reembolsos', value: '4 · R$ 1.188,00' },
              { label: 'Chargebacks', value: '1 · R$ 297,00' },
              { label: 'Recusados', value: '22' },
              { label: 'Pix gerados e pagos', value: '118 · 91' },
            ],
          },
          {
            type: 'table',
            caption: 'Por produto',
            columns: [
              { label: 'Produto', align: 'left' },
              { label: 'Vendas', align: 'right' },
              { label: 'Receita', align: 'right' },
              { label: 'Ticket médio', align: 'right' },
              { label: 'Reembolsos', align: 'right' },
            ],
            rows: [
              ['Curso de Violão Completo', '121', 'R$ 35.937,00', 'R$ 297,00', '3'],
              ['Apostila de Cifras', '38', 'R$ 3.686,00', 'R$ 97,00', '1'],
              ['Mentoria Individual', '4', 'R$ 8.693,40', 'R$ 2.173,35', '0'],
            ],
          },
          { type: 'file', name: 'relatorio.csv', contentType: 'text/csv', base64: 'cHJvZHV0bzt2ZW5kYXMK' },
        ),
    },
  ],
};

const alerts: Command<SampleServices> = {
  name: 'alertas',
  description: 'form.submit',
  verbs: [
    {
      name: 'eventos',
      description: 'form.submit',
      role: 'admin',
      options: [
        { name: 'eventos', description: 'method.unknown', required: false },
        { name: 'canal', description: 'method.unknown', required: false },
      ],
      async run(_context, { eventos, canal }) {
        if (eventos) return privateText('success', `Avisos em #${canal}: ${eventos}`);
        return {
          title: 'Quais avisos chegam?',
          tone: 'neutral',
          visibility: 'private',
          blocks: [
            {
              type: 'form',
              command: '/alertas eventos',
              submitLabel: 'Salvar',
              fields: [
                {
                  name: 'canal',
                  label: 'Canal',
                  kind: 'select',
                  required: true,
                  hint: 'Onde os avisos aparecem',
                  choices: [
                    { value: 'vendas', label: '#vendas' },
                    { value: 'equipe', label: '#equipe' },
                  ],
                },
                {
                  name: 'eventos',
                  label: 'Avisos',
                  kind: 'multiselect',
                  required: false,
                  value: ['purchase_approved'],
                  choices: [
                    { value: 'purchase_approved', label: 'Compra aprovada' },
                    { value: 'pix_generated', label: 'Pix gerado' },
                    { value: 'purchase_refunded', label: 'Reembolso feito' },
                    { value: 'chargeback', label: 'Chargeback' },
                  ],
                },
              ],
            },
          ],
        };
      },
    },
  ],
};

const test: Command<SampleServices> = {
  name: 'teste',
  description: 'form.submit',
  verbs: [
    {
      name: 'lento',
      description: 'form.submit',
      role: 'viewer',
      options: [],
      async run({ services }) {
        await services.slow();
        return privateText('success', 'Pronto');
      },
    },
    {
      name: 'hostil',
      description: 'form.submit',
      role: 'viewer',
      options: [],
      run: async () =>
        publicReply(
          HOSTILE_TEXT,
          { type: 'paragraph', text: `${HOSTILE_TEXT} javascript:alert(1) https://example.com/"onmouseover=x` },
          { type: 'fields', fields: [{ label: HOSTILE_TEXT, value: HOSTILE_TEXT }] },
          {
            type: 'table',
            caption: HOSTILE_TEXT,
            columns: [{ label: HOSTILE_TEXT, align: 'left' }],
            rows: [[HOSTILE_TEXT]],
          },
          {
            type: 'badges',
            badges: [{ status: 'ok', label: HOSTILE_TEXT, detail: HOSTILE_TEXT, remedy: HOSTILE_TEXT }],
          },
          { type: 'copy', label: HOSTILE_TEXT, value: HOSTILE_TEXT },
          { type: 'image', contentType: 'image/png', base64: ONE_PIXEL, alternative: HOSTILE_TEXT },
          { type: 'image', contentType: 'text/html', base64: 'PGI+', alternative: HOSTILE_TEXT },
          { type: 'file', name: HOSTILE_TEXT, contentType: 'text/html', base64: 'PGI+' },
          { type: 'buttons', buttons: [{ label: HOSTILE_TEXT, command: '/ajuda', style: 'primary' }] },
        ),
    },
    {
      name: 'falha',
      description: 'form.submit',
      role: 'viewer',
      options: [],
      run: async () => {
        throw new Error('boom');
      },
    },
  ],
};

const help: Command<SampleServices> = {
  name: 'ajuda',
  description: 'form.submit',
  defaultVerb: 'ver',
  verbs: [
    {
      name: 'ver',
      description: 'form.submit',
      role: 'viewer',
      options: [],
      run: async () => privateText('neutral', 'Comandos: /loja, /checklist, /relatorio'),
    },
  ],
};

/** Commands that together use every block of the message model. */
export const sampleCommands: readonly Command<SampleServices>[] = [store, checklist, report, alerts, test, help];
