import type { CommandVerb } from '../../src/chat/command.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { alertChannel } from '../alert-channel.ts';
import type { CommandServices } from '../services.ts';
import { platformName, stateLabel } from './store-labels.ts';

export const listar: CommandVerb<CommandServices> = {
  name: 'listar',
  description: 'command.loja.listar',
  role: 'viewer',
  options: [],
  async run(context) {
    const { translate, services, workspaceId } = context;
    const stores = await services.stores.list(workspaceId);
    if (stores.length === 0) throw new ProductError('store_none');
    const rows = await Promise.all(
      stores.map(async (store) => [
        store.name,
        platformName(store),
        await alertChannel(context, store.alerts.channelId),
        stateLabel(context, store),
      ]),
    );
    return {
      title: translate('store.list', { count: stores.length }),
      tone: 'neutral',
      visibility: 'public',
      blocks: [
        {
          type: 'table',
          caption: translate('store.list_caption'),
          columns: [
            { label: translate('store.name'), align: 'left' },
            { label: translate('store.platform'), align: 'left' },
            { label: translate('store.alert_channel'), align: 'left' },
            { label: translate('store.state'), align: 'left' },
          ],
          rows,
        },
      ],
    };
  },
};
