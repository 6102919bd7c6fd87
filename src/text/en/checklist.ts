import type { checklist as portuguese } from '../pt-BR/checklist.ts';

export const checklist: Record<keyof typeof portuguese, string> = {};
