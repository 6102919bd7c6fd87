import { beforeEach, describe, expect, it } from 'vitest';
import { messageModel } from '../../src/messages/message-model.ts';
import { NOTIFICATION_TYPES, type NotificationType } from '../../src/messages/notification-catalogue.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { text } from '../../src/text/text.ts';
import { blockOf, buttonOf, refusalOf, textOf, useCommandLine, WORKSPACE } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

let store: Store;

beforeEach(async () => {
  await commandLine.empty();
  store = await commandLine.createStore('Ateliê');
  await commandLine.createInstance('Atendimento', store);
});

async function settings(notification: NotificationType) {
  return await commandLine.services.notifications.get(store.id, notification);
}

async function sell(transactionId: string, product = { productId: 'p1', productName: 'Curso de Violão' }) {
  const client = { full_name: 'Joana Compradora', phone: '+5511900001234' };
  await commandLine.send(store, { event: 'approved_purchase', transactionId, amount: 19_700, product, client });
}

/** The texts that went out, as the console shows what an instance of the type log would have sent. */
function sentTexts(): string[] {
  return commandLine.posts.flatMap(({ key, message }) => {
    const [block] = message.blocks;
    return key.startsWith('message:') && block?.type === 'paragraph' ? [block.text] : [];
  });
}

describe('/notificacoes listar', () => {
  it('shows the columns of the help article, and what is on and when', async () => {
    const table = blockOf(await type('/notificacoes listar', { role: 'viewer' }), 'table');
    expect(table.columns.map(({ label }) => label)).toEqual([
      'Prioridade no caminho feliz',
      'Nome da notificação',
      'Como reconhecemos o evento',
      'Estado',
      'Quando',
    ]);
    expect(table.rows).toHaveLength(NOTIFICATION_TYPES.length);
    expect(table.rows[0]).toEqual([
      '1',
      'Carrinho abandonado',
      'abandoned_checkout, abandoned_purchase, abandoned_cart',
      'ligada',
      '15 min depois',
    ]);
    expect(table.rows).toContainEqual(expect.arrayContaining(['Lembrete de boleto', 'no dia seguinte, às 09:00']));
    expect(table.rows).toContainEqual(expect.arrayContaining(['–', 'Chargeback', 'desligada']));
  });
});

describe('/notificacoes ligar and desligar', () => {
  it('decide what is planned', async () => {
    expect(textOf(await type('/notificacoes desligar compra aprovada'))).toContain('“Compra aprovada” desligada');
    await sell('a');
    expect(await messageModel(commandLine.database.connection).countDocuments()).toBe(0);
    await type('/notificacoes ligar COMPRA APROVADA');
    await sell('b');
    expect(await messageModel(commandLine.database.connection).countDocuments()).toBe(1);
  });

  it('can be said of one product, by its name', async () => {
    await sell('a');
    const reply = await type('/notificacoes desligar compra aprovada produto:"curso de violao"');
    expect(textOf(reply)).toContain('desligada para Curso de Violão');
    await sell('b');
    await sell('c', { productId: 'p2', productName: 'Outro curso' });
    expect(await messageModel(commandLine.database.connection).countDocuments()).toBe(2);
    expect(textOf(await type('/notificacoes listar'))).toContain('ligada; 1 produto à parte');
  });
});

