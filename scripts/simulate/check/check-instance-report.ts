import { countBy } from 'es-toolkit';
import type { AdminApi, Period, SeenMessage, SeenReply } from '../admin-api.ts';
import type { RehearsedInstance } from '../messages/rehearsal.ts';
import type { Differences } from './differences.ts';

/** The figures of `/relatorio instancia`; one that it leaves out is 0. */
const FIGURES: Readonly<Record<string, readonly string[]>> = {
  Esperando: ['scheduled', 'waiting', 'sending'],
  Enviadas: ['sent', 'delivered', 'read'],
  Entregues: ['delivered', 'read'],
  Lidas: ['read'],
  Falharam: ['failed'],
  Incertas: ['uncertain'],
  'Não enviadas': ['cancelled', 'skipped', 'dropped'],
};
const WITHOUT_INSTANCE = 'Sem instância';

/** What `/relatorio instancia` shows of a period: the numbers by the instance's name. */
export type InstanceRows = ReadonlyMap<string, readonly number[]>;

export async function readInstanceRows(api: AdminApi, { from, to }: Period): Promise<InstanceRows> {
  const reply = await api.runCommand(`/relatorio instancia periodo:"${from} ${to}"`);
  return new Map(instanceFields(reply).map(({ label, value }) => [label, figuresIn(value)]));
}

/** The first fields are the instances; a report on nothing has none. */
function instanceFields({ blocks }: SeenReply) {
  return blocks.find(({ type }) => type === 'fields')?.fields ?? [];
}

/** `Esperando: 0 · Enviadas: 1.204` */
function figuresIn(value: string): number[] {
  const figures = new Map(
    value.split(/ · |\n/).map((figure) => {
      const [label = '', count = ''] = figure.split(': ');
      return [label, Number(count.replaceAll('.', ''))];
    }),
  );
  return Object.keys(FIGURES).map((label) => figures.get(label) ?? 0);
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
  const wanted = ofNone.map((count, index) => count + (earlier[index] ?? 0));
  const found = rows.get(WITHOUT_INSTANCE) ?? wanted.map(() => 0);
  differences.compare(`/relatorio instancia: ${WITHOUT_INSTANCE}`, wanted, found);
}

function numbersOf(messages: readonly SeenMessage[]): number[] {
  return Object.values(FIGURES).map((statuses) => messages.filter(({ status }) => statuses.includes(status)).length);
}
