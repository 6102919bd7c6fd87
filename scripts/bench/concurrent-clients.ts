/**
 * Does `total` pieces of work with so many clients at once, each beginning its next piece when the one before is done.
 * @param work gets the number of the piece, from 0
 * @returns pieces a second
 */
export async function rateOf(
  total: number,
  clients: number,
  work: (piece: number) => Promise<void>,
  now: () => number = () => performance.now(),
): Promise<number> {
  let next = 0;
  const client = async () => {
    while (next < total) {
      const piece = next;
      next += 1;
      await work(piece);
    }
  };
  const startedAt = now();
  await Promise.all(Array.from({ length: clients }, client));
  return (total / (now() - startedAt)) * 1_000;
}

/** The highest of several runs. */
export async function bestOf(runs: number, run: (number: number) => Promise<number>): Promise<number> {
  let best = 0;
  for (let number = 0; number < runs; number += 1) best = Math.max(best, await run(number));
  return best;
}
