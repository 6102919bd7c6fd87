import { commands } from '../../commands/index.ts';
import type { CommandServices } from '../../commands/services.ts';
import { quoteArgument } from '../../src/chat/arguments.ts';
import type { CommandVerb } from '../../src/chat/command.ts';

/** Every verb of every command, from the list that the product itself runs, so that a new one cannot be forgotten. */
export const EVERY_VERB: readonly { name: string; verb: CommandVerb<CommandServices> }[] = commands.flatMap((command) =>
  command.verbs.map((verb) => ({ name: `/${command.name} ${verb.name}`, verb })),
);

/** What a line is about. */
export interface Subject {
  /** A store's name or id. */
  loja: string;
  /** A delivery's id. */
  id: string;
}

/** A good value for each option that any verb has. */
const VALUES: Readonly<Record<string, string>> = {
  nome: 'Nome novo',
  plataforma: 'assiny',
  fuso: 'America/Manaus',
  moeda: 'USD',
  'caminho-feliz': 'não',
  fila: '3',
  cabecalho: 'x-segredo: muito secreto',
  confirmar: 'sim',
  detalhado: 'sim',
  periodo: '7d',
  formato: 'csv',
  canal: '#equipe',
  eventos: 'chargeback',
  valor: '50',
  resultado: 'processado',
  todos: 'falhas',
  comando: 'loja',
  pessoa: '@bia',
  papel: 'operador',
};

/** Options that a verb cannot do without although another one would do as well. */
const NEEDED: Readonly<Record<string, string>> = { '/eventos reprocessar': 'id' };

function typedOption(name: string, subject: Subject, line: number): string {
  const value = { ...VALUES, ...subject, cursor: subject.id }[name];
  if (value === undefined) throw new Error(`Give the option “${name}” a value here, for the tests of every verb`);
  return `${name}:${quoteArgument(name === 'nome' ? `${value} ${line}` : value)}`;
}

/** Lines that use a verb on a subject: with the options that it needs, with each other one beside these, and with all at last. */
export function linesFor({ name, verb }: (typeof EVERY_VERB)[number], subject: Subject): string[] {
  const always = verb.options.filter(
    (option) => option.required || option.name === 'loja' || option.name === NEEDED[name],
  );
  const others = verb.options.filter((option) => !always.includes(option));
  const choices = [
    always,
    ...others.map((option) => [...always, option]),
    ...(others.length > 1 ? [verb.options] : []),
  ];
  return choices.map((options, line) =>
    [name, ...options.map((option) => typedOption(option.name, subject, line))].join(' '),
  );
}
