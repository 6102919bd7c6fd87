import { type AdminApi, newestOf, type Period, type SeenStore } from './admin-api.ts';
import { type InstanceRows, readInstanceRows } from './check/check-instance-report.ts';
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
  lastMessage: { id: string } | null;
  /** What `/relatorio instancia` showed of the days around the run. */
  instanceReport: { period: Period; rows: InstanceRows };
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
  startedAt: Date,
): Promise<StoreBefore> {
  const [from, , to] = daysAround(store, startedAt);
  const around = { from, to };
  const storeId = store.id;
  const channel = await openConsoleChannel(url, store);
  return {
    lastDelivery: await newestOf(api.deliveries(storeId)),
    lastEvent: await newestOf(api.events(storeId)),
    lastOrder: await newestOf(api.orders(storeId)),
    lastAlert: await newestOf(api.alerts(storeId)),
    lastMessage: await newestOf(api.messages(storeId)),
    instanceReport: { period: around, rows: await readInstanceRows(api, around) },
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
  return [...new Set([...told.map((at) => localDay(at, store.timezone)), ...daysAround(store, startedAt)])];
}

/** The store's days before, at and after the beginning of a run. */
function daysAround({ timezone }: SeenStore, startedAt: Date): [string, string, string] {
  const day = (days: number) => localDay(new Date(startedAt.getTime() + days * DAY_MILLISECONDS), timezone);
  return [day(-1), day(0), day(1)];
}
