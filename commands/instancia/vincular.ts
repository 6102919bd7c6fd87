import type { CommandContext, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { publicText } from '../../src/chat/message.ts';
import { nameList } from '../../src/text/name-list.ts';
import { chosenInstance, namedInstanceOption } from '../options/instance-option.ts';
import { chosenStore, storeOption, storeReference, wordsBesideStore } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';

function linkVerb(name: 'vincular' | 'desvincular'): CommandVerb<CommandServices> {
  const links = name === 'vincular';
  return {
    name,
    description: `command.instancia.${name}`,
    role: 'admin',
    options: [storeOption, namedInstanceOption],
    async run(context, typed) {
      const options = await withInstanceBesideStore(context, typed);
      const { translate, services, workspaceId } = context;
      const instance = await chosenInstance(context, options);
      const store = await chosenStore(context, options);
      await services.instances.link(workspaceId, instance.id, store.id, links);
      const values = { store: store.name, instance: instance.name };
      if (!links) return publicText('success', translate('instance.unlinked', values));
      const linked = (await services.instances.ofStore(store.id)).map(({ name }) => name);
      if (linked.length === 1) return publicText('success', translate('instance.linked', values));
      const sharing = { store: store.name, count: linked.length, instances: nameList(linked) };
      return publicText('success', translate('instance.linked_shared', sharing));
    },
  };
}

/** `/instancia vincular Loja Atendimento`: the words beside a store's name are an instance, unless all of them are a store's name. */
async function withInstanceBesideStore(
  context: CommandContext<CommandServices>,
  options: OptionValues,
): Promise<OptionValues> {
  if (typedValue(options, namedInstanceOption.name) !== undefined) return options;
  const beside = await wordsBesideStore(context, options);
  return beside ? { ...options, loja: storeReference(beside.store), instancia: beside.words } : options;
}

/** Lets a store's messages go through an instance. */
export const vincular = linkVerb('vincular');
export const desvincular = linkVerb('desvincular');
