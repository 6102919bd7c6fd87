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
  const reports = await Promise.all(
    sorted.map(async (day) => [day, await api.report(storeId, { from: day, to: day })] as const),
  );
  return { days: new Map(reports), period, whole: await api.report(storeId, period) };
}
