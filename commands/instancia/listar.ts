import type { CommandVerb } from '../../src/chat/command.ts';
import { ProductError } from '../../src/text/product-error.ts';
import type { CommandServices } from '../services.ts';
import { connectionLabel, storeNames } from './instance-blocks.ts';

export const listar: CommandVerb<CommandServices> = {
  name: 'listar',
  description: 'command.instancia.listar',
  role: 'viewer',
  options: [],
  async run(context) {
    const { translate, services, workspaceId } = context;
    const instances = await services.instances.list(workspaceId);
    if (instances.length === 0) throw new ProductError('instance_none');
    const rows = await Promise.all(
      instances.map(async (instance) => [
        instance.name,
        translate(`provider.${instance.provider}`),
        (await storeNames(context, instance)).join(', ') || translate('instance.no_stores'),
        connectionLabel(context, instance),
      ]),
    );
    return {
      title: translate('instance.list', { count: instances.length }),
      tone: 'neutral',
      visibility: 'public',
      blocks: [
        {
          type: 'table',
          caption: translate('instance.list_caption'),
          columns: [
            { label: translate('instance.name'), align: 'left' },
            { label: translate('instance.provider'), align: 'left' },
            { label: translate('instance.stores'), align: 'left' },
            { label: translate('instance.connection'), align: 'left' },
          ],
          rows,
        },
      ],
    };
  },
};
