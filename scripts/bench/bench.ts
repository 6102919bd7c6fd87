import type { RunOutput } from '../terminal/run-output.ts';

/** One thing that was measured. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What it has to be, in the same unit; null where nothing is asked. */
  readonly target: { readonly atLeast: number } | { readonly atMost: number } | null;
}

export interface BenchOptions {
  /** Each rate is the best of so many runs, because other programs use the same processors. */
  readonly runs: number;
  /** A MongoDB server to be measured in the same run; null for none. */
  readonly serverUri: string | null;
}

/**
 * Measures one part of the product. It checks what it did besides.
 * @throws Error when anything was lost or doubled: the figures then mean nothing
 */
export type Bench = (options: BenchOptions, output: RunOutput) => Promise<Figure[]>;

/** Whether a figure is what it has to be. */
export function isMet({ value, target }: Figure): boolean {
  if (target === null) return true;
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}
