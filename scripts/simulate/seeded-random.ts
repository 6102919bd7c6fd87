import { createHash } from 'node:crypto';
import type { Random } from './assiny-payload.ts';

/**
 * The same numbers each time from the same seed: mulberry32 by Tommy Ettinger, which is in the public domain.
 * @param seed any integer; its lowest 32 bits count
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Ids that are new in every run, and the same in a run that is repeated with the same seed at the same moment: a second run of one seed on
 * one store has to be about other purchases.
 */
export function freshIds(seed: number, startedAt: Date): () => string {
  let count = 0;
  return () => {
    count += 1;
    const hex = createHash('sha256').update(`${seed}:${startedAt.getTime()}:${count}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
}

/** A whole number, both ends included. */
export function integerBetween(random: Random, lowest: number, highest: number): number {
  return lowest + Math.floor(random() * (highest - lowest + 1));
}

export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

/** @throws RangeError when there is nothing to pick from */
export function pickOne<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new RangeError('There is nothing to pick from');
  return value;
}

/** One of the values, each as often as its weight says. */
export function pickWeighted<T>(random: Random, weighted: readonly (readonly [weight: number, value: T])[]): T {
  let left = random() * weighted.reduce((sum, [weight]) => sum + weight, 0);
  const found = weighted.find(([weight]) => {
    left -= weight;
    return left < 0;
  });
  return found ? found[1] : pickOne(random, weighted)[1];
}
