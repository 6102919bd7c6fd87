import type { CommandVerb } from '../../src/chat/command.ts';
import { chosenStore, storeOption } from '../options/store-option.ts';
import { yesOrNo } from '../options/yes-no.ts';
import type { CommandServices } from '../services.ts';
import { confirmationOption, confirmationReply } from './confirmation.ts';

export const remover: CommandVerb<CommandServices> = {
  name: 'remover',
  description: 'command.loja.remover',
  role: 'admin',
  options: [storeOption, confirmationOption],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const store = await chosenStore(context, options);
    if (!yesOrNo(options, confirmationOption.name)) {
      return confirmationReply(context, store, {
        verb: '/loja remover',
        title: 'store.remove_question',
        consequence: 'store.remove_consequence',
        button: 'button.remove',
      });
    }
    await services.stores.remove(workspaceId, store.id);
    return {
      title: translate('store.removed', { store: store.name }),
      tone: 'success',
      visibility: 'private',
      blocks: [{ type: 'paragraph', text: translate('store.removed_meaning') }],
    };
  },
};
