import { countBy } from 'es-toolkit';
import type { AdminApi, Period, SeenMessage, SeenReply } from '../admin-api.ts';
import type { RehearsedInstance } from '../messages/rehearsal.ts';
import type { Differences } from './differences.ts';

/** The columns of `/relatorio instancia` after the name, in its order. */
const COLUMNS: readonly (readonly string[])[] = [
  ['scheduled', 'waiting', 'sending'],
  ['sent', 'delivered', 'read'],
  ['delivered', 'read'],
  ['read'],
  ['failed'],
  ['uncertain'],
  ['cancelled', 'skipped', 'dropped'],
];
const WITHOUT_INSTANCE = 'Sem instância';

/** What `/relatorio instancia` shows of a period: the numbers by the instance's name. */
export type InstanceRows = ReadonlyMap<string, readonly number[]>;

export async function readInstanceRows(api: AdminApi, { from, to }: Period): Promise<InstanceRows> {
  const reply = await api.runCommand(`/relatorio instancia periodo:"${from} ${to}"`);
  return new Map(rowsOf(reply).map(([name = '', ...cells]) => [name, cells.map(numberIn)]));
}

/** The rows of the first table; a report on nothing has none. */
function rowsOf({ blocks }: SeenReply): string[][] {
  return blocks.find(({ type }) => type === 'table')?.rows ?? [];
}

function numberIn(cell: string): number {
  return Number(cell.replaceAll('.', ''));
}

/**
 * Do `/relatorio instancia` and the API's report say of each instance of the run what its messages say, and of those that none had, that many
 * more than before.
 * @param messages the store's messages since the run began
 */
export async function checkInstanceReport(
  api: AdminApi,
  messages: readonly SeenMessage[],
  instances: readonly RehearsedInstance[],
  before: { period: Period; rows: InstanceRows },
  differences: Differences,
): Promise<void> {
  const rows = await readInstanceRows(api, before.period);
  for (const { id, name } of instances) {
    const own = messages.filter(({ instanceId }) => instanceId === id);
    differences.compare(`/relatorio instancia: ${name}`, numbersOf(own), rows.get(name) ?? 'no such row');
    const counts = await api.instanceReport(id, before.period);
    const seen = Object.fromEntries(counts.map(({ status, reason, count }) => [`${status} ${reason}`, count]));
    differences.compare(
      `report of ${name}`,
      countBy(own, ({ status, reason }) => `${status} ${reason}`),
      seen,
    );
  }
  const ofNone = numbersOf(messages.filter(({ instanceId }) => instanceId === null));
  const earlier = before.rows.get(WITHOUT_INSTANCE) ?? [];
  const wanted = ofNone.map((count, column) => count + (earlier[column] ?? 0));
  const found = rows.get(WITHOUT_INSTANCE) ?? COLUMNS.map(() => 0);
  differences.compare(`/relatorio instancia: ${WITHOUT_INSTANCE}`, wanted, found);
}

function numbersOf(messages: readonly SeenMessage[]): number[] {
  return COLUMNS.map((statuses) => messages.filter(({ status }) => statuses.includes(status)).length);
}
