import type { Command } from '../src/chat/command.ts';
import { acesso } from './acesso.ts';
import { createHelpCommand } from './ajuda.ts';
import { alertas } from './alertas.ts';
import { checklist } from './checklist.ts';
import { eventos } from './eventos.ts';
import { instancia } from './instancia.ts';
import { loja } from './loja.ts';
import { notificacoes } from './notificacoes.ts';
import { relatorio } from './relatorio.ts';
import type { CommandServices } from './services.ts';

const topics: readonly Command<CommandServices>[] = [
  loja,
  checklist,
  relatorio,
  notificacoes,
  instancia,
  alertas,
  eventos,
  acesso,
];

/** Every slash command, in the order in which help lists them. */
export const commands: readonly Command<CommandServices>[] = [...topics, createHelpCommand(topics)];
