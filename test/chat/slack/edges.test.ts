import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ChatUnavailableError } from '../../../src/chat/chat-unavailable.ts';
import { textMessage } from '../../../src/chat/message.ts';
import { eventually } from '../../support/eventually.ts';
import { postDue } from '../../support/product.ts';
import { saleOf } from '../../support/sale.ts';
import { HOME_TEAM, type Json } from '../../support/slack/loopback-slack.ts';
import { SALES, slackPerson } from '../../support/slack/slack-person.ts';
import { NOW, STRANGE_CHANNEL, TEAM_CHANNEL, TRANSPORTS, useSlackProduct } from '../../support/slack/slack-product.ts';
import { buttonsIn } from './readable.ts';

const WORKSPACE = `slack:${HOME_TEAM}`;

describe.each(TRANSPORTS)('by %s', (transport) => {
  const product = useSlackProduct(transport);

  beforeEach(async () => {
    await product.empty();
    product.slack.acceptEverything();
  });

  async function createStore(name: string, channelId: string = SALES.id) {
    return await product.services.stores.create(WORKSPACE, { name, platform: 'assiny', channelId });
  }

  function onlyView(): Json {
    const views = [...product.slack.views.values()];
    expect(views).toHaveLength(1);
    return views[0];
  }

  describe('a form', () => {
    it('opens at once, and its answer takes its place', async () => {
      await product.answered(() => product.ana.type('/loja criar'));
      expect(onlyView()).toMatchObject({ callback_id: 'form', submit: { text: 'Enviar' } });
      const acknowledgement = await product.answered(() =>
        product.ana.submit(onlyView(), { nome: 'Curso de Violão', plataforma: 'assiny' }),
      );
      expect(acknowledgement).toMatchObject({ response_action: 'update', view: { callback_id: 'waiting' } });
      expect(JSON.stringify(onlyView().blocks)).toContain('/webhooks/assiny/');
      expect(product.slack.messages).toEqual([]);
      expect(await product.services.stores.list(WORKSPACE)).toMatchObject([{ name: 'Curso de Violão' }]);
    });

    it('says at the field what is missing', async () => {
      await product.answered(() => product.ana.type('/loja criar'));
      const acknowledgement = await product.ana.submit(onlyView(), { nome: '   ' });
      expect(acknowledgement).toEqual({ response_action: 'errors', errors: { nome: 'Preencha este campo.' } });
      expect(await product.services.stores.list(WORKSPACE)).toEqual([]);
    });

    it('comes back as it was filled in, with what is wrong', async () => {
      await createStore('Ateliê');
      await product.answered(() => product.ana.type('/loja criar'));
      await product.answered(() => product.ana.submit(onlyView(), { nome: 'Ateliê', plataforma: 'assiny' }));
      const view = onlyView();
      expect(view.callback_id).toBe('form');
      expect(view.blocks[0].text.text).toContain('Já existe uma loja com esse nome');
      expect(view.blocks.find(({ block_id }: Json) => block_id === 'nome').element.initial_value).toBe('Ateliê');
      await product.answered(() => product.ana.submit(view, { nome: 'Outro ateliê' }));
      expect(await product.services.stores.list(WORKSPACE)).toHaveLength(2);
    });

    it('is refused with the reason also when it was closed meanwhile, or Slack is busy', async () => {
      await createStore('Ateliê');
      await product.answered(() => product.ana.type('/loja criar'));
      product.slack.refuse('views.update', { error: 'not_found' }, 2);
      await product.answered(() => product.ana.submit(onlyView(), { nome: 'Ateliê', plataforma: 'assiny' }));
      expect(product.slack.messages).toMatchObject([{ ephemeral: true, user: 'U0ANA' }]);
      expect(product.slack.messages[0]?.text).toContain('Já existe uma loja com esse nome');
      product.slack.views.clear();
      await product.answered(() => product.ana.type('/loja criar'));
      product.slack.refuse('views.update', { retryAfter: 0.01 });
      await product.answered(() => product.ana.submit(onlyView(), { nome: 'Ateliê', plataforma: 'assiny' }));
      expect(onlyView()).toMatchObject({ callback_id: 'form' });
      expect(product.faults).toEqual([]);
    });

    it('looks up stores while one types', async () => {
      for (const name of ['Ateliê da Ana', 'Curso de Violão', 'Curso de Piano']) await createStore(name);
      await product.answered(() => product.ana.type('/alertas canal #equipe'));
      product.slack.messages.length = 0;
      await product.answered(() => product.ana.type('/alertas canal'));
      const found = await product.ana.lookUp(onlyView(), 'loja', 'curso');
      expect(found.options.map(({ value }: Json) => value)).toEqual(['Curso de Violão', 'Curso de Piano']);
      await product.answered(() => product.ana.submit(onlyView(), { canal: '#equipe', loja: 'Curso de Piano' }));
      const chosen = (await product.services.stores.list(WORKSPACE)).find(({ name }) => name === 'Curso de Piano');
      expect(chosen?.alerts.channelId).toBe(TEAM_CHANNEL.id);
      // The whole channel is told, as when it is typed.
      expect(product.slack.messages).toMatchObject([{ channel: SALES.id, ephemeral: false }]);
    });

    it('gives a role to who was picked', async () => {
      await product.answered(() => product.ana.type('/acesso dar'));
      await product.answered(() => product.ana.submit(onlyView(), { pessoa: 'U0BIA', papel: 'operador' }));
      expect(await product.services.access.list(WORKSPACE)).toMatchObject([{ userName: 'Bia', role: 'operator' }]);
    });

    it('is a button when Slack took too long to pass the command on', async () => {
      product.slack.refuse('views.open', { error: 'expired_trigger_id' });
      await product.answered(() => product.ana.type('/loja criar'));
      const [shown] = buttonsIn(product.slack);
      expect(shown?.button).toMatchObject({ action_id: 'form', value: '/loja criar' });
      await product.answered(() => product.ana.press(shown?.button));
      expect(onlyView().callback_id).toBe('form');
    });
  });

  it('shows the stores and their checklists at home', async () => {
    await createStore('Ateliê');
    await createStore('Curso de Violão');
    await product.answered(() => product.ana.openHome());
    const home = JSON.stringify(product.slack.homes.get('U0ANA'));
    expect(home).toContain('2 lojas');
    expect(home).toContain('Ateliê: ainda não está pronta');
    expect(home).toContain('Curso de Violão: ainda não está pronta');
    const button = product.slack.homes
      .get('U0ANA')
      .blocks.find(({ type }: Json) => type === 'actions')
      .elements.at(0);
    await product.answered(() => product.ana.press(button, { view: { id: 'V0HOME', type: 'home' } }));
    expect(onlyView().callback_id).toBe('answer');
  });

  it('answers people in their own language, and by the role that they have now', async () => {
    await createStore('Ateliê');
    await product.answered(() => product.bia.type('/loja pausar'));
    await product.answered(() => product.ana.type('/acesso dar <@U0BIA> operador'));
    await product.answered(() => product.bia.type('/loja pausar'));
    expect(product.slack.messages.map(({ text }) => text.split('\n')[0])).toEqual([
      expect.stringContaining('Você não tem permissão para /loja pausar'),
      'Pronto: Bia agora é operador.',
      'Loja “Ateliê” pausada',
    ]);
    expect(product.slack.messages.map(({ ephemeral }) => ephemeral)).toEqual([true, true, false]);
  });

  it.each([
    ['a command', () => product.ana.type('/loja listar')],
    ['a button', () => product.ana.press({ type: 'button', action_id: 'command:0', value: '/loja listar' })],
    ['the home', () => product.ana.openHome()],
  ])('acknowledges %s before it asks the database anything, and answers when it can', async (_case, act) => {
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const model = product.database.connection.model('HandledInteraction');
    const firstQuestion = vi.spyOn(model, 'create').mockImplementationOnce((async () => await begun) as never);
    const before = product.slack.effects();
    await act();
    expect(product.slack.effects()).toBe(before);
    begin();
    await eventually(() => expect(product.slack.effects()).toBeGreaterThan(before));
    await product.chat.settled();
    firstQuestion.mockRestore();
  });

  it('takes a private channel, which Slack does not name, for where alerts go', async () => {
    product.slack.channels.push({ id: 'C0SECRET', name: 'cofre', is_member: true });
    const inside = { id: 'C0SECRET', name: 'privategroup' };
    await product.restart();
    await product.answered(() => product.ana.type('/loja criar Um', { channel: inside }));
    await product.answered(() => product.ana.type('/loja criar Dois', { channel: { ...inside, id: 'C0UNKNOWN' } }));
    await product.answered(() =>
      product.ana.type('/loja criar Três', { channel: { id: 'D0ANA', name: 'directmessage' } }),
    );
    const stores = await product.services.stores.list(WORKSPACE);
    expect(stores.map(({ alerts }) => alerts.channelId)).toEqual(['C0SECRET', 'C0UNKNOWN', null]);
    product.slack.channels.pop();
    await product.restart();
  });

  it('shows nothing of ours to people of another team in a channel that both share', async () => {
    await createStore('Ateliê');
    const guest = { id: 'U0GUEST', real_name: 'Gil', team_id: 'T0GUEST', is_admin: true, locale: 'pt-BR' };
    product.slack.people.set('U0GUEST', guest);
    const gil = slackPerson(product.slack, product.deliver, 'U0GUEST');
    await product.answered(() => gil.type('/loja listar'));
    await product.answered(() => gil.type('/loja criar Minha'));
    expect(product.slack.messages[0]?.text).toContain('Ainda não há nenhuma loja aqui');
    expect(product.slack.messages[1]?.text).toContain('Você não tem permissão');
    const colleague = { ...guest, enterprise_user: { teams: ['T0GUEST', HOME_TEAM] } };
    product.slack.people.set('U0COLLEAGUE', { ...colleague, id: 'U0COLLEAGUE' });
    await product.answered(() => slackPerson(product.slack, product.deliver, 'U0COLLEAGUE').type('/loja listar'));
    expect(product.slack.messages[2]?.text).toContain('1 loja');
  });

  it('answers in the direct conversation when there is no other way', async () => {
    product.slack.refuse('response_url', { status: 404 });
    await product.answered(() => product.ana.type('/ajuda', { channel: STRANGE_CHANNEL }));
    expect(product.slack.messages).toMatchObject([{ by: 'chat.postMessage', channel: 'U0ANA' }]);
  });

  it('says where a file is that it cannot share in a channel which it was not invited to', async () => {
    const store = await createStore('Ateliê');
    await saleOf(product, store, NOW);
    await product.answered(() => product.ana.type('/relatorio loja 7d csv', { channel: STRANGE_CHANNEL }));
    expect(product.slack.files.map(({ channel }) => channel)).toEqual(['DU0ANA']);
    // The sale's own alert is in the channel of the store.
    const here = product.slack.messages.filter(({ channel }) => channel === STRANGE_CHANNEL.id);
    expect(here.map(({ ephemeral }) => ephemeral)).toEqual([false, true]);
    expect(here[1]?.text).toContain('o arquivo foi para a nossa conversa direta');
  });

  it('names the scope that a file needs when the app was installed without it', async () => {
    const store = await createStore('Ateliê');
    await saleOf(product, store, NOW);
    product.slack.refuse('files.getUploadURLExternal', { error: 'missing_scope', needed: 'files:write' });
    await product.answered(() => product.ana.type('/relatorio loja 7d csv'));
    const told = product.slack.messages.filter(({ ephemeral, user }) => ephemeral && user === 'U0ANA');
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining('Falta ao app do Slack a permissão files:write'),
    ]);
  });

  it('answers in the language that a person set in Slack', async () => {
    await product.answered(() => slackPerson(product.slack, product.deliver, 'U0ENG').type('/loja listar'));
    expect(product.slack.messages[0]?.text).toContain('There is no store here yet');
  });

  it('does once what is delivered again, also after a restart', async () => {
    const command = {
      type: 'slash_commands',
      payload: {
        team_id: HOME_TEAM,
        channel_id: SALES.id,
        channel_name: SALES.name,
        user_id: 'U0ANA',
        command: '/loja',
        text: 'criar Curso de Violão',
        response_url: product.slack.responseAddress(SALES.id, 'U0ANA'),
        trigger_id: product.slack.newTrigger(),
      },
    };
    await product.answered(() => product.deliver({ ...command, envelopeId: 'the-same' }));
    // HTTP requests that are delivered again are signed anew; the body tells them apart from a replay.
    const again = { ...command, payload: { ...command.payload, retry: '1' } };
    await product.deliver({ ...again, envelopeId: 'the-same' });
    await product.chat.settled();
    await product.restart();
    await product.deliver({ ...again, payload: { ...again.payload, retry: '2' }, envelopeId: 'the-same' });
    await product.chat.settled();
    expect(product.slack.messages).toHaveLength(1);
    expect(await product.services.stores.list(WORKSPACE)).toHaveLength(1);
  });

  it('waits when Slack is busy, and answers all the same', async () => {
    product.slack.refuse('response_url', { retryAfter: 1 }, 2);
    await product.answered(() => product.ana.type('/ajuda'));
    expect(product.slack.messages).toHaveLength(1);
  });

  it('answers in the conversation when the response address takes no more', async () => {
    product.slack.refuse('response_url', { status: 404 }, 2);
    await product.answered(() => product.ana.type('/ajuda'));
    await product.answered(() => product.ana.type('/checklist'));
    expect(product.slack.messages).toMatchObject([
      { by: 'chat.postEphemeral', user: 'U0ANA', channel: SALES.id },
      { by: 'chat.postEphemeral', user: 'U0ANA', channel: SALES.id },
    ]);
  });

  describe('posting', () => {
    it('posts an alert of a sale, the buyer masked, and nothing twice', async () => {
      const store = await createStore('Ateliê');
      await saleOf(product, store, NOW);
      await postDue(product.services);
      await postDue(product.services);
      expect(product.slack.messages).toHaveLength(1);
      expect(product.slack.messages).toMatchObject([{ by: 'chat.postMessage', channel: SALES.id }]);
      expect(JSON.stringify(product.slack.messages)).toContain('Joana ····1234');
      expect(JSON.stringify(product.slack.messages)).not.toContain('Compradora');
    });

    it('says in the checklist and once to an admin that it was not invited', async () => {
      const store = await createStore('Ateliê', STRANGE_CHANNEL.id);
      for (const sale of ['one', 'two']) await saleOf(product, store, NOW, sale);
      await postDue(product.services);
      await postDue(product.services);
      expect(product.slack.messages).toMatchObject([{ channel: 'U0ANA' }]);
      expect(product.slack.messages[0]?.text).toContain('Não consigo mais postar');
      await product.answered(() => product.ana.type('/checklist'));
      expect(JSON.stringify(product.slack.messages.at(-1))).toContain('Não consigo postar em #diretoria');
    });

    it('gives a channel up in which only others may post', async () => {
      const store = await createStore('Ateliê');
      product.slack.refuse('chat.postMessage', { error: 'restricted_action_read_only_channel' });
      await saleOf(product, store, NOW);
      await postDue(product.services);
      await postDue(product.services);
      expect(product.slack.messages).toMatchObject([{ channel: 'U0ANA' }]);
      expect(product.slack.messages[0]?.text).toContain('Não consigo mais postar em #vendas');
    });

    it.each(['rate_limited', 'message_limit_exceeded'])(
      'keeps the order when Slack takes no more (%s)',
      async (error) => {
        product.slack.refuse('chat.postMessage', { error });
        const message = textMessage('neutral', 'Oi');
        const post = { key: error, workspaceId: WORKSPACE, channelId: SALES.id, message };
        await expect(product.chat.surface.post(post)).rejects.toThrow(ChatUnavailableError);
      },
    );

    it('loses and doubles nothing in a storm of 429 with a restart in the middle', async () => {
      const store = await createStore('Ateliê');
      for (let sale = 0; sale < 4; sale += 1) await saleOf(product, store, NOW, `sale ${sale}`);
      product.slack.refuse('chat.postMessage', { retryAfter: 0.01 }, 3);
      const posting = postDue(product.services);
      await eventually(() => expect(product.slack.calls.get('chat.postMessage')).toBeGreaterThan(0));
      await posting;
      await product.restart();
      await product.database.connection
        .collection('chatposts')
        .updateMany({ status: 'waiting' }, { $set: { availableAt: NOW } });
      for (let round = 0; round < 6; round += 1) {
        await postDue(product.services);
        await product.database.connection
          .collection('chatposts')
          .updateMany({ status: 'waiting' }, { $set: { availableAt: NOW } });
      }
      expect(product.slack.messages).toHaveLength(4);
      expect(await product.database.connection.collection('chatposts').countDocuments({ status: 'posted' })).toBe(4);
    });
  });

  it('goes down with its token and comes back with it', async () => {
    product.slack.tokens.bot = 'xoxb-another';
    // Drawing the home always asks Slack.
    await product.ana.openHome();
    await eventually(() => expect(product.chat.isUp()).toBe(false));
    expect(product.faults.map(({ msg }) => msg).join()).toContain('Check SLACK_BOT_TOKEN');
    product.slack.tokens.bot = 'xoxb-loopback';
    await eventually(() => expect(product.chat.isUp()).toBe(true));
    expect(JSON.stringify(product.faults)).not.toMatch(/xoxb-|xapp-/);
  });
});

