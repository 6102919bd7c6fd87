import type { CommandContext, CommandOption, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import { publicText, type Reply } from '../../src/chat/message.ts';
import { EVENT_KINDS } from '../../src/platforms/platform.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { isProductError } from '../../src/text/product-error.ts';
import { chosenStore, storeOption, storeReference, wordsBesideStore } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';
import { areKinds, kindNames, readKinds } from './kind-names.ts';

/** Names of events with commas between; without the option's name, as many of the last words as read as such. */
const kindsOption: CommandOption<CommandServices> = {
  name: 'eventos',
  description: 'option.alert_kinds',
  required: false,
  example: 'compra aprovada, chargeback',
  countTrailingWords(words) {
    const first = words.findIndex((_, index) => areKinds(words.slice(index).join(' ')));
    return first === -1 ? 0 : words.length - first;
  },
};

/** Chooses the events that become alerts; with none named, opens a form. */
export const eventos: CommandVerb<CommandServices> = {
  name: 'eventos',
  description: 'command.alertas.eventos',
  role: 'admin',
  options: [kindsOption, storeOption],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const typed = typedValue(options, kindsOption.name);
    const kinds = typed === undefined ? null : readKinds(typed, translate);
    const store = await alertingStore(context, options);
    if (kinds === null) return kindsForm(context, store);
    await services.stores.update(workspaceId, store.id, { alerts: { kinds } });
    const key = kinds.length === 0 ? 'alert_rules.kinds_none' : 'alert_rules.kinds_chosen';
    return publicText('success', translate(key, { store: store.name, kinds: kindNames(kinds, translate) }));
  },
};

/** Words that are no store's name are rather a mistyped event. */
async function alertingStore(context: CommandContext<CommandServices>, options: OptionValues): Promise<Store> {
  try {
    return await chosenStore(context, options);
  } catch (error) {
    if (!isProductError(error, 'store_unknown_named')) throw error;
    const beside = await wordsBesideStore(context, options);
    const words = beside?.words ?? typedValue(options, storeOption.name) ?? '';
    // Throws: the words were not read as events before.
    readKinds(words, context.translate);
    throw error;
  }
}

function kindsForm({ translate }: CommandContext<CommandServices>, store: Store): Reply {
  return {
    title: translate('alert_rules.title', { store: store.name }),
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate('alert_rules.kinds_how') },
      {
        type: 'form',
        title: translate('form.alert_kinds'),
        command: commandLine('/alertas eventos', { loja: storeReference(store) }),
        fields: [
          {
            name: kindsOption.name,
            label: translate('alert_rules.kinds'),
            kind: 'multiselect',
            required: true,
            value: [...store.alerts.kinds],
            choices: EVENT_KINDS.map((kind) => ({ value: kind, label: translate(`kind.${kind}`) })),
          },
        ],
        submitLabel: translate('button.save'),
      },
    ],
  };
}
