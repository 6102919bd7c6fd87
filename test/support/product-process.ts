import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The product as people start it: a process of its own. */
export interface ProductProcess {
  /** Resolves with the console's or API's address once the product says that it is ready. */
  ready: Promise<string>;
  /** All that it printed so far. */
  output(): string;
  /** The first admin key, when this start printed it. */
  adminKey(): string | null;
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code, null after a signal. */
  exited: Promise<number | null>;
}

/** @param environment what the product is told; nothing of this process' own configuration reaches it */
export function startProductProcess(environment: Record<string, string>): ProductProcess {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const ready = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      const address = /Admin API: (http:\/\/localhost:\d+)/.exec(printed)?.[1];
      if (address) resolve(address);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    void exited.then(() => reject(new Error(`The product ended before it was ready:\n${printed}`)));
  });
  // Tests of starts that must fail never look at it.
  ready.catch(() => undefined);
  return {
    ready,
    exited,
    output: () => printed,
    adminKey: () => /Admin key: (\S+)/.exec(printed)?.[1] ?? null,
    signal: (name) => child.kill(name),
  };
}
