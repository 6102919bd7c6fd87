import { confirmedVerb } from '../confirmed-verb.ts';
import { confirmedStore } from '../options/store-option.ts';

export const remover = confirmedVerb({
  command: '/loja',
  subject: confirmedStore,
  name: 'remover',
  description: 'command.loja.remover',
  question: {
    title: 'store.remove_question',
    consequence: 'store.remove_consequence',
    button: 'button.remove',
    unchanged: 'store.unchanged',
  },
  async confirmed({ translate, services, workspaceId }, store) {
    await services.stores.remove(workspaceId, store.id);
    return {
      title: translate('store.removed', { store: store.name }),
      tone: 'success',
      visibility: 'private',
      blocks: [{ type: 'paragraph', text: translate('store.removed_meaning') }],
    };
  },
});
