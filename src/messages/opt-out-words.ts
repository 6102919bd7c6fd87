import { dropWhile } from 'es-toolkit';
import { foldCase } from '../chat/arguments.ts';

/** What asks for no more messages. Without accents, as all words here; the small words are left out. */
const REQUESTS = [
  'sair',
  'parar',
  'pare',
  'parem',
  'cancelar',
  'descadastrar',
  'descadastre',
  'stop',
  'unsubscribe',
  'para de mandar',
  'para de enviar',
  'nao quero receber',
  'nao quero mais receber',
  'nao quero mais mensagem',
  'nao quero mais mensagens',
  'nao mande mais',
  'nao mandem mais',
  'nao envie mais',
  'nao enviem mais',
  'tira da lista',
  'tire da lista',
  'tirem da lista',
  'remova da lista',
].map((request) => request.split(' '));
/** A request that may as well be about the purchase, where nothing but courtesy is said with it and no message is named. */
const AMBIGUOUS = 'cancelar';

/** Politeness, and words too small to change what is asked for. */
const COURTESIES = wordSet(
  'oi ola opa bom boa dia tarde noite por favor pf pfv gentileza obrigado obrigada obg grato grata valeu vlw eu me please thanks',
);
/** What may come before a request. */
const WISHES = wordSet('quero queria gostaria desejo pode podem poderia poderiam que de');
const MESSAGES = wordSet('mensagem mensagens msg msgs');
/** What may come after a request. */
const OBJECTS = new Set([
  ...MESSAGES,
  ...wordSet(
    'de da do das dos a o as os essa essas esse esses esta estas este estes isso sua suas mais tudo nada mandar enviar receber lista whatsapp aqui agora para pra mim voces',
  ),
]);

/**
 * True when a buyer's reply asks for no more messages and says nothing else: one of the words or several, alone or in a short sentence
 * that only asks for it. Whole words; case, accents, punctuation and emoji are no matter.
 */
export function asksForNoMore(text: string): boolean {
  const words = wordsOf(text).filter((word) => !COURTESIES.has(word));
  return isClear(words) && isNothingButRequests(words);
}

function isClear(words: readonly string[]): boolean {
  return (
    !words.includes(AMBIGUOUS) || words.every((word) => word === AMBIGUOUS) || words.some((word) => MESSAGES.has(word))
  );
}

/** People who are annoyed say it twice: “SAIR SAIR”, “Pare! Não quero mais receber”. */
function isNothingButRequests(words: readonly string[]): boolean {
  const asked = dropWhile(words, (word) => WISHES.has(word));
  return REQUESTS.some((request) => {
    if (!request.every((word, position) => asked[position] === word)) return false;
    const rest = dropWhile(asked.slice(request.length), (word) => OBJECTS.has(word));
    return rest.length === 0 || isNothingButRequests(rest);
  });
}

function wordsOf(text: string): string[] {
  return foldCase(text).match(/[\p{Letter}\p{Number}]+/gu) ?? [];
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}
