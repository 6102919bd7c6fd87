import type { reports as portuguese } from '../pt-BR/reports.ts';

export const reports: Record<keyof typeof portuguese, string> = {};
