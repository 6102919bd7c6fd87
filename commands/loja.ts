import type { Command } from '../src/chat/command.ts';
import { criar } from './loja/criar.ts';
import { editar } from './loja/editar.ts';
import { listar } from './loja/listar.ts';
import { pausar } from './loja/pausar.ts';
import { remover } from './loja/remover.ts';
import { retomar } from './loja/retomar.ts';
import { trocarUrl } from './loja/trocar-url.ts';
import { ver } from './loja/ver.ts';
import { webhook } from './loja/webhook.ts';
import type { CommandServices } from './services.ts';

export const loja: Command<CommandServices> = {
  name: 'loja',
  description: 'command.loja',
  verbs: [criar, listar, ver, webhook, editar, pausar, retomar, trocarUrl, remover],
};
