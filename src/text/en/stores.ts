import type { stores as portuguese } from '../pt-BR/stores.ts';

export const stores: Record<keyof typeof portuguese, string> = {};
