import type { CommandContext, CommandOption, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { FormField, Reply } from '../../src/chat/message.ts';
import { checkedProvider, type Instance } from '../../src/instances/instance-service.ts';
import { PROVIDERS, type Provider } from '../../src/senders/sender.ts';
import { editField } from '../edit-field.ts';
import { typedValue } from '../options/typed-value.ts';
import { roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import {
  CREDENTIAL_OPTIONS,
  credentialFields,
  lacksCredentials,
  typedCredentials,
  withNamedCredentials,
} from './credential-options.ts';
import { connectionBlocks, instanceButtons, instanceFields, webhookBlocks } from './instance-blocks.ts';

type Context = CommandContext<CommandServices>;

const DEFAULT_TIMEZONE = 'America/Sao_Paulo';

const nameOption: CommandOption<CommandServices> = {
  name: 'nome',
  description: 'option.instance_name',
  required: false,
  takesRest: true,
  example: 'Atendimento',
  maximumLength: 60,
};
const providerOption: CommandOption<CommandServices> = {
  name: 'tipo',
  description: 'option.provider',
  required: false,
  complete: async ({ translate }) =>
    PROVIDERS.map((provider) => ({ value: provider, label: translate(`provider.${provider}`) })),
};

/** Makes a WhatsApp sender; what is still missing for its provider is asked for in a form. */
export const criar: CommandVerb<CommandServices> = {
  name: 'criar',
  description: 'command.instancia.criar',
  role: 'admin',
  options: [nameOption, providerOption, ...CREDENTIAL_OPTIONS],
  async run(context, options) {
    const { services, workspaceId } = context;
    const nome = typedValue(options, nameOption.name);
    if (nome === undefined) return await beginForm(context, options);
    const provider = checkedProvider(typedValue(options, providerOption.name) ?? 'log');
    if (lacksCredentials(provider, options)) return credentialsForm(context, nome, provider, options);
    const stores = await services.stores.list(workspaceId);
    const [first] = stores;
    const made = await withNamedCredentials(context, provider, () =>
      services.instances.create(workspaceId, {
        name: nome,
        provider,
        credentials: typedCredentials(provider, options),
        timezone: first?.timezone ?? DEFAULT_TIMEZONE,
      }),
    );
    const linked =
      first && stores.length === 1 ? await services.instances.link(workspaceId, made.id, first.id, true) : made;
    return await createdReply(context, linked);
  },
};

async function beginForm(context: Context, options: OptionValues): Promise<Reply> {
  const { translate } = context;
  const provider = typedValue(options, providerOption.name) ?? 'log';
  return {
    title: translate('command.instancia.criar'),
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate('instance.create_how') },
      {
        type: 'form',
        title: translate('form.instance_create'),
        command: '/instancia criar',
        fields: [
          { ...(await editField(context, nameOption, undefined)), required: true },
          { ...(await editField(context, providerOption, checkedProvider(provider))), required: true },
        ],
        submitLabel: translate('button.go_on'),
      },
    ],
  };
}

/** What was typed already stays in the form, but secrets are typed anew: nothing shows them again. */
function credentialsForm({ translate }: Context, nome: string, tipo: Provider, options: OptionValues): Reply {
  const fields = credentialFields(tipo).map(({ option, label, example = option.example, required }): FormField => {
    const typed = option.name === 'endereco' ? typedValue(options, option.name) : undefined;
    return {
      name: option.name,
      label: translate(label ?? option.description),
      kind: 'text',
      required,
      ...(example ? { hint: translate('form.example', { example }) } : {}),
      ...(typed === undefined ? {} : { value: typed }),
    };
  });
  return {
    title: translate('instance.create', { instance: nome }),
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate(`credentials_how.${tipo}`) },
      {
        type: 'form',
        title: translate('form.instance_create'),
        command: commandLine('/instancia criar', { nome, tipo }),
        fields,
        submitLabel: translate('form.submit'),
      },
    ],
  };
}

async function createdReply(context: Context, made: Instance): Promise<Reply> {
  const { translate, services, workspaceId } = context;
  const connection = await services.checkConnection(made);
  const instance = await services.instances.get(workspaceId, made.id);
  return {
    title: translate('instance.created', { instance: instance.name }),
    tone: 'success',
    visibility: 'private',
    blocks: [
      ...(instance.provider === 'log' ? [{ type: 'paragraph' as const, text: translate('instance.log_meaning') }] : []),
      { type: 'fields', fields: await instanceFields(context, instance) },
      ...(instance.storeIds.length === 0
        ? [{ type: 'paragraph' as const, text: translate('instance.link_next') }]
        : []),
      ...connectionBlocks(context, connection),
      ...webhookBlocks(context, instance),
      ...roleButtons(context, await instanceButtons(context, instance)),
    ],
  };
}
