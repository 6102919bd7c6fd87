import { ConfigError } from '../../src/config.ts';
import { EmbeddedError } from '../../src/database/embedded/server.ts';
import { createRunOutput, type RunOutput } from '../terminal/run-output.ts';

/** Exit codes, as the product's own: a mistake in what was typed or set, something that is not to be had, and any other failure. */
const EXIT_CONFIGURATION = 78;
const EXIT_UNAVAILABLE = 69;
const EXIT_FAILED = 1;

/** A mistake in the arguments of a command. */
export class UsageError extends Error {}

/** Runs a command of the terminal: what it throws becomes one sentence and an exit code. */
export async function runCommand(run: (output: RunOutput) => Promise<void>): Promise<void> {
  try {
    await run(createRunOutput(process.stdout));
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof EmbeddedError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError || error instanceof UsageError) return EXIT_CONFIGURATION;
  return error instanceof EmbeddedError ? EXIT_UNAVAILABLE : EXIT_FAILED;
}

/**
 * Reads arguments with what `parse` is, and turns its errors into ours.
 * @throws UsageError that names the command's help
 */
export function readArguments<T>(command: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error);
    throw new UsageError(`${reason}; see npm run ${command} -- --help.`, { cause: error });
  }
}
