import type { CommandVerb } from '../../src/chat/command.ts';
import { chosenStore, storeOption } from '../options/store-option.ts';
import type { CommandServices } from '../services.ts';
import { webhookBlocks } from './webhook-blocks.ts';

export const webhook: CommandVerb<CommandServices> = {
  name: 'webhook',
  description: 'command.loja.webhook',
  role: 'admin',
  options: [storeOption],
  async run(context, options) {
    const store = await chosenStore(context, options);
    return {
      title: context.translate('store.webhook_title', { store: store.name }),
      tone: 'neutral',
      visibility: 'private',
      blocks: webhookBlocks(context, store),
    };
  },
};
