import { beforeAll, expect, it } from 'vitest';
import { commands } from '../../commands/index.ts';
import type { Block, FormField, Reply } from '../../src/chat/message.ts';
import { ROLES } from '../../src/chat/permissions.ts';
import { refusalOf, useCommandLine, WORKSPACE } from './command-line-test.ts';
import { EVERY_VERB, linesFor, type Subject } from './every-verb.ts';

const commandLine = useCommandLine();

beforeAll(async () => {
  const store = await commandLine.createStore('Ateliê “da” Joana: a loja');
  const other = await commandLine.createStore('Outra');
  const instance = await commandLine.createInstance('Suporte', store);
  await commandLine.services.instances.link(WORKSPACE, instance.id, other.id, true);
  await commandLine.send(store, {
    event: 'approved_purchase',
    transactionId: 'first sale',
    product: { productId: 'p1', productName: 'Produto confidencial' },
  });
  for (let sale = 0; sale < 25; sale += 1) {
    await commandLine.send(store, { event: 'approved_purchase', transactionId: `sale ${sale}`, amount: 10_000 });
  }
  await commandLine.send(store, '{"nothing":"to read"}');
});

/** Those that would take the store away, which the other buttons need. */
const ENDS = /^\/(loja|instancia) (remover|trocar-url) .*confirmar:/;

function buttonsOf(reply: Reply): string[] {
  return reply.blocks.flatMap((block) => (block.type === 'buttons' ? block.buttons.map(({ command }) => command) : []));
}

function formsOf(reply: Reply): Extract<Block, { type: 'form' }>[] {
  return reply.blocks.filter((block) => block.type === 'form');
}

/** What somebody sends who changes nothing; what is required and empty gets the subject, its first choice, or its example. */
function filledIn(fields: readonly FormField[], subject: Subject): Record<string, string> {
  return Object.fromEntries(
    fields.map(({ name, required, value, choices, hint }) => {
      const shown = [value ?? []].flat().join(',');
      const found = { ...subject }[name] ?? choices?.[0]?.value ?? hint?.replace(/^Exemplo: /, '') ?? '';
      return [name, required && shown === '' ? found : shown];
    }),
  );
}

/** The options that a form's command takes. */
function optionsOf(line: string): string[] {
  const [, commandName = '', verbName = ''] = /^\/(\S+) ?(\S*)/.exec(line) ?? [];
  const command = commands.find(({ name }) => name === commandName);
  const verb = command?.verbs.find(({ name }) => name === verbName) ?? command?.verbs[0];
  return verb?.options.map(({ name }) => name) ?? [];
}

it.each(ROLES)('every button and form that a %s is shown leads somewhere', async (role) => {
  const store = await commandLine.services.stores.resolve('console', 'Ateliê “da” Joana: a loja');
  const [delivery] = (await commandLine.services.deliveries.list(store, {}, { limit: 1 })).items;
  const mensagem = await commandLine.uncertainMessage(store);
  const subject: Subject = { loja: store.name, id: delivery?.id ?? '', instancia: 'Suporte', mensagem };
  const waiting = EVERY_VERB.filter(({ name }) => !/remover|trocar-url|editar|desvincular/.test(name)).flatMap(
    (entry) => [entry.name, ...linesFor(entry, subject, role)],
  );
  waiting.push(...EVERY_VERB.map(({ name }) => `${name} loja:"Outra"`));
  const seen = new Set(waiting);
  let pressed = 0;
  let submitted = 0;
  for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) {
    const reply = await commandLine.type(line, { role });
    for (const button of buttonsOf(reply)) {
      if (seen.has(button) || ENDS.test(button)) continue;
      seen.add(button);
      pressed += 1;
      expect(refusalOf(await commandLine.type(button, { role })), `${line} → ${button}`).toBeNull();
      waiting.push(button);
    }
    for (const form of formsOf(reply)) {
      const options = optionsOf(form.command);
      for (const { name } of form.fields) expect(options, `${line} → ${form.command}`).toContain(name);
      const answer = await commandLine.type(form.command, { role, options: filledIn(form.fields, subject) });
      expect(refusalOf(answer), `${line} → ${form.command}`).toBeNull();
      // It may lead on to another form, but never back to itself.
      expect(
        formsOf(answer).map(({ command }) => command),
        line,
      ).not.toContain(form.command);
      submitted += 1;
    }
  }
  expect(pressed).toBeGreaterThan(5);
  expect(submitted > 0).toBe(role !== 'viewer');
  expect(commandLine.faults).toEqual([]);
});
