import type { console as portuguese } from '../pt-BR/console.ts';

export const console: Record<keyof typeof portuguese, string> = {};
