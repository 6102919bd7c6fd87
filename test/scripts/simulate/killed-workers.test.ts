import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { runSimulation } from '../../../scripts/simulate/run-simulation.ts';
import { useSharedDatabase } from '../../support/database.ts';
import type { ProductProcess } from '../../support/product-process.ts';
import { useProductProcesses } from '../../support/product-processes.ts';

const KEY = 'an-admin-key-for-tests';
const KILLS = 6;
/** The time between two kills is a part of what is tried, and nothing waits for it. */
const LONGEST_LIFE_MILLISECONDS = 3_000;

const shared = useSharedDatabase();
const processes = useProductProcesses();

function start(name: string, role: string): ProductProcess {
  return processes.start({
    ROLE: role,
    MONGODB_URI: shared.uri,
    // Each has a spool of its own, as on machines of their own; they share the key that credentials are sealed with.
    DATA_DIR: `${processes.directory}/${name}`,
    SECRET_KEY: 'c2VhbHMtdGhlLWNyZWRlbnRpYWxzLW9mLWEtdGVzdCE',
    ADMIN_API_KEY: KEY,
    LOG_LEVEL: 'error',
  });
}

async function newStore(address: string): Promise<string> {
  const response = await fetch(`${address}/api/v1/stores`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Curso de Violão', platform: 'assiny', channelId: null }),
  });
  return ((await response.json()) as { id: string }).id;
}

/** Kills one of two workers after the other, each in the middle of its work, and starts it again. */
async function killNowAndThen(workers: ProductProcess[]): Promise<void> {
  for (let kill = 0; kill < KILLS; kill += 1) {
    await pause(LONGEST_LIFE_MILLISECONDS * Math.random());
    const one = kill % workers.length;
    workers[one]?.signal('SIGKILL');
    await workers[one]?.exited;
    const next = start(`worker-${one}`, 'worker');
    workers[one] = next;
    await next.ready;
  }
}

test('two workers that are killed again and again send each message once, or it has its reason', {
  timeout: 600_000,
}, async () => {
  const web = start('web', 'web');
  const workers = [start('worker-0', 'worker'), start('worker-1', 'worker')];
  const url = await web.ready;
  await Promise.all(workers.map(({ ready }) => ready));
  const lines: string[] = [];
  let killing: Promise<void> | null = null;
  const differences = await runSimulation(
    {
      store: await newStore(url),
      scenario: 'launch',
      count: 60,
      rate: 8,
      seed: 21,
      url,
      key: KEY,
      keepGoing: false,
      messages: true,
    },
    {
      say: (line) => lines.push(line),
      begin: () => {
        killing = killNowAndThen(workers);
        return { advance: () => undefined, end: () => undefined };
      },
    },
  );
  await killing;
  expect(differences, lines.join('\n')).toEqual([]);
  const sent = lines.filter((line) => /^ {4}(sent|delivered|read) \d+$/.test(line));
  expect(sent.length, lines.join('\n')).toBeGreaterThan(0);
});
