import type { CommandVerb } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import { chosenStore, storeOption, storeReference } from '../options/store-option.ts';
import { roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';

export const pausar: CommandVerb<CommandServices> = {
  name: 'pausar',
  description: 'command.loja.pausar',
  role: 'operator',
  options: [storeOption],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const store = await chosenStore(context, options);
    await services.stores.update(workspaceId, store.id, { paused: true });
    return {
      title: translate('store.paused', { store: store.name }),
      tone: 'attention',
      visibility: 'public',
      blocks: [
        { type: 'paragraph', text: translate('store.paused_meaning') },
        ...roleButtons(context, [
          {
            label: translate('button.resume'),
            command: commandLine('/loja retomar', { loja: storeReference(store) }),
            style: 'primary',
            role: 'operator',
          },
        ]),
      ],
    };
  },
};
