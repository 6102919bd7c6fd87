import { expect, it } from 'vitest';
import { useTestDatabase } from '../support/database.ts';
import { productOn } from '../support/product.ts';

const database = useTestDatabase();
const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;

it('goes on from its first day when it is asked for again, and begins anew after it was off', async () => {
  let time = Date.parse('2026-11-24T15:00:00Z');
  const { instances } = productOn(database.connection, { now: () => new Date(time) }).services;
  await database.prepare();
  const timezone = 'America/Sao_Paulo';
  const { id } = await instances.create('console', { name: 'Atendimento', provider: 'log', credentials: {}, timezone });
  const startOfWarmUp = async (warmUp: boolean) =>
    (await instances.update('console', id, { warmUp })).warmUp?.startedOn ?? null;
  expect(await startOfWarmUp(true)).toBe('2026-11-24');
  time += 3 * DAY_MILLISECONDS;
  expect(await startOfWarmUp(true)).toBe('2026-11-24');
  expect(await startOfWarmUp(false)).toBeNull();
  expect(await startOfWarmUp(true)).toBe('2026-11-27');
});