describe('Socket Mode', () => {
  const product = useSlackProduct('Socket Mode');

  beforeEach(async () => {
    await product.empty();
  });

  it.each(['warning', 'refresh_requested', 'broken'] as const)(
    'is back at once after a disconnect (%s)',
    async (how) => {
      const before = product.slack.calls.get('apps.connections.open') ?? 0;
      product.slack.disconnect(how);
      await eventually(() => expect(product.slack.calls.get('apps.connections.open')).toBeGreaterThan(before));
      await eventually(() => expect(product.chat.isUp()).toBe(true));
      await product.answered(() => product.ana.type('/ajuda'));
      expect(product.slack.messages).toHaveLength(1);
    },
  );

  it('does once a command whose acknowledgement was lost with the connection', async () => {
    const payload = {
      team_id: HOME_TEAM,
      channel_id: SALES.id,
      channel_name: SALES.name,
      user_id: 'U0ANA',
      command: '/loja',
      text: 'criar Curso de Violão',
      response_url: product.slack.responseAddress(SALES.id, 'U0ANA'),
      trigger_id: product.slack.newTrigger(),
    };
    product.slack.loseNextAcknowledgement();
    await product.answered(() =>
      product.slack.deliverBySocket({ type: 'slash_commands', payload, envelopeId: 'lost' }),
    );
    await eventually(() => expect(product.slack.sockets()).toBe(1));
    await product.slack.deliverBySocket({ type: 'slash_commands', payload, envelopeId: 'lost', retryAttempt: 1 });
    await product.chat.settled();
    expect(product.slack.messages).toHaveLength(1);
    expect(await product.services.stores.list(WORKSPACE)).toHaveLength(1);
  });
});
