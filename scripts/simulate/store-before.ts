import { type AdminApi, newestOf, type SeenStore } from './admin-api.ts';
import { type ConsoleChannel, openConsoleChannel } from './console-posts.ts';
import type { PlannedDelivery } from './planned-delivery.ts';
import { localDay } from './report-numbers.ts';
import { readReports, type StoreReports } from './store-reports.ts';

/** What a store held before a run: everything after it is the run's. */
export interface StoreBefore {
  lastDelivery: { id: string } | null;
  lastEvent: { id: string } | null;
  lastOrder: { id: string } | null;
  lastAlert: { id: string } | null;
  reports: StoreReports;
  refusedRequests: string;
  /** Null when the alerts go elsewhere than to the console. */
  channel: ConsoleChannel | null;
  lastPost: number;
}

/**
 * @param url of the server
 * @param days that the run tells of, `YYYY-MM-DD`, at least one
 */
export async function readStoreBefore(
  api: AdminApi,
  store: SeenStore,
  url: string,
  days: readonly string[],
): Promise<StoreBefore> {
  const storeId = store.id;
  const channel = await openConsoleChannel(url, store);
  return {
    lastDelivery: await newestOf(api.deliveries(storeId)),
    lastEvent: await newestOf(api.events(storeId)),
    lastOrder: await newestOf(api.orders(storeId)),
    lastAlert: await newestOf(api.alerts(storeId)),
    reports: await readReports(api, storeId, days),
    refusedRequests: await api.refusedRequests(storeId),
    channel,
    lastPost: (await channel?.newestId()) ?? 0,
  };
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;

/** The store's days that a run tells of, and those of the run itself, on which nothing else may show. */
export function daysOf(deliveries: readonly PlannedDelivery[], store: SeenStore, startedAt: Date): string[] {
  const told = deliveries.flatMap(({ expected }) =>
    expected.answer === 'kept' && expected.meaning !== 'invalid'
      ? [expected.meaning.occurredAt, expected.meaning.createdAt]
      : [],
  );
  const around = [-1, 0, 1].map((days) => new Date(startedAt.getTime() + days * DAY_MILLISECONDS));
  return [...new Set([...told, ...around].map((at) => localDay(at, store.timezone)))];
}
