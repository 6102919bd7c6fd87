import type { errors as portuguese } from '../pt-BR/errors.ts';

export const errors: Record<keyof typeof portuguese, string> = {
  'error.unexpected':
    'Something went wrong here and nothing was lost. Try again in a minute; if it goes on, see the server log.',
  'error.command_unknown': 'I do not know that command. There are: {commands}.',
  'error.verb_missing': 'Say what to do: /{command} and one of these words: {verbs}.',
  'error.verb_unknown': '“{verb}” is not part of /{command}. Use one of these words: {verbs}.',
  'error.argument_missing': 'Still needed: {names}. Fill it in below or type {example}',
  'error.argument_repeated': 'The option “{option}” was given twice. Leave only one.',
  'error.argument_unexpected':
    'I did not understand “{argument}”. Check the command; names with spaces may be put in quotes.',
  'error.not_allowed':
    'You may not use {command}. Ask an admin for the role {role, select, viewer {viewer} operator {operator} other {admin}}.',
  'error.channel_unreachable':
    'I cannot post to #{channel}. Invite Sininho to the channel or choose another with /alertas canal.',
  'error.store_none': 'There is no store here yet. Create the first one with /loja criar Store name',
  'error.store_which': 'Say which store: {names}.',
  'error.store_unknown': 'I cannot find that store. See the ones there are with /loja listar.',
  'error.store_unknown_named': 'I cannot find the store “{name}”. There are: {names}.',
  'error.store_name_empty': 'A store needs a name. Type, for example, /loja criar Guitar Course',
  'error.store_name_long': 'The name has {length} characters and the limit is {maximum}. Use a shorter one.',
  'error.store_name_taken':
    'There is a store with that name already. Choose another or see the stores with /loja listar.',
  'error.platform_unknown': 'I do not know the platform “{platform}”. Use one of: {platforms}.',
  'error.timezone_unknown': '“{timezone}” is not a time zone. Use one such as America/Sao_Paulo or America/Manaus.',
  'error.currency_unknown': '“{currency}” is not a currency. Use the three-letter code, such as BRL or USD.',
  'error.period_unknown':
    'I did not understand the period “{period}”. Use hoje, ontem, 7d, 30d, mes or two dates, such as 2026-11-01 2026-11-24.',
  'error.period_reversed': 'The first date is after the second. Swap them.',
  'error.period_long': 'The period is longer than {maximum} days. Choose a shorter one.',
  'error.cursor_unknown': 'There is no such cursor. Start again without one.',
  'error.delivery_unknown': 'I cannot find delivery {id}. See the latest with /eventos listar.',
};
