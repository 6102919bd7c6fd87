import type { CommandVerb } from '../../src/chat/command.ts';
import { publicText } from '../../src/chat/message.ts';
import { chosenInstance, namedInstanceOption } from '../options/instance-option.ts';
import { chosenStore, storeOption } from '../options/store-option.ts';
import type { CommandServices } from '../services.ts';

function linkVerb(name: 'vincular' | 'desvincular'): CommandVerb<CommandServices> {
  const links = name === 'vincular';
  return {
    name,
    description: `command.instancia.${name}`,
    role: 'admin',
    options: [storeOption, namedInstanceOption],
    async run(context, options) {
      const { translate, services, workspaceId } = context;
      const instance = await chosenInstance(context, options);
      const store = await chosenStore(context, options);
      await services.instances.link(workspaceId, instance.id, store.id, links);
      const values = { store: store.name, instance: instance.name };
      return publicText('success', translate(links ? 'instance.linked' : 'instance.unlinked', values));
    },
  };
}

/** Lets a store's messages go through an instance. */
export const vincular = linkVerb('vincular');
export const desvincular = linkVerb('desvincular');
