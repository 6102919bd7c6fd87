import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  startWhatsAppCloudServer,
  type WhatsAppCloudServer,
} from '../../scripts/simulate/providers/whatsapp-cloud-server.ts';
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

  it('takes the values as they are typed, without their names', async () => {
    for (const line of [
      '"Pix gerado" "Oi, {{customer.first_name}}, um!"',
      'Pix gerado "Oi, {{customer.first_name}}, dois!"',
      'Pix gerado Oi, {{customer.first_name}}, três!',
    ]) {
      const reply = await type(`/notificacoes texto ${line}`);
      expect(reply.title, line).toContain('Pix gerado');
      expect(textOf(reply)).toContain(line.includes('um!') ? 'um!' : line.includes('dois') ? 'dois!' : 'três!');
    }
    expect((await type('/notificacoes previa "Pix gerado" 1')).title).toContain('Pix gerado');
    await type('/notificacoes texto "Pix gerado" padrão');
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
    ['30s', { after: 30_000 }, '30 s depois'],
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

describe('/notificacoes modelo', () => {
  const META = { phoneNumberId: '106540352242922', accessToken: 'token', appSecret: 'secret', verifyToken: 'word' };
  let cloud: WhatsAppCloudServer;

  beforeAll(async () => {
    cloud = await startWhatsAppCloudServer({
      ...META,
      templates: [
        { name: 'pix_gerado', body: 'Oi {{1}}, seu Pix de {{2}}: {{3}}' },
        { name: 'pix_gerado_2', body: 'Oi', status: 'PENDING' },
        { name: 'com_imagem', body: 'Oi', components: [{ type: 'HEADER', format: 'IMAGE' }] },
        { name: 'com_video', body: 'Oi', components: [{ type: 'HEADER', format: 'VIDEO' }] },
        {
          name: 'com_botao',
          body: 'Oi',
          components: [{ type: 'BUTTONS', buttons: [{ url: 'https://a.example/{{1}}' }] }],
        },
        { name: 'com_nomes', body: 'Oi {{nome}}' },
      ],
    });
  });

  afterAll(() => cloud.close());

  async function official(credentials: object = {}): Promise<void> {
    const { instances } = commandLine.services;
    const made = await instances.create(WORKSPACE, {
      name: 'Oficial',
      provider: 'whatsapp-cloud',
      credentials: { ...META, baseUrl: cloud.url, ...credentials },
      timezone: store.timezone,
    });
    await instances.link(WORKSPACE, made.id, store.id, true);
  }

  it('asks in a form, says the variables, and takes them in order', async () => {
    await official();
    const before = await type('/notificacoes previa pix gerado');
    expect(before.tone).toBe('attention');
    expect(textOf(before)).toContain('Fora das 24 horas: Sem modelo');
    const asked = await type(buttonOf(before, 'Escolher modelo'));
    expect(textOf(asked)).toContain('order.pix.bacen_code');
    expect(textOf(asked)).toContain('A primeira preenche {{1}} do modelo');
    const form = blockOf(asked, 'form');
    expect(form.fields.map(({ name, value }) => [name, value])).toEqual([
      ['modelo', undefined],
      ['variaveis', undefined],
      ['idioma', 'pt_BR'],
      ['imagem', undefined],
    ]);
    const variaveis = '{{customer.first_name}}, order.total\norder.pix.bacen_code';
    const saved = await type(form.command, { options: { modelo: 'pix_gerado', variaveis, idioma: 'pt_BR' } });
    expect(saved).toMatchObject({ title: 'Modelo de “Pix gerado” salvo', tone: 'neutral', visibility: 'private' });
    expect(textOf(saved)).toContain('Modelo pix_gerado (pt_BR)\n{{1}} Joana\n{{2}} R$ 197,00\n{{3}} 000201');
    const template = {
      name: 'pix_gerado',
      language: 'pt_BR',
      parameters: ['customer.first_name', 'order.total', 'order.pix.bacen_code'],
      imageUrl: null,
    };
    expect((await settings('pix_generated')).steps[0]?.template).toEqual(template);
    const again = blockOf(await type('/notificacoes modelo pix gerado'), 'form');
    expect(again.fields[1]?.value).toBe('customer.first_name, order.total, order.pix.bacen_code');
    expect(textOf(await type('/notificacoes modelo pix gerado modelo:nenhum'))).toContain('tirado');
    expect((await settings('pix_generated')).steps[0]?.template).toBeNull();
  });

  it.each([
    ['modelo:pix_gerado variaveis:"customer.first_name, customer.apelido"', 'customer.apelido'],
    ['modelo:"Pix gerado"', 'não é nome de modelo'],
    ['modelo:pix_gerado idioma:português', 'não é um idioma de modelo'],
    ['modelo:pix_gerado idioma:en_US', 'Ele existe em: pt_BR'],
    ['modelo:outro', 'A conta da instância “Oficial” não tem o modelo outro'],
    ['modelo:pix_gerado_2', 'PENDING'],
    ['modelo:pix_gerado variaveis:customer.first_name', 'pede 3 variáveis e você deu 1'],
    ['modelo:com_imagem', 'tem uma imagem no cabeçalho. Dê o endereço dela em imagem:'],
    ['modelo:com_imagem imagem:http://a.example/a.png', 'Use um que comece com https://'],
    ['modelo:com_video', 'Crie na Meta uma cópia sem cabeçalho, com uma imagem ou com texto fixo e escolha-a'],
    [
      'modelo:pix_gerado variaveis:"order.id order.id order.id" imagem:https://a.example/a.png',
      'não tem imagem no cabeçalho. Tire-a com imagem:nenhuma',
    ],
    ['modelo:com_botao', 'Crie na Meta uma cópia com o link fixo e escolha-a'],
    ['modelo:com_nomes variaveis:customer.first_name', 'uma cópia com {{1}}, {{2}} no lugar dos nomes e escolha-a'],
    ['idioma:pt_BR', 'Falta dizer o modelo'],
    ['modelo:pix_gerado etapa:2', 'Não existe a etapa'],
  ])('refuses what could not be sent: %s', async (words, named) => {
    await official();
    const before = await settings('pix_generated');
    expect(refusalOf(await type(`/notificacoes modelo pix gerado ${words}`))).toContain(named);
    expect(await settings('pix_generated')).toEqual(before);
  });

  it('leaves the check to the first message where Meta does not say', async () => {
    await official({ baseUrl: 'http://127.0.0.1:9' });
    expect(refusalOf(await type('/notificacoes modelo pix gerado modelo:qualquer'))).toBeNull();
  });

  it('takes the picture of its header, which stays until it is taken away', async () => {
    await official();
    const imageUrl = 'https://a.example/a.png';
    const saved = await type(`/notificacoes modelo pix gerado modelo:com_imagem imagem:${imageUrl}`);
    expect(textOf(saved)).toContain(`Modelo com_imagem (pt_BR)\nImagem ${imageUrl}`);
    expect((await settings('pix_generated')).steps[0]?.template).toMatchObject({ name: 'com_imagem', imageUrl });
    const form = blockOf(await type('/notificacoes modelo pix gerado'), 'form');
    expect(form.fields.at(-1)).toMatchObject({ name: 'imagem', value: imageUrl });
    await type('/notificacoes testar pix gerado telefone:"11 90000-0002" instancia:Oficial');
    expect(cloud.accepted.at(-1)).toMatchObject({ template: 'com_imagem', imageUrl });
    const without = await type('/notificacoes modelo pix gerado imagem:nenhuma');
    expect(refusalOf(without)).toContain('tem uma imagem no cabeçalho');
  });

  it('can be a product’s own, for its first message', async () => {
    await sell('a');
    await official();
    await type(
      '/notificacoes modelo compra aprovada produto:p1 modelo:pix_gerado variaveis:"order.id order.id order.id"',
    );
    expect((await settings('purchase_approved')).products).toMatchObject([
      { productId: 'p1', enabled: true, text: null, template: { name: 'pix_gerado' } },
    ]);
    expect(textOf(await type('/notificacoes previa compra aprovada produto:p1'))).toContain('Modelo pix_gerado');
    expect(textOf(await type('/notificacoes previa compra aprovada'))).toContain('Sem modelo');
  });

  it('is what a test sends to a phone that has not written', async () => {
    await official();
    await type('/notificacoes modelo pix gerado modelo:pix_gerado variaveis:"store.name store.name store.name"');
    const sent = await type('/notificacoes testar pix gerado telefone:"11 90000-0001" instancia:Oficial');
    expect(textOf(sent)).toContain('saiu por “Oficial”');
    expect(cloud.accepted.at(-1)).toMatchObject({ template: 'pix_gerado', text: 'Ateliê Ateliê Ateliê' });
    const failed = await type('/notificacoes testar compra aprovada telefone:"11 90000-0001" instancia:Oficial');
    expect(textOf(failed)).toContain('sem modelo aprovado');
  });
});

describe('/notificacoes parar-ao-responder', () => {
  it.each([
    ['sim', true],
    ['Ateliê não', false],
  ])('%s', async (words, expected) => {
    expect(refusalOf(await type(`/notificacoes parar-ao-responder ${words}`))).toBeNull();
    expect((await commandLine.services.stores.resolve(WORKSPACE, 'Ateliê')).stopOnReply).toBe(expected);
  });
});

describe('/notificacoes descadastrar', () => {
  const isOptedOut = async () =>
    (await commandLine.services.contacts.optedOut(WORKSPACE, ['+5511900000001'])).has('+5511900000001');

  it.each(['11 90000-0001', 'comprador:11 90000-0001'])(
    'asks about %s first, and writes to it no more',
    async (typed) => {
      const asked = await type(`/notificacoes descadastrar ${typed}`);
      expect(asked).toMatchObject({ title: 'Não escrever mais para ····0001?', visibility: 'private' });
      expect(await isOptedOut()).toBe(false);
      const kept = await type(buttonOf(asked, 'Deixar como está') ?? '');
      expect(textOf(kept)).toContain('Nada mudou para ····0001');
      expect(await isOptedOut()).toBe(false);
      expect(textOf(await type(buttonOf(asked, 'Não escrever mais') ?? ''))).toContain('····0001');
      expect(await isOptedOut()).toBe(true);
    },
  );

  it('takes back what waits for that phone, and nothing else', async () => {
    for (const phone of ['+5511900000001', '+5511900000002']) {
      const client = { full_name: 'Joana Compradora', phone };
      await commandLine.send(store, { event: 'pix_generated', transactionId: phone, client });
    }
    await type('/notificacoes descadastrar comprador:"11 90000-0001" confirmar:sim');
    const planned = await messageModel(commandLine.database.connection)
      .find({ type: 'pix_generated' })
      .sort({ phone: 1 })
      .lean();
    expect(planned.map(({ status, reason }) => [status, reason])).toEqual([
      ['cancelled', 'opted_out'],
      ['scheduled', null],
    ]);
  });

  it('refuses what is no phone', async () => {
    const refused = await type('/notificacoes descadastrar', { options: { comprador: '12', confirmar: 'sim' } });
    expect(refusalOf(refused)).toBe(text('pt-BR', 'error.phone_unknown', { phone: '12' }));
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
