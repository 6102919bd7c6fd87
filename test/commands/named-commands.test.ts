import { expect, it } from 'vitest';
import { commands } from '../../commands/index.ts';
import { en } from '../../src/text/en/index.ts';
import { ptBR } from '../../src/text/pt-BR/index.ts';

/** `/eventos listar resultado:`, but no address. */
const COMMAND = /(?<![\w./{}>])\/([a-z]+)(?: ([a-z-]+)(?![\w:-]))?(?: ([a-z-]+):)?/g;
/** What else begins with a slash: a command of Slack, and a path of ours. */
const OTHERS: ReadonlySet<string> = new Set(['invite', 'api']);

const SENTENCES = [...Object.entries(ptBR), ...Object.entries(en)];
const NAMING = SENTENCES.filter(([, sentence]) => sentence.search(COMMAND) >= 0);

it.each(NAMING)('%s names commands and options that there are: %s', (_key, sentence) => {
  for (const [, name = '', second, option] of sentence.matchAll(COMMAND)) {
    if (OTHERS.has(name)) continue;
    const command = commands.find((candidate) => candidate.name === name);
    expect(command, name).toBeDefined();
    const verb = command?.verbs.find((candidate) => candidate.name === (command.defaultVerb ?? second));
    if (option) expect(verb?.options.map((candidate) => candidate.name)).toContain(option);
  }
});