describe('/notificacoes texto', () => {
  it('takes a text and shows how it reads with the last real event', async () => {
    await sell('a');
    const reply = await type(
      '/notificacoes texto compra aprovada texto:"Oi {{customer.first_name}}, {{order.total}}!"',
    );
    expect(reply).toMatchObject({ title: 'Texto de “Compra aprovada” salvo', visibility: 'private' });
    expect(textOf(reply)).toContain('Oi Joana, R$ 197,00!');
    commandLine.posts.length = 0;
    await sell('b');
    expect(sentTexts()).toEqual(['Oi Joana, R$ 197,00!']);
  });

  it('without a text shows the variables and the text there is, in a form', async () => {
    const reply = await type('/notificacoes texto pix gerado');
    expect(textOf(reply)).toContain('{{order.pix.bacen_code}}');
    expect(textOf(reply)).toContain('abra com {{#nome}} e feche com {{/nome}}');
    const form = blockOf(reply, 'form');
    expect(form.fields[0]?.value).toContain('Seu Pix de {{order.total}}');
    await type(form.command, { options: { texto: 'Primeiro {{order.total}}\n---\nSegundo {{order.total}}' } });
    expect((await settings('pix_generated')).steps[0]?.texts).toEqual([
      'Primeiro {{order.total}}',
      'Segundo {{order.total}}',
    ]);
    expect(textOf(await type('/notificacoes previa pix gerado'))).toContain('Texto 2: Segundo R$ 197,00');
    await type('/notificacoes texto pix gerado texto:padrão');
    expect((await settings('pix_generated')).steps[0]?.texts[0]).toContain('Seu Pix de {{order.total}}');
  });

  it.each([
    ['Oi {{customer.nome}}', 'customer.nome'],
    ['{{#checkout.url}}Oi', 'chaves duplas ou com a marca de fim'],
    ['{{> outro}}', '{{> outro}}'],
  ])('refuses what could not be sent as it is meant: %s', async (typed, named) => {
    const before = await settings('pix_generated');
    const refusal = refusalOf(await type('/notificacoes texto pix gerado', { options: { texto: typed } }));
    expect(refusal).toContain(named);
    expect(await settings('pix_generated')).toEqual(before);
  });

  it('adds and changes steps, each with its own delay', async () => {
    await type('/notificacoes texto pix gerado etapa:2 texto:Segunda');
    await type('/notificacoes atraso pix gerado 1d 09:00 etapa:3');
    await type('/notificacoes atraso pix gerado 45min');
    const { steps } = await settings('pix_generated');
    expect(steps.map(({ delay }) => delay)).toEqual([
      { after: 45 * 60_000 },
      { after: 35 * 60_000 },
      { days: 1, at: '09:00' },
    ]);
    expect(steps[1]?.texts).toEqual(['Segunda']);
    expect(textOf(await type('/notificacoes listar'))).toContain(
      '45 min depois; 35 min depois; no dia seguinte, às 09:00',
    );
    expect(textOf(await type('/notificacoes desligar pix gerado etapa:2'))).toContain('Restam 2 etapas');
    expect((await settings('pix_generated')).steps).toHaveLength(2);
    expect((await settings('pix_generated')).enabled).toBe(true);
  });

  it('gives a product its own text', async () => {
    await sell('a');
    await type('/notificacoes texto compra aprovada produto:p1 texto:Violão!');
    commandLine.posts.length = 0;
    await sell('b');
    expect(sentTexts()).toEqual(['Violão!']);
    expect(textOf(await type('/notificacoes previa compra aprovada produto:p1'))).toContain('Mensagem: Violão!');
    expect(refusalOf(await type('/notificacoes texto compra aprovada produto:p1 imagem:https://a.example/b.png'))).toBe(
      text('pt-BR', 'error.product_text_first'),
    );
  });

  it('sends a picture along, and no longer', async () => {
    await type('/notificacoes texto pix gerado imagem:https://a.example/b.png');
    expect((await settings('pix_generated')).steps[0]?.imageUrl).toBe('https://a.example/b.png');
    expect(textOf(await type('/notificacoes previa pix gerado'))).toContain('https://a.example/b.png');
    await type('/notificacoes texto pix gerado imagem:nenhuma');
    expect((await settings('pix_generated')).steps[0]?.imageUrl).toBeNull();
  });
});

describe('/notificacoes atraso', () => {
  it.each([
    ['15min', { after: 15 * 60_000 }, '15 min depois'],
    ['2 h', { after: 2 * 3_600_000 }, '2 horas depois'],
    ['1d', { after: 24 * 3_600_000 }, '1 dia depois'],
    ['2 dias às 9h30', { days: 2, at: '09:30' }, '2 dias depois, às 09:30'],
    ['0d 18:00', { days: 0, at: '18:00' }, 'no mesmo dia, às 18:00'],
    ['agora', { after: 0 }, 'na hora'],
  ])('reads %s', async (typed, delay, said) => {
    const reply = await type('/notificacoes atraso pix gerado', { options: { atraso: typed } });
    expect(textOf(reply)).toContain(said);
    expect((await settings('pix_generated')).steps[0]?.delay).toEqual(delay);
  });
});

describe('/notificacoes previa', () => {
  it.each(NOTIFICATION_TYPES)('renders %s as it comes, with invented data, in both languages', async (notification) => {
    for (const locale of ['pt-BR', 'en'] as const) {
      const name = text(locale, `notification.${notification}`);
      const reply = await type(`/notificacoes previa ${name}`, { locale, role: 'operator' });
      expect(reply).toMatchObject({ tone: 'neutral', visibility: 'private' });
      expect(textOf(reply)).toContain('Joana');
      expect(textOf(reply)).toContain(text(locale, 'notifications.preview_sample'));
    }
  });

  it('says which variable the real event lacks', async () => {
    await sell('a');
    await type('/notificacoes texto compra aprovada texto:"{{order.id}} {{tracking.sck}}"');
    const reply = await type('/notificacoes previa compra aprovada');
    expect(reply.tone).toBe('attention');
    expect(textOf(reply)).toContain('não traz tracking.sck');
  });
});

describe('/notificacoes testar', () => {
  it('sends what the preview shows to the phone', async () => {
    await sell('a');
    commandLine.posts.length = 0;
    const form = blockOf(
      await type(buttonOf(await type('/notificacoes previa compra aprovada'), 'Enviar teste')),
      'form',
    );
    const reply = await type(form.command, {
      options: { notificacao: 'Compra aprovada', telefone: '11 90000-0001', loja: 'Ateliê' },
    });
    expect(textOf(reply)).toContain('O teste para ····0001 não foi pelo WhatsApp: “Atendimento” é do tipo log');
    await expect
      .poll(async () => {
        await commandLine.settle();
        return sentTexts();
      })
      .toEqual([expect.stringContaining('Oi, Joana! Pagamento aprovado')]);
  });
});

describe('/notificacoes caminho-feliz', () => {
  it.each([
    ['não', false],
    ['Ateliê nao', false],
    ['ligado:sim loja:Ateliê', true],
  ])('%s', async (words, expected) => {
    expect(refusalOf(await type(`/notificacoes caminho-feliz ${words}`))).toBeNull();
    expect((await commandLine.services.stores.resolve(WORKSPACE, 'Ateliê')).happyPath).toBe(expected);
  });
});
