import { describeChannel, inviteRemedy } from '../../src/chat/channel-description.ts';
import type { CommandContext, CommandOption, CommandVerb } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { Reply } from '../../src/chat/message.ts';
import { findPlatform, PLATFORM_SLUGS } from '../../src/platforms/registry.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { storeReference } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import { roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { webhookBlocks } from './webhook-blocks.ts';

const DEFAULT_PLATFORM = 'assiny';

const platformOption: CommandOption<CommandServices> = {
  name: 'plataforma',
  description: 'option.platform',
  required: false,
  complete: async () => PLATFORM_SLUGS.map((slug) => ({ value: slug, label: findPlatform(slug)?.name ?? slug })),
};

/** Creates a store whose alerts go to the channel where this was typed. */
export const criar: CommandVerb<CommandServices> = {
  name: 'criar',
  description: 'command.loja.criar',
  formTitle: 'form.store_create',
  role: 'admin',
  options: [
    {
      name: 'nome',
      description: 'option.store_name',
      required: true,
      takesRest: true,
      example: 'Curso de Violão',
      maximumLength: 100,
    },
    platformOption,
  ],
  async run(context, options) {
    const store = await context.services.stores.create(context.workspaceId, {
      name: options.nome ?? '',
      platform: typedValue(options, 'plataforma') ?? DEFAULT_PLATFORM,
      channelId: await channelForAlerts(context),
    });
    return await createdReply(context, store);
  },
};

/** Null where nothing is ever posted: in a voice channel, or a forum. */
async function channelForAlerts({
  channel,
  services,
  workspaceId,
}: CommandContext<CommandServices>): Promise<string | null> {
  if (!channel) return null;
  const found = await services.channel(workspaceId, channel.id);
  return found?.isText === false ? null : channel.id;
}

async function createdReply(context: CommandContext<CommandServices>, store: Store): Promise<Reply> {
  const { translate } = context;
  const loja = storeReference(store);
  return {
    title: translate('store.created', { store: store.name }),
    tone: 'success',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate('store.created_next') },
      ...webhookBlocks(context, store),
      { type: 'paragraph', text: await whereAlertsGo(context, store) },
      ...roleButtons(context, [
        {
          label: translate('button.checklist'),
          command: commandLine('/checklist', { loja }),
          style: 'primary',
          role: 'viewer',
        },
        ...(store.alerts.channelId !== null
          ? [
              {
                label: translate('button.test_alert'),
                command: commandLine('/alertas testar', { loja }),
                style: 'secondary' as const,
                role: 'operator' as const,
              },
            ]
          : []),
      ]),
    ],
  };
}

/** Told at once when nothing can be posted there yet: otherwise the first sale would be missed. */
async function whereAlertsGo(
  { translate, services, workspaceId, channel }: CommandContext<CommandServices>,
  { alerts: { channelId } }: Store,
): Promise<string> {
  if (channelId === null)
    return translate(channel ? 'store.created_without_text_channel' : 'store.created_without_channel');
  const { label, mayPost } = await describeChannel(services, { workspaceId, channelId }, translate);
  if (mayPost) return translate('store.created_channel', { channel: label });
  const remedy = inviteRemedy(services, workspaceId, translate);
  return translate('store.created_closed_channel', { channel: label, remedy });
}
