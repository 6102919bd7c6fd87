import type { CommandVerb } from '../../src/chat/command.ts';
import { chosenStore, storeOption } from '../options/store-option.ts';
import type { CommandServices } from '../services.ts';

export const retomar: CommandVerb<CommandServices> = {
  name: 'retomar',
  description: 'command.loja.retomar',
  role: 'operator',
  options: [storeOption],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const store = await chosenStore(context, options);
    await services.stores.update(workspaceId, store.id, { paused: false });
    return {
      title: translate('store.resumed', { store: store.name }),
      tone: 'success',
      visibility: 'public',
      blocks: [{ type: 'paragraph', text: translate('store.resumed_meaning') }],
    };
  },
};
