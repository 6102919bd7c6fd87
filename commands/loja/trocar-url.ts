import type { CommandVerb } from '../../src/chat/command.ts';
import { chosenStore, storeOption } from '../options/store-option.ts';
import { yesOrNo } from '../options/yes-no.ts';
import type { CommandServices } from '../services.ts';
import { confirmationOption, confirmationReply } from './confirmation.ts';
import { webhookBlocks } from './webhook-blocks.ts';

export const trocarUrl: CommandVerb<CommandServices> = {
  name: 'trocar-url',
  description: 'command.loja.trocar_url',
  role: 'admin',
  options: [storeOption, confirmationOption],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const store = await chosenStore(context, options);
    if (!yesOrNo(options, confirmationOption.name)) {
      return confirmationReply(context, store, {
        verb: '/loja trocar-url',
        title: 'store.rotate_question',
        consequence: 'store.rotate_consequence',
        button: 'button.rotate',
      });
    }
    const rotated = await services.stores.rotateUrl(workspaceId, store.id);
    return {
      title: translate('store.rotated', { store: store.name }),
      tone: 'success',
      visibility: 'private',
      blocks: [{ type: 'paragraph', text: translate('store.rotated_next') }, ...webhookBlocks(context, rotated)],
    };
  },
};
