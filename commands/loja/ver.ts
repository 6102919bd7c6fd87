import type { CommandVerb } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import { chosenStore, storeOption, storeReference } from '../options/store-option.ts';
import { roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { storeFields } from './store-labels.ts';

export const ver: CommandVerb<CommandServices> = {
  name: 'ver',
  description: 'command.loja.ver',
  role: 'viewer',
  options: [storeOption],
  async run(context, options) {
    const { translate } = context;
    const store = await chosenStore(context, options);
    const loja = storeReference(store);
    return {
      title: store.name,
      tone: 'neutral',
      visibility: 'public',
      blocks: [
        { type: 'fields', fields: await storeFields(context, store) },
        ...roleButtons(context, [
          {
            label: translate('button.checklist'),
            command: commandLine('/checklist', { loja }),
            style: 'primary',
            role: 'viewer',
          },
          {
            label: translate('button.report'),
            command: commandLine('/relatorio', { loja }),
            style: 'secondary',
            role: 'viewer',
          },
          {
            label: translate('button.webhook'),
            command: commandLine('/loja webhook', { loja }),
            style: 'secondary',
            role: 'admin',
          },
          {
            label: translate('button.edit'),
            command: commandLine('/loja editar', { loja }),
            style: 'secondary',
            role: 'admin',
          },
        ]),
      ],
    };
  },
};
