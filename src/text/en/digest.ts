import type { digest as portuguese } from '../pt-BR/digest.ts';

export const digest: Record<keyof typeof portuguese, string> = {};
