import type { Command } from '../src/chat/command.ts';
import { loja } from './loja.ts';
import type { CommandServices } from './services.ts';

/** Every slash command, in the order in which help lists them. */
export const commands: readonly Command<CommandServices>[] = [loja];
