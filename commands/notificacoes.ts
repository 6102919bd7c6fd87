import type { Command } from '../src/chat/command.ts';
import { atraso } from './notificacoes/atraso.ts';
import { caminhoFeliz } from './notificacoes/caminho-feliz.ts';
import { descadastrar } from './notificacoes/descadastrar.ts';
import { desligar } from './notificacoes/desligar.ts';
import { ligar } from './notificacoes/ligar.ts';
import { listar } from './notificacoes/listar.ts';
import { modelo } from './notificacoes/modelo.ts';
import { pararAoResponder } from './notificacoes/parar-ao-responder.ts';
import { previa } from './notificacoes/previa.ts';
import { testar } from './notificacoes/testar.ts';
import { texto } from './notificacoes/texto.ts';
import type { CommandServices } from './services.ts';

export const notificacoes: Command<CommandServices> = {
  name: 'notificacoes',
  description: 'command.notificacoes',
  verbs: [listar, ligar, desligar, texto, modelo, atraso, previa, testar, caminhoFeliz, pararAoResponder, descadastrar],
};
