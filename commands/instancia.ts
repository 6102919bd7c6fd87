import type { Command } from '../src/chat/command.ts';
import { criar } from './instancia/criar.ts';
import { editar } from './instancia/editar.ts';
import { fila } from './instancia/fila.ts';
import { listar } from './instancia/listar.ts';
import { remover } from './instancia/remover.ts';
import { testar } from './instancia/testar.ts';
import { ver } from './instancia/ver.ts';
import { desvincular, vincular } from './instancia/vincular.ts';
import type { CommandServices } from './services.ts';

export const instancia: Command<CommandServices> = {
  name: 'instancia',
  description: 'command.instancia',
  verbs: [criar, listar, ver, fila, editar, vincular, desvincular, testar, remover],
};
