import { beforeEach, describe, expect, it } from 'vitest';
import { LOCALES, translator } from '../../../src/text/text.ts';
import { postDue } from '../../support/product.ts';
import { HOME_TEAM, type Json } from '../../support/slack/loopback-slack.ts';
import { SALES, slackPerson } from '../../support/slack/slack-person.ts';
import { STRANGE_CHANNEL, useSlackProduct } from '../../support/slack/slack-product.ts';
import { readable } from './readable.ts';

const WORKSPACE = `slack:${HOME_TEAM}`;
/** A private channel that the app was not invited to: Slack tells nothing of it. */
const SECRET_CHANNEL = { id: 'G0SECRET', name: 'privategroup' };
const TYPISTS = { 'pt-BR': 'U0ANA', en: 'U0ENG' } as const;
const NAMED = `#${STRANGE_CHANNEL.name}`;
const INVITE = '/invite @Sininho';
const IDS = /\b[CG]0[A-Z]+\b/;

describe('a channel that Sininho was not invited to', () => {
  const product = useSlackProduct('Socket Mode');

  beforeEach(async () => {
    await product.empty();
    const { channels } = product.slack;
    const known = channels.findIndex(({ id }) => id === SECRET_CHANNEL.id);
    if (known >= 0) channels.splice(known, 1);
    channels.push({ ...SECRET_CHANNEL, name: 'segredo', is_member: false, is_private: true });
  });

  /** What is read after a line, without the marks of who reads it. */
  async function answer(line: string, channel: Json, locale: keyof typeof TYPISTS): Promise<string> {
    product.slack.messages.length = 0;
    const typist = slackPerson(product.slack, product.deliver, TYPISTS[locale]);
    await product.answered(() => typist.type(line, { channel }));
    const [store = { id: 'none', webhookUrl: '' }] = await product.services.stores.list(WORKSPACE);
    return readable({ messages: product.slack.messages, files: [], views: [] }, store);
  }

  /** Everything but where the message stands, and the buttons. */
  function read(seen: string): string {
    return seen.replaceAll(/^\[message in [^\]]*\]/gm, '');
  }

  describe.each(LOCALES)('in %s', (locale) => {
    const unnamed = translator(locale)('channel.unnamed');

    it.each([
      [STRANGE_CHANNEL, NAMED],
      [SECRET_CHANNEL, unnamed],
    ])('is told of when a store is created in it (%s)', async (channel, label) => {
      const seen = read(await answer('/loja criar Ateliê', channel, locale));
      expect(seen).toContain(label);
      expect(seen).toContain(INVITE);
      expect(seen).not.toMatch(IDS);
      expect(await product.services.stores.list(WORKSPACE)).toMatchObject([{ alerts: { channelId: channel.id } }]);
    });

    it.each([
      [`<#${STRANGE_CHANNEL.id}|${STRANGE_CHANNEL.name}>`, NAMED],
      [`<#${STRANGE_CHANNEL.id}|>`, NAMED],
      [`<#${SECRET_CHANNEL.id}>`, unnamed],
    ])('cannot be chosen before that (%s)', async (mention, label) => {
      await product.services.stores.create(WORKSPACE, { name: 'Ateliê', platform: 'assiny', channelId: SALES.id });
      const seen = read(await answer(`/alertas canal ${mention}`, SALES, locale));
      expect(seen).toContain(label);
      expect(seen).toContain(INVITE);
      expect(seen).not.toMatch(IDS);
      expect(await product.services.stores.list(WORKSPACE)).toMatchObject([{ alerts: { channelId: SALES.id } }]);
    });

    it.each(['/alertas testar', '/checklist', '/alertas ver', '/loja ver', '/loja listar'])(
      'is called by its name in %s',
      async (line) => {
        for (const [channel, label] of [
          [STRANGE_CHANNEL, NAMED],
          [SECRET_CHANNEL, unnamed],
        ] as const) {
          const name = `Loja de ${channel.name}`;
          await product.services.stores.create(WORKSPACE, { name, platform: 'assiny', channelId: channel.id });
          const seen = read(await answer(line === '/loja listar' ? line : `${line} ${name}`, SALES, locale));
          expect(seen).toContain(label);
          expect(seen).not.toMatch(IDS);
          if (/testar|checklist/.test(line)) expect(seen).toContain(INVITE);
        }
      },
    );
  });

  it('works as soon as it was invited', async () => {
    await answer('/loja criar Ateliê', SECRET_CHANNEL, 'pt-BR');
    const secret = product.slack.channels.find(({ id }) => id === SECRET_CHANNEL.id);
    if (secret) secret.is_member = true;
    await product.restart();
    expect(await answer('/alertas testar', SALES, 'pt-BR')).toContain('#segredo');
    await postDue(product.services);
    expect(product.slack.messages.filter(({ channel }) => channel === SECRET_CHANNEL.id)).toHaveLength(1);
  });

  it('keeps the name by which it was known when Sininho is taken out of it', async () => {
    const secret = product.slack.channels.find(({ id }) => id === SECRET_CHANNEL.id);
    if (secret) secret.is_member = true;
    await product.restart();
    await answer('/loja criar Ateliê', SECRET_CHANNEL, 'pt-BR');
    await product.services.channels(WORKSPACE);
    expect(await product.services.channel(WORKSPACE, SECRET_CHANNEL.id)).toMatchObject({ name: 'segredo' });
    if (secret) secret.is_member = false;
    expect(await product.services.channel(WORKSPACE, SECRET_CHANNEL.id)).toMatchObject({ name: 'segredo' });
  });
});
