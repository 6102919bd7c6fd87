import type { CommandContext } from '../src/chat/command.ts';
import type { Block, Button } from '../src/chat/message.ts';
import { mayAct, type Role } from '../src/chat/permissions.ts';
import type { CommandServices } from './services.ts';

export interface RoleButton extends Button {
  /** The least role that may run the button's command. */
  role: Role;
}

/** The buttons that the asker may press: nobody is offered what would be refused. No block at all when there are none. */
export function roleButtons(context: CommandContext<CommandServices>, buttons: readonly RoleButton[]): Block[] {
  const allowed = buttons.filter(({ role }) => mayAct(context.user.role, role));
  if (allowed.length === 0) return [];
  return [
    { type: 'buttons', buttons: allowed.map(({ label, command, style }): Button => ({ label, command, style })) },
  ];
}
