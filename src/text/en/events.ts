import type { events as portuguese } from '../pt-BR/events.ts';

export const events: Record<keyof typeof portuguese, string> = {};
