import { beforeEach, describe, expect, it } from 'vitest';
import { splitWords } from '../../../src/chat/arguments.ts';
import { mayAct, ROLES } from '../../../src/chat/permissions.ts';
import type { Store } from '../../../src/stores/store-service.ts';
import { text } from '../../../src/text/text.ts';
import { EVERY_VERB, linesFor, type Subject } from '../../commands/every-verb.ts';
import type { Place } from '../../support/discord/discord-person.ts';
import { SALES } from '../../support/discord/discord-person.ts';
import { NOW, OTHER_CHANNEL, TRANSPORTS, useDiscordProduct, WORKSPACE } from '../../support/discord/discord-product.ts';
import { type Json, MEMBER_ID, OTHER_GUILD_ID, type SeenMessage } from '../../support/discord/loopback-discord.ts';
import { subjectOf } from '../../support/subject.ts';
import { componentsIn, modalLines, readable } from './readable.ts';

const VERBS = EVERY_VERB.map((entry) => [entry.name, entry] as const);
/** Those that would take the store away, which the other buttons need. */
const ENDS = /^c\d+:\/loja (remover|trocar-url) .*confirmar:/;

/** A command line as Discord sends it: every option by itself, a person by their id. */
function asDiscordSendsIt(line: string): { name: string; options: Record<string, string> } {
  const [command = '', verb = ''] = line.replace(/^\//, '').split(' ');
  const verbOfLine = EVERY_VERB.find(({ name }) => name === `/${command} ${verb}`)?.verb;
  const names = new Set(verbOfLine?.options.map(({ name }) => name));
  const words = splitWords(line.replace(/^\/\S+ \S+/, ''), names);
  const options = Object.fromEntries(words.map((word) => [word.option ?? '', word.text]));
  if (options.pessoa !== undefined) options.pessoa = MEMBER_ID;
  return { name: `${command} ${verb}`, options };
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  const product = useDiscordProduct(transport);
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

  async function typed(line: string, who = product.ana, place: Place = {}): Promise<SeenMessage[]> {
    const { name, options } = asDiscordSendsIt(line);
    return await product.seenAfter(() => who.run(name, options, place));
  }

  it.each(VERBS)('%s is answered to an admin', async (name, entry) => {
    const answers: string[] = [];
    // By its id, because some of the lines give the store another name.
    for (const line of [name, ...linesFor(entry, { ...subject, loja: store.id })]) {
      const answer = readable(await typed(line), store);
      answers.push(`> ${line.replaceAll(store.id, 'STORE').replaceAll(/\b[0-9a-f]{24}\b/g, 'ID')}\n${answer}`);
    }
    expect(product.log).toEqual([]);
    // One snapshot for both transports: how an interaction comes must make no difference.
    await expect(answers.join('\n\n')).toMatchFileSnapshot(
      `./__snapshots__/${name.slice(1).replaceAll(/[ /]/g, '-')}.txt`,
    );
  });

  it.each(VERBS)('%s is refused to those whose role is too low', async (name, { verb }) => {
    for (const role of ROLES.filter((held) => !mayAct(held, verb.role))) {
      await product.services.access.give(WORKSPACE, { id: MEMBER_ID, name: 'Bia' }, role, 'Ana');
      const seen = await typed(name, product.bia);
      expect(seen.map(({ isPrivate }) => isPrivate)).toEqual([true]);
      expect(readable(seen, store)).toContain(text('pt-BR', 'error.not_allowed', { command: name, role: verb.role }));
    }
    expect(verb.role).toBeDefined();
  });

  it.each(VERBS)('%s sees nothing of another guild', async (name, entry) => {
    for (const line of linesFor(entry, subject)) {
      // Without its own name in the line, an answer cannot just repeat it.
      const untyped = line.replaceAll(`"${store.name}"`, store.id);
      const seen = await typed(untyped, product.ana, { guild: OTHER_GUILD_ID, channel: OTHER_CHANNEL });
      for (const secret of [store.name, 'Produto confidencial', 'joana', 'vendas', store.webhookUrl]) {
        expect(JSON.stringify(seen), untyped).not.toContain(secret);
      }
    }
    expect(await product.services.stores.list(WORKSPACE), name).toMatchObject([{ id: store.id, name: store.name }]);
  });

  /** Presses a button; a form that opens is sent as it is, with what is required filled in. */
  async function press(component: Json): Promise<SeenMessage[]> {
    const token = await product.ana.press(component.custom_id);
    const opened = product.discord.acknowledgements.get(token);
    if (opened?.type !== 9) return await product.seenAfter(async () => token);
    const filled = Object.fromEntries(
      opened.data.components
        .filter(({ component: field }: Json) => field.required && !field.value && !field.options?.some(isDefault))
        .map(({ component: field }: Json) => [field.custom_id, valueFor(field)]),
    );
    return await product.seenAfter(() => product.ana.submit(opened.data, filled));
  }

  function valueFor({ custom_id, options = [], placeholder = '', type }: Json): string | string[] {
    if (type === 5) return [MEMBER_ID];
    const found = { ...subject }[custom_id as 'loja'] ?? options[0]?.value ?? placeholder.replace(/^Exemplo: /, '');
    return type === 3 ? [found] : found;
  }

  it('every button, list and form leads somewhere', async () => {
    const verbs = EVERY_VERB.filter(({ name }) => !/remover|trocar-url|editar/.test(name));
    const waiting: (() => Promise<SeenMessage[]>)[] = verbs.flatMap((entry) =>
      [entry.name, ...linesFor(entry, subject)].map((line) => () => typed(line)),
    );
    const done = new Set<string>();
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const seen = await next();
      expect(JSON.stringify(seen)).not.toContain(text('pt-BR', 'error.unexpected'));
      for (const component of componentsIn(seen)) {
        if (done.has(component.custom_id) || ENDS.test(component.custom_id)) continue;
        done.add(component.custom_id);
        const { custom_id, options } = component;
        const choose = () => product.seenAfter(() => product.ana.choose(custom_id, [options[0].value]));
        waiting.push(options ? choose : () => press(component));
      }
    }
    expect(done.size).toBeGreaterThan(10);
    expect([...done].some((id) => id.startsWith('f'))).toBe(true);
    expect(product.log).toEqual([]);
  }, 240_000);

  it('a form of more than five fields opens in parts, and each can be sent', async () => {
    const [asked] = await typed(`/loja editar loja:"${store.name}"`);
    const [first, second] = componentsIn(asked ? [asked] : []);
    const opened: Json[] = [];
    for (const button of [first, second]) {
      opened.push(product.discord.acknowledgements.get(await product.ana.press(button.custom_id)));
    }
    expect(opened.map(({ type }) => type)).toEqual([9, 9]);
    await expect(opened.flatMap(({ data }) => modalLines(data)).join('\n')).toMatchFileSnapshot(
      './__snapshots__/form-loja-editar.txt',
    );
    const [sent] = opened;
    const seen = await product.seenAfter(() => product.ana.submit(sent.data, { nome: 'Ateliê novo', moeda: ['USD'] }));
    expect(readable(seen, store)).toContain('Ateliê novo');
    expect(await product.services.stores.list(WORKSPACE)).toMatchObject([{ name: 'Ateliê novo', currency: 'USD' }]);
  });
});

function isDefault(option: Json): boolean {
  return option.default === true;
}
