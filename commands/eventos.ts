import type { Command } from '../src/chat/command.ts';
import { listar } from './eventos/listar.ts';
import { reprocessar } from './eventos/reprocessar.ts';
import { ver } from './eventos/ver.ts';
import type { CommandServices } from './services.ts';

export const eventos: Command<CommandServices> = {
  name: 'eventos',
  description: 'command.eventos',
  verbs: [listar, ver, reprocessar],
};
