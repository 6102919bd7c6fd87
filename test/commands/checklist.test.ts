import { beforeEach, describe, expect, it } from 'vitest';
import type { Reply } from '../../src/chat/message.ts';
import { blockOf, buttonOf, textOf, useCommandLine, WORKSPACE } from './command-line-test.ts';

const commandLine = useCommandLine();
const { type } = commandLine;

beforeEach(async () => {
  await commandLine.empty();
});

function statusesOf(reply: Reply): Record<string, string> {
  return Object.fromEntries(blockOf(reply, 'badges').badges.map(({ label, status }) => [label, status]));
}

describe('/checklist', () => {
  it('of a new store says what is missing, and the remedy of everything that is not fine', async () => {
    await commandLine.createStore('Ateliê');
    const reply = await type('/checklist', { role: 'viewer' });
    expect(reply).toMatchObject({
      title: 'Ateliê: ainda não está pronta. Falta: Evento recebido',
      tone: 'danger',
      visibility: 'public',
    });
    expect(statusesOf(reply)).toMatchObject({ 'Evento recebido': 'blocked', 'URL de webhook': 'waiting' });
    const { badges } = blockOf(reply, 'badges');
    expect(badges.filter(({ status }) => status === 'blocked' || status === 'attention')).not.toEqual([]);
    for (const { status, label, remedy } of badges) {
      if (status === 'blocked' || status === 'attention') expect(remedy, label).toBeTruthy();
      expect(status).not.toBe('ok');
    }
  });

  it.each(['detalhado', 'detalhado:sim', 'Ateliê detalhado', 'loja:Ateliê detalhado:sim'])(
    'shows what is fine too when asked to: %s',
    async (words) => {
      await commandLine.createStore('Ateliê');
      expect(statusesOf(await type(`/checklist ${words}`))).toMatchObject({
        'Canal de alertas': 'ok',
        'Loja ativa': 'ok',
        'Evento recebido': 'blocked',
      });
    },
  );

  it('of a store that works says that it is ready', async () => {
    const store = await commandLine.createStore('Ateliê');
    const printing = await commandLine.createInstance('Atendimento', store);
    await commandLine.send(store, {
      event: 'approved_purchase',
      transactionId: 'a',
      client: { full_name: 'Joana Compradora', email: 'joana@example.invalid', phone: '+5511900001234' },
      tracking: { utm_source: 'FB' },
    });
    const { instances } = commandLine.services;
    const sending = await instances.create(WORKSPACE, {
      name: 'Suporte',
      provider: 'http',
      credentials: { url: 'https://shop.example.invalid/send', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
      timezone: store.timezone,
    });
    await instances.link(WORKSPACE, sending.id, store.id, true);
    await instances.noteConnection(sending.id, 'connected', null);
    await instances.link(WORKSPACE, printing.id, store.id, false);
    const reply = await type('/checklist');
    expect(reply).toMatchObject({ title: 'Ateliê: pronta', tone: 'success' });
    expect(textOf(reply)).toContain('Tudo certo');
    expect(statusesOf(await type(buttonOf(reply, 'Ver todos os itens')))).toMatchObject({ 'Evento recebido': 'ok' });
  });

  it('of a paused store says so', async () => {
    await commandLine.createStore('Ateliê');
    await type('/loja pausar');
    expect(statusesOf(await type('/checklist'))).toMatchObject({ 'Loja ativa': 'attention' });
    expect(textOf(await type('/checklist'))).toContain('/loja retomar');
  });

  it('of several stores has a line for each, and leads to each', async () => {
    await commandLine.createStore('Ateliê');
    await commandLine.createStore('Curso de Violão');
    const reply = await type('/checklist');
    expect(reply.title).toBe('Checklist de 2 lojas');
    expect(statusesOf(reply)).toEqual({ Ateliê: 'blocked', 'Curso de Violão': 'blocked' });
    expect((await type(buttonOf(reply, 'Curso de Violão'))).title).toContain('Curso de Violão: ainda não está pronta');
  });

  it('speaks English too', async () => {
    await commandLine.createStore('Ateliê');
    const reply = await type('/checklist detalhado', { locale: 'en' });
    expect(reply.title).toBe('Ateliê: not ready yet. Missing: Event received');
    expect(textOf(reply)).not.toMatch(/[Ll]oja ativa|ainda|Nenhum/);
  });
});
