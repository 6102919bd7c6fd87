import type { AdminApi, Period, SeenCurrencyReport } from './admin-api.ts';

/** The reports of a store that a run is judged by. */
export interface StoreReports {
  days: Map<string, SeenCurrencyReport[]>;
  period: Period;
  /** The report of the whole period. */
  whole: SeenCurrencyReport[];
}

/** @param days `YYYY-MM-DD`, at least one */
export async function readReports(api: AdminApi, storeId: string, days: readonly string[]): Promise<StoreReports> {
  const sorted = [...new Set(days)].sort();
  const period = { from: sorted[0] ?? '', to: sorted.at(-1) ?? '' };
  const reports = new Map<string, SeenCurrencyReport[]>();
  for (const day of sorted) reports.set(day, await api.report(storeId, { from: day, to: day }));
  return { days: reports, period, whole: await api.report(storeId, period) };
}
