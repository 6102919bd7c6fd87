import { omit } from 'es-toolkit';
import type { CommandContext, CommandOption, OptionValues } from '../../src/chat/command.ts';
import type { Store } from '../../src/stores/store-service.ts';
import type { CommandServices } from '../services.ts';
import { typedValue } from './typed-value.ts';

/** Which store a command is about; nothing is needed where there is only one. */
export const storeOption: CommandOption<CommandServices> = {
  name: 'loja',
  description: 'option.store',
  required: false,
  requiredAmongSeveral: 'store_which',
  takesRest: true,
  example: 'Curso de Violão',
  async complete({ workspaceId, services }) {
    const stores = await services.stores.list(workspaceId);
    return stores.map((store) => ({ value: storeReference(store), label: store.name }));
  },
};

/** The same where the loose words belong to another option: it has to be named, `loja:"Curso de Violão"`. */
export const namedStoreOption: CommandOption<CommandServices> = omit(storeOption, ['takesRest']);

/** What a command line calls a store by: its name, or its id when the name has quotes, which a command line cannot hold. */
export function storeReference(store: Store): string {
  return /["“”«»]/.test(store.name) ? store.id : store.name;
}

/** @throws ProductError `store_unknown_named`, `store_which`, `store_none` */
export async function chosenStore(context: CommandContext<CommandServices>, options: OptionValues): Promise<Store> {
  return await context.services.stores.resolve(context.workspaceId, typedValue(options, storeOption.name));
}
