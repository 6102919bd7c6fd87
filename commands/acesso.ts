import type { Command } from '../src/chat/command.ts';
import { dar } from './acesso/dar.ts';
import { tirar } from './acesso/tirar.ts';
import { ver } from './acesso/ver.ts';
import type { CommandServices } from './services.ts';

export const acesso: Command<CommandServices> = {
  name: 'acesso',
  description: 'command.acesso',
  verbs: [ver, dar, tirar],
};
