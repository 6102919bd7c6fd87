import { inviteOrMoveRemedy } from '../../src/chat/channel-description.ts';
import type { CommandContext, CommandVerb } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { formatMoment } from '../../src/text/local-time.ts';
import { formatMoney } from '../../src/text/money.ts';
import { alertChannel } from '../alert-channel.ts';
import { chosenStore, storeOption, storeReference } from '../options/store-option.ts';
import { roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { kindNames } from './kind-names.ts';

export const ver: CommandVerb<CommandServices> = {
  name: 'ver',
  description: 'command.alertas.ver',
  role: 'viewer',
  options: [storeOption],
  async run(context, options) {
    const { translate, locale } = context;
    const store = await chosenStore(context, options);
    const { channelId, kinds, minimumAmount } = store.alerts;
    const loja = storeReference(store);
    const minimum =
      minimumAmount === 0 ? translate('alert_rules.no_minimum') : formatMoney(minimumAmount, store.currency, locale);
    return {
      title: translate('alert_rules.title', { store: store.name }),
      tone: 'neutral',
      visibility: 'public',
      blocks: [
        {
          type: 'fields',
          fields: [
            { label: translate('alert_rules.channel'), value: await alertChannel(context, channelId) },
            {
              label: translate('alert_rules.kinds'),
              value: kindNames(kinds, translate) || translate('alert_rules.no_kinds'),
            },
            { label: translate('alert_rules.minimum'), value: minimum },
            { label: translate('alert_rules.last_post'), value: await lastPost(context, store) },
          ],
        },
        ...roleButtons(context, [
          {
            label: translate('button.test_alert'),
            command: commandLine('/alertas testar', { loja }),
            style: 'secondary',
            role: 'operator',
          },
          {
            label: translate('button.choose_channel'),
            command: commandLine('/alertas canal', { loja }),
            style: 'secondary',
            role: 'admin',
          },
          {
            label: translate('button.choose_kinds'),
            command: commandLine('/alertas eventos', { loja }),
            style: 'secondary',
            role: 'admin',
          },
          {
            label: translate('button.choose_minimum'),
            command: commandLine('/alertas minimo', { loja }),
            style: 'secondary',
            role: 'admin',
          },
        ]),
      ],
    };
  },
};

async function lastPost({ translate, services, locale }: CommandContext<CommandServices>, store: Store) {
  const { channelId } = store.alerts;
  const last = channelId === null ? null : await services.outbox.lastPost(store.workspaceId, channelId);
  if (!last) return translate('alert_rules.post_never');
  const at = formatMoment(last.at, store.timezone, locale);
  if (last.status !== 'failed') return at;
  return translate('alert_rules.post_failed', {
    at,
    remedy: inviteOrMoveRemedy(services, store.workspaceId, translate),
  });
}
