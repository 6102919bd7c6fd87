import type { help as portuguese } from '../pt-BR/help.ts';

export const help: Record<keyof typeof portuguese, string> = {
  'command.ajuda': 'What can be done here',
  'option.command': 'Command, to see in detail',
  'button.create': 'Create the first store',
  'help.welcome': 'Hello! Let us connect your first store',
  'help.title': 'What can be done here',
  'help.first_steps':
    'Three steps: create the store with /loja criar, paste the URL that appears into the Assiny webhook, and check everything with /checklist.',
  'help.ask_an_admin': 'There is no store yet. Ask an admin to create the first one with /loja criar.',
  'help.more': 'To see a command in detail, type for example /ajuda comando:relatorio.',
  'help.other_role': '{role, select, operator {Operators} other {Admins}} also use {commands}.',
  'help.ask_for_role': 'For another role, ask an admin.',
  'help.how_to_type':
    'What is in brackets is optional.{chat, select, discord {} other { You can say which option is which by its name, as in loja:"Guitar Course".}}',
};
