import { omit } from 'es-toolkit';
import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext, CommandOption, OptionValues } from '../../src/chat/command.ts';
import type { Store } from '../../src/stores/store-service.ts';
import type { ConfirmedSubject } from '../confirmed-verb.ts';
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

/** What a command line calls a store by: its name, which is unique in its workspace and which people can read. */
export function storeReference({ name }: Store): string {
  return name;
}

/** @throws ProductError `store_unknown_named`, `store_which`, `store_none` */
export async function chosenStore(context: CommandContext<CommandServices>, options: OptionValues): Promise<Store> {
  return await context.services.stores.resolve(context.workspaceId, typedValue(options, storeOption.name));
}

/** For a verb of a store that asks first. */
export const confirmedStore: ConfirmedSubject<Store> = {
  option: storeOption,
  choose: chosenStore,
  reference: storeReference,
  values: ({ name }) => ({ store: name }),
};

/**
 * What was typed beside a store's name, when words that were taken for a store begin or end with one: `0d` of `Conta 0d`.
 * @returns the store's name and the other words; null when no store is named, or all the words are one's name
 */
export async function wordsBesideStore(
  { services, workspaceId }: CommandContext<CommandServices>,
  options: OptionValues,
): Promise<{ store: Store; words: string } | null> {
  const typed = (typedValue(options, storeOption.name) ?? '').split(/\s+/);
  const stores = await services.stores.list(workspaceId);
  const storeNamed = (words: readonly string[]) =>
    stores.find(({ name }) => foldCase(name) === foldCase(words.join(' ')));
  if (storeNamed(typed)) return null;
  for (let count = typed.length - 1; count > 0; count -= 1) {
    const first = storeNamed(typed.slice(0, count));
    if (first) return { store: first, words: typed.slice(count).join(' ') };
    const last = storeNamed(typed.slice(-count));
    if (last) return { store: last, words: typed.slice(0, -count).join(' ') };
  }
  return null;
}
