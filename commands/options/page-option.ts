import type { CommandOption } from '../../src/chat/command.ts';
import type { CommandServices } from '../services.ts';

/** Where a list goes on: what its button carries. */
export const pageOption: CommandOption<CommandServices> = {
  name: 'cursor',
  description: 'option.cursor',
  required: false,
};
