import type { alerts as portuguese } from '../pt-BR/alerts.ts';

export const alerts: Record<keyof typeof portuguese, string> = {};
