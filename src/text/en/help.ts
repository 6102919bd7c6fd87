import type { help as portuguese } from '../pt-BR/help.ts';

export const help: Record<keyof typeof portuguese, string> = {};
