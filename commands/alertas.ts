import type { Command } from '../src/chat/command.ts';
import { canal } from './alertas/canal.ts';
import { eventos } from './alertas/eventos.ts';
import { minimo } from './alertas/minimo.ts';
import { testar } from './alertas/testar.ts';
import { ver } from './alertas/ver.ts';
import type { CommandServices } from './services.ts';

export const alertas: Command<CommandServices> = {
  name: 'alertas',
  description: 'command.alertas',
  verbs: [ver, canal, eventos, minimo, testar],
};
