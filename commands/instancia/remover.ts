import { confirmedVerb } from '../confirmed-verb.ts';
import { confirmedInstance } from '../options/instance-option.ts';

export const remover = confirmedVerb({
  command: '/instancia',
  subject: confirmedInstance,
  name: 'remover',
  description: 'command.instancia.remover',
  question: {
    title: 'instance.remove_question',
    consequence: 'instance.remove_consequence',
    button: 'button.remove_instance',
    unchanged: 'instance.unchanged',
  },
  async confirmed({ translate, services, workspaceId }, { id, name }) {
    await services.instances.remove(workspaceId, id);
    return {
      title: translate('instance.removed', { instance: name }),
      tone: 'success',
      visibility: 'private',
      blocks: [{ type: 'paragraph', text: translate('instance.removed_meaning') }],
    };
  },
});
