import type { CommandVerb } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import { channelOption, chosenChannel } from '../options/channel-option.ts';
import { chosenStore, storeOption, storeReference } from '../options/store-option.ts';
import { roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';

export const canal: CommandVerb<CommandServices> = {
  name: 'canal',
  description: 'command.alertas.canal',
  formTitle: 'form.alert_channel',
  role: 'admin',
  options: [channelOption, storeOption],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const channel = await chosenChannel(context, options);
    const store = await chosenStore(context, options);
    await services.stores.update(workspaceId, store.id, { alerts: { channelId: channel.id } });
    return {
      tone: 'success',
      visibility: 'public',
      blocks: [
        {
          type: 'paragraph',
          text: translate('alert_rules.channel_chosen', { store: store.name, channel: `#${channel.name}` }),
        },
        ...roleButtons(context, [
          {
            label: translate('button.test_alert'),
            command: commandLine('/alertas testar', { loja: storeReference(store) }),
            style: 'primary',
            role: 'operator',
          },
        ]),
      ],
    };
  },
};
