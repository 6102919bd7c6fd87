import { commands } from '../../commands/index.ts';
import type { CommandServices } from '../../commands/services.ts';
import { quoteArgument } from '../../src/chat/arguments.ts';
import type { CommandVerb } from '../../src/chat/command.ts';
import { mayAct, type Role } from '../../src/chat/permissions.ts';

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
  /** An instance's name or id. */
  instancia: string;
  /** An uncertain message's id. */
  mensagem: string;
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
  tipo: 'http',
  endereco: 'https://shop.example.invalid/send',
  segredo: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  numero: '106540352242922',
  token: 'a-token',
  verificacao: 'a-word',
  chave: 'a-key',
  sessao: 'atendimento',
  intervalo: '30s',
  limite: '200',
  horario: 'seg-sex 08:00-18:00',
  aquecimento: 'sim',
  telefone: '11 90000-0001',
  comprador: '11 90000-0002',
  decisao: 'enviada',
  notificacao: 'Compra aprovada',
  etapa: '1',
  produto: 'Produto confidencial',
  atraso: '2h',
  texto: 'Oi, {{customer.first_name}}!',
  imagem: 'https://exemplo.com.br/imagem.png',
  ligado: 'não',
  modelo: 'pix_gerado',
  variaveis: 'customer.first_name, order.total',
  idioma: 'pt_BR',
};

/** What a line is about is named wherever it can be. */
const ALWAYS: ReadonlySet<string> = new Set(['loja', 'instancia']);

/** Options that a verb cannot do without although another one would do as well. */
const NEEDED: Readonly<Record<string, string>> = { '/eventos reprocessar': 'id', '/instancia criar': 'nome' };

function typedOption(name: string, subject: Subject, line: number): string {
  const value = { ...VALUES, ...subject, cursor: subject.id }[name];
  if (value === undefined) throw new Error(`Give the option “${name}” a value here, for the tests of every verb`);
  return `${name}:${quoteArgument(name === 'nome' ? `${value} ${line}` : value)}`;
}

/**
 * Lines that use a verb on a subject: with the options that it needs, with each other one beside these, and with all at last.
 * @param role of who types: options that ask for more than the verb are left out
 */
export function linesFor(
  { name, verb }: (typeof EVERY_VERB)[number],
  subject: Subject,
  role: Role = 'admin',
): string[] {
  const allowed = verb.options.filter((option) => mayAct(role, option.role ?? 'viewer'));
  const always = allowed.filter((option) => option.required || ALWAYS.has(option.name) || option.name === NEEDED[name]);
  const others = allowed.filter((option) => !always.includes(option));
  const choices = [always, ...others.map((option) => [...always, option]), ...(others.length > 1 ? [allowed] : [])];
  return choices.map((options, line) =>
    [name, ...options.map((option) => typedOption(option.name, subject, line))].join(' '),
  );
}
