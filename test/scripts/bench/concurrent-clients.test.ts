import { expect, it } from 'vitest';
import { bestOf, rateOf } from '../../../scripts/bench/concurrent-clients.ts';

it('does every piece once, with so many at a time, and tells how many a second', async () => {
  let clock = 0;
  let atOnce = 0;
  let most = 0;
  const done: number[] = [];
  const rate = await rateOf(
    10,
    4,
    async (piece) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await Promise.resolve();
      atOnce -= 1;
      done.push(piece);
      clock += 50;
    },
    () => clock,
  );
  expect(done.toSorted((left, right) => left - right)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(most).toBe(4);
  expect(rate).toBe(20);
});

it('ends with the error of a piece that failed', async () => {
  await expect(
    rateOf(10, 4, async (piece) => void (piece === 7 && (await Promise.reject(new Error('lost'))))),
  ).rejects.toThrow('lost');
});

it('takes the best of several runs', async () => {
  const rates = [3, 9, 5];
  expect(await bestOf(rates.length, async (run) => rates[run] ?? 0)).toBe(9);
});
