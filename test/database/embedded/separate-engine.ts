import { type ChildProcess, execFileSync, type ForkOptions, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What the process of an engine tells: where it listens, or why it did not start. */
export type EngineProcessReport = { uri: string } | { code: string; message: string };

/** An engine in a process of its own. */
export interface SeparateEngine {
  readonly report: EngineProcessReport;
  /** Its resident memory, in KiB. */
  residentMemory(): number;
  /** What the process wrote to its standard error. */
  errors(): string;
  /** Ends the process without warning (SIGKILL) and waits until it is gone. */
  kill(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./engine-process.ts', import.meta.url));

const OPTIONS: ForkOptions = { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] };
const NODE_ARGUMENTS = ['--import', 'tsx'];

/**
 * @param options.largestFile bytes that no file of the process can grow beyond, by the system's own limit: to the engine it is
 *   as if the disk were full
 */
export async function startSeparateEngine(
  directory: string,
  options: { largestFile?: number } = {},
): Promise<SeparateEngine> {
  const child =
    options.largestFile === undefined
      ? fork(ENTRY, [directory], { ...OPTIONS, execArgv: NODE_ARGUMENTS })
      : startLimited(directory, options.largestFile);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exited = once(child, 'exit');
  const report = await new Promise<EngineProcessReport>((resolve, reject) => {
    child.once('message', (message) => resolve(message as EngineProcessReport));
    child.once('exit', () => reject(new Error(`The engine's process ended without a word: ${errors}`)));
  });
  return {
    report,
    residentMemory: () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })),
    errors: () => errors,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The shell sets the limit, in blocks of 512 bytes, and turns the signal into an error of the write that meets it. */
function startLimited(directory: string, largestFile: number): ChildProcess {
  const script = `trap '' XFSZ; ulimit -f ${Math.floor(largestFile / 512)}; exec "$@"`;
  return spawn('sh', ['-c', script, 'sh', process.execPath, ...NODE_ARGUMENTS, ENTRY, directory], OPTIONS);
}

/** The address of an engine that has to have started. */
export function addressOf({ report }: SeparateEngine): string {
  if ('uri' in report) return report.uri;
  throw new Error(`The engine did not start: ${report.code}`);
}
