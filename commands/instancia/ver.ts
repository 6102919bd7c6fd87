import type { CommandVerb } from '../../src/chat/command.ts';
import { mayAct } from '../../src/chat/permissions.ts';
import { chosenInstance, instanceOption } from '../options/instance-option.ts';
import { roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { connectionBlocks, instanceButtons, instanceFields, webhookBlocks } from './instance-blocks.ts';

/** Shows an instance as it is now. The webhook URL and the QR code, with which one can act for it, are for admins alone. */
export const ver: CommandVerb<CommandServices> = {
  name: 'ver',
  description: 'command.instancia.ver',
  role: 'viewer',
  options: [instanceOption],
  async run(context, options) {
    const { services, workspaceId, user } = context;
    const chosen = await chosenInstance(context, options);
    const connection = await services.checkConnection(chosen);
    const instance = await services.instances.get(workspaceId, chosen.id);
    const isAdmin = mayAct(user.role, 'admin');
    return {
      title: instance.name,
      tone: connection.state === 'connected' ? 'neutral' : 'attention',
      visibility: 'private',
      blocks: [
        { type: 'fields', fields: await instanceFields(context, instance) },
        ...connectionBlocks(context, isAdmin ? connection : withoutQrCode(connection)),
        ...(isAdmin ? webhookBlocks(context, instance) : []),
        ...roleButtons(context, await instanceButtons(context, instance)),
      ],
    };
  },
};

function withoutQrCode<State extends object>(connection: State): State {
  return 'qrCode' in connection ? { ...connection, qrCode: null } : connection;
}
