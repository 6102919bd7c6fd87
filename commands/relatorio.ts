import type { Command } from '../src/chat/command.ts';
import { instancia } from './relatorio/instancia.ts';
import { loja } from './relatorio/loja.ts';
import type { CommandServices } from './services.ts';

export const relatorio: Command<CommandServices> = {
  name: 'relatorio',
  description: 'command.relatorio',
  verbs: [loja, instancia],
  defaultVerb: 'loja',
};
