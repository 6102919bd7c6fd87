import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext, CommandOption, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { Reply } from '../../src/chat/message.ts';
import { checkChanges, type Store, type StoreChanges, storeChangesSchema } from '../../src/stores/store-service.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { editField } from '../edit-field.ts';
import { chosenStore, storeOption, storeReference } from '../options/store-option.ts';
import { timezoneOption } from '../options/timezone-option.ts';
import { typedValue } from '../options/typed-value.ts';
import { yesNoOption, yesOrNo } from '../options/yes-no.ts';
import type { CommandServices } from '../services.ts';
import { storeFields } from './store-labels.ts';

const OFFERED_CURRENCIES = ['BRL', 'USD', 'EUR'];
const NO_HEADER = 'nenhum';

const newName: CommandOption<CommandServices> = {
  name: 'nome',
  description: 'option.new_name',
  required: false,
  maximumLength: 100,
};
const currency: CommandOption<CommandServices> = {
  name: 'moeda',
  description: 'option.currency',
  required: false,
  complete: async () => OFFERED_CURRENCIES.map((code) => ({ value: code, label: code })),
};
const happyPath = yesNoOption('caminho-feliz', 'option.happy_path');
const queueLimit: CommandOption<CommandServices> = {
  name: 'fila',
  description: 'option.queue_limit',
  required: false,
  example: '2',
};
const secretHeader: CommandOption<CommandServices> = {
  name: 'cabecalho',
  description: 'option.secret_header',
  required: false,
  example: 'x-assiny-token: segredo',
};
const CHANGES = [newName, timezoneOption, currency, happyPath, queueLimit, secretHeader];

/** Changes a store's settings; with nothing to change named, opens a form. */
export const editar: CommandVerb<CommandServices> = {
  name: 'editar',
  description: 'command.loja.editar',
  role: 'admin',
  options: [storeOption, ...CHANGES],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const changes = changesOf(options);
    checkChanges(changes);
    const store = await chosenStore(context, options);
    if (Object.keys(changes).length === 0) return editForm(context, store);
    const changed = await services.stores.update(workspaceId, store.id, changes);
    return {
      title: translate('store.edited', { store: changed.name }),
      tone: 'success',
      visibility: 'private',
      blocks: [{ type: 'fields', fields: await storeFields(context, changed) }],
    };
  },
};

function changesOf(options: OptionValues): StoreChanges {
  const read: { [Name in keyof StoreChanges]: StoreChanges[Name] | undefined } = {
    name: typedValue(options, newName.name),
    timezone: typedValue(options, timezoneOption.name),
    currency: typedValue(options, currency.name),
    happyPath: yesOrNo(options, happyPath.name),
    queueLimitDays: queueDays(typedValue(options, queueLimit.name)),
    secretHeader: header(typedValue(options, secretHeader.name)),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

function queueDays(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const digits = /^(\d+)(?:\s*(?:dias?|d|days?))?$/i.exec(typed)?.[1];
  const read = storeChangesSchema.shape.queueLimitDays.safeParse(Number(digits));
  if (!read.success) throw new ProductError('queue_days_unknown', { days: typed });
  return read.data;
}

/** `nome: valor`, or `nenhum` to ask for no header. The value is not repeated in an error: it is a secret. */
function header(typed: string | undefined): StoreChanges['secretHeader'] {
  if (typed === undefined) return undefined;
  if (foldCase(typed) === NO_HEADER) return null;
  // Quotes that a command line needs are typed into forms and into Discord's options too.
  const [, name, value] = /^([^:]*):([\s\S]*)$/.exec(typed.replace(/^["“«](.*)["”»]$/s, '$1')) ?? [];
  const read = storeChangesSchema.shape.secretHeader.safeParse({ name, value });
  if (!read.success) throw new ProductError('secret_header_unreadable');
  return read.data;
}

async function editForm(context: CommandContext<CommandServices>, store: Store): Promise<Reply> {
  const { translate } = context;
  const current: Record<string, string> = {
    [newName.name]: store.name,
    [timezoneOption.name]: store.timezone,
    [currency.name]: store.currency,
    [happyPath.name]: store.happyPath ? 'sim' : 'não',
    [queueLimit.name]: String(store.queueLimitDays),
  };
  return {
    title: translate('store.edit', { store: store.name }),
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate('store.edit_how') },
      {
        type: 'form',
        title: translate('form.store_edit'),
        command: commandLine('/loja editar', { loja: storeReference(store) }),
        fields: await Promise.all(CHANGES.map((option) => editField(context, option, current[option.name]))),
        submitLabel: translate('button.save'),
      },
    ],
  };
}
