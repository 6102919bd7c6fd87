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
};
