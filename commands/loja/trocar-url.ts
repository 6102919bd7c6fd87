import { confirmedVerb } from '../confirmed-verb.ts';
import { confirmedStore } from '../options/store-option.ts';
import { webhookBlocks } from './webhook-blocks.ts';

export const trocarUrl = confirmedVerb({
  command: '/loja',
  subject: confirmedStore,
  name: 'trocar-url',
  description: 'command.loja.trocar_url',
  question: {
    title: 'store.rotate_question',
    consequence: 'store.rotate_consequence',
    button: 'button.rotate',
    unchanged: 'store.unchanged',
  },
  async confirmed(context, store) {
    const { translate, services, workspaceId } = context;
    const rotated = await services.stores.rotateUrl(workspaceId, store.id);
    return {
      title: translate('store.rotated', { store: store.name }),
      tone: 'success',
      visibility: 'private',
      blocks: webhookBlocks(context, rotated, 'store.rotated_next'),
    };
  },
});
