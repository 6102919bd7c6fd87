import { beforeEach, describe, expect, it } from 'vitest';
import { mayAct, ROLES } from '../../../src/chat/permissions.ts';
import type { Store } from '../../../src/stores/store-service.ts';
import { text } from '../../../src/text/text.ts';
import { EVERY_VERB, linesFor, type Subject } from '../../commands/every-verb.ts';
import type { Json } from '../../support/slack/loopback-slack.ts';
import { HOME_TEAM } from '../../support/slack/loopback-slack.ts';
import { SALES } from '../../support/slack/slack-person.ts';
import { NOW, TRANSPORTS, useSlackProduct } from '../../support/slack/slack-product.ts';
import { subjectOf } from '../../support/subject.ts';
import { buttonsIn, filledIn, readable } from './readable.ts';

const WORKSPACE = `slack:${HOME_TEAM}`;
const OTHER_TEAM = 'T0OTHER';
const OTHER_CHANNEL = { id: 'C0OTHER', name: 'canal-alheio' };
/** Those that would take the store away, which the other buttons need. */
const ENDS = /^\/loja (remover|trocar-url) .*confirmar:/;
const VERBS = EVERY_VERB.map((entry) => [entry.name, entry] as const);

/** With the escaping that the manifest asks for, a mention comes as an id. */
function asSlackSendsIt(line: string): string {
  return line.replace('@bia', '<@U0BIA|bia>');
}

interface Step {
  line: string;
  act(): Promise<Json>;
}

describe.each(TRANSPORTS)('by %s', (transport) => {
  const product = useSlackProduct(transport);
  let store: Store;
  let subject: Subject;

  beforeEach(async () => {
    await product.empty();
    store = await product.services.stores.create(WORKSPACE, {
      name: 'Ateliê da Joana',
      platform: 'assiny',
      channelId: null,
    });
    // Before it has a channel, so that no alert appears among the answers.
    subject = { loja: store.name, ...(await subjectOf(product, store, NOW)) };
    store = await product.services.stores.update(WORKSPACE, store.id, { alerts: { channelId: SALES.id } });
  });

  /** What a person sees of one action, without what differs from run to run. */
  async function seen(action: () => Promise<Json>): Promise<string> {
    product.slack.messages.length = 0;
    product.slack.files.length = 0;
    const views = new Map(product.slack.views);
    await product.answered(action);
    const opened = [...product.slack.views].filter(([id, view]) => views.get(id) !== view).map(([, view]) => view);
    return readable({ messages: product.slack.messages, files: product.slack.files, views: opened }, store);
  }

  it.each(VERBS)('%s is answered to an admin', async (name, entry) => {
    const answers: string[] = [];
    // By its id, because some of the lines give the store another name.
    for (const line of [name, ...linesFor(entry, { ...subject, loja: store.id })]) {
      const answer = await seen(() => product.ana.type(asSlackSendsIt(line)));
      answers.push(`> ${line.replaceAll(store.id, 'STORE').replaceAll(/\b[0-9a-f]{24}\b/g, 'ID')}\n${answer}`);
    }
    expect(product.faults).toEqual([]);
    // One snapshot for both transports: how a request comes must make no difference.
    await expect(answers.join('\n\n')).toMatchFileSnapshot(
      `./__snapshots__/${name.slice(1).replaceAll(/[ /]/g, '-')}.txt`,
    );
  });

  it.each(VERBS)('%s is refused to those whose role is too low', async (name, { verb }) => {
    for (const role of ROLES.filter((held) => !mayAct(held, verb.role))) {
      await product.services.access.give(WORKSPACE, { id: 'U0BIA', name: 'Bia' }, role, 'Ana');
      const answer = await seen(() => product.bia.type(name));
      expect(answer).toContain(text('pt-BR', 'error.not_allowed', { command: name, role: verb.role }));
      expect(answer).toContain('only U0BIA');
    }
  });

  it.each(VERBS)('%s sees nothing of another team', async (name, entry) => {
    await product.services.access.give(`slack:${OTHER_TEAM}`, { id: 'U0ANA', name: 'Ana' }, 'admin', 'Ana');
    for (const line of linesFor(entry, subject)) {
      // Without its own name in the line, an answer cannot just repeat it.
      const untyped = line.replaceAll(`"${store.name}"`, store.id);
      const answer = await seen(() => product.ana.type(untyped, { team: OTHER_TEAM, channel: OTHER_CHANNEL }));
      for (const secret of [store.name, 'Produto confidencial', 'joana', SALES.name]) {
        expect(answer, untyped).not.toContain(secret);
      }
      expect(JSON.stringify(product.slack.messages)).not.toContain(store.webhookUrl);
    }
    expect(name).not.toBe('');
  });

  /** Presses every button that is shown and was not pressed before. */
  function newPresses(done: Set<string>): Step[] {
    return buttonsIn(product.slack).flatMap(({ button, view }) => {
      const line = `${view === null ? 'message' : 'view'}: ${button.value}`;
      if (done.has(line) || ENDS.test(button.value)) return [];
      done.add(line);
      return [{ line, act: () => product.ana.press(button, view === null ? {} : { view }) }];
    });
  }

  async function submitForms(line: string): Promise<number> {
    const forms = [...product.slack.views.values()].filter(({ callback_id }) => callback_id === 'form');
    for (const form of forms) {
      const after = await seen(() => product.ana.submit(form, filledIn(form, subject)));
      // An instance that was only made for this has no provider that takes its test, and its queue has a message to decide.
      expect(after.replaceAll(/⚠️ (O teste para|Fila de)/g, ''), line).not.toContain('⚠️');
    }
    return forms.length;
  }

  it('every button and form leads somewhere', async () => {
    const verbs = EVERY_VERB.filter(({ name }) => !/remover|trocar-url|editar/.test(name));
    const lines = verbs.flatMap((entry) => [entry.name, ...linesFor(entry, subject)]);
    const waiting: Step[] = lines.map((line) => ({ line, act: () => product.ana.type(line) }));
    const done = new Set<string>();
    let submitted = 0;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const answer = await seen(next.act);
      expect(answer, next.line).not.toContain(text('pt-BR', 'error.unexpected'));
      waiting.push(...newPresses(done));
      submitted += await submitForms(next.line);
      product.slack.views.clear();
    }
    expect(done.size).toBeGreaterThan(10);
    expect(submitted).toBeGreaterThan(8);
    expect(product.faults).toEqual([]);
  }, 240_000);
});
