import { createRunOutput, type RunOutput } from '../../scripts/terminal/run-output.ts';

/** For scripts whose progress nobody watches. */
export function silentOutput(): RunOutput {
  return createRunOutput({ isTTY: false, write: () => true } as unknown as NodeJS.WriteStream);
}
