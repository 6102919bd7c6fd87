import type { CommandVerb } from '../../src/chat/command.ts';
import { chatOf } from '../../src/chat/surface.ts';
import type { CommandServices } from '../services.ts';

/** Who may do what here, and what the asker may. */
export const ver: CommandVerb<CommandServices> = {
  name: 'ver',
  description: 'command.acesso.ver',
  role: 'viewer',
  options: [],
  async run({ translate, services, workspaceId, user }) {
    const grants = await services.access.list(workspaceId);
    return {
      title: translate('access.title'),
      tone: 'neutral',
      visibility: 'private',
      blocks: [
        { type: 'paragraph', text: translate('access.own', { role: translate(`role.${user.role}`) }) },
        ...(grants.length === 0
          ? []
          : [
              {
                type: 'table' as const,
                caption: translate('access.caption'),
                columns: [
                  { label: translate('access.person'), align: 'left' as const },
                  { label: translate('access.role'), align: 'left' as const },
                  { label: translate('access.given_by'), align: 'left' as const },
                ],
                rows: grants.map((grant) => [grant.userName, translate(`role.${grant.role}`), grant.grantedBy]),
              },
            ]),
        { type: 'paragraph', text: translate('access.rule', { chat: chatOf(workspaceId) }) },
      ],
    };
  },
};
