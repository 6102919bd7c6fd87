import { countBy } from 'es-toolkit';
import { type AdminApi, readSince, type SeenStore } from '../admin-api.ts';
import type { Rehearsal } from './rehearsal.ts';

/** What became of the messages of a run, in lines. */
export async function messageSummary(
  api: AdminApi,
  store: SeenStore,
  last: { id: string } | null,
  { instances, buyers }: Rehearsal,
): Promise<string[]> {
  const messages = await readSince(api.messages(store.id), last);
  const counts = Object.entries(countBy(messages, ({ status, reason }) => [status, reason].filter(Boolean).join(': ')));
  return [
    `  messages    ${messages.length}`,
    ...counts.sort(([left], [right]) => left.localeCompare(right)).map(([what, count]) => `    ${what} ${count}`),
    ...instances.map(({ name, accepted }) => `  ${name} took ${accepted.length}`),
    `  ${buyers.optedOutAt.size} buyers asked for no more messages`,
    '',
  ];
}
