import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { SCENARIOS, type ScenarioName } from './scenarios.ts';
import { SimulatorError } from './simulator-error.ts';

export interface SimulatorOptions {
  /** Id or name. */
  store: string;
  scenario: ScenarioName;
  count: number;
  /** Requests a second. */
  rate: number;
  seed: number;
  /** Without a trailing slash. */
  url: string;
  key: string;
  keepGoing: boolean;
  /** Also looks after the messages to the buyers. */
  messages: boolean;
}

export const USAGE = `Sends believable Assiny traffic to a store and checks what the server makes of it.

  npm run simulate -- --store ID [options]

  --store ID         id or name of the store
  --scenario NAME    ${SCENARIOS.join(', ')} (default: launch)
  --count N          how many requests (default: 200)
  --rate R           requests a second, sent whether or not the ones before were answered (default: 20)
  --seed N           repeats the stories of an earlier run (default: chosen at random and printed)
  --url URL          the server (default: http://localhost:PORT, and PORT is 3000 unless it is set)
  --key KEY          the admin key (default: ADMIN_API_KEY, else the one in DATA_DIR)
  --keep-going       sends again what was not answered while the server is away, until it is back
  --messages         also sends the messages to the buyers, through two WhatsApp instances of its own (a Cloud API and an Evolution that run
                     here, fail now and then, and report back), and checks each of them. For the time of the run the store's delays are
                     seconds; they are put back afterwards
  --help             shows this

The store gets invented sales: use one of your own for trying things out, which nobody else sends to meanwhile.
It ends with code 0 when there are no differences, 1 when there are some, and 2 when the run could not be made.`;

/** The platform reads the time of an event as its own only when it is not far ahead of the receipt, and the plan tells times ahead. */
const LONGEST_RUN_SECONDS = 12 * 60 * 60;
const SEEDS = 2 ** 32;

const given = {
  store: { type: 'string' },
  scenario: { type: 'string' },
  count: { type: 'string' },
  rate: { type: 'string' },
  seed: { type: 'string' },
  url: { type: 'string' },
  key: { type: 'string' },
  'keep-going': { type: 'boolean' },
  messages: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

function wholeNumber(name: string, lowest: number, highest: number, example: number) {
  const message = `--${name} must be a whole number from ${lowest} to ${highest}; for example --${name} ${example}.`;
  return z
    .string()
    .regex(/^\d{1,10}$/, { error: message })
    .transform(Number)
    .pipe(z.int().min(lowest, { error: message }).max(highest, { error: message }));
}

const RATE_MESSAGE = '--rate must be a number from 0.1 to 5000; for example --rate 20.';

const schema = z.object({
  store: z
    .string({ error: '--store is missing; name the store by its id or name, as /loja listar shows them.' })
    .trim()
    .min(1, { error: '--store is empty; name the store by its id or name, as /loja listar shows them.' }),
  scenario: z
    .enum(SCENARIOS, { error: `There is no such scenario; use one of ${SCENARIOS.join(', ')}.` })
    .default('launch'),
  count: wholeNumber('count', 1, 1_000_000, 200).default(200),
  rate: z
    .string()
    .regex(/^\d{1,4}(\.\d+)?$/, { error: RATE_MESSAGE })
    .transform(Number)
    .pipe(z.number().min(0.1, { error: RATE_MESSAGE }).max(5_000, { error: RATE_MESSAGE }))
    .default(20),
  seed: wholeNumber('seed', 0, SEEDS - 1, 7).optional(),
  url: z
    .url({
      protocol: /^https?$/,
      error: '--url must be the address of the server; for example --url http://localhost:3000.',
    })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  key: z.string().trim().min(1, { error: '--key is empty; leave it out to read it from DATA_DIR.' }).optional(),
});

/**
 * Reads the command line and the environment.
 * @param random chooses the seed when none is given
 * @returns null when help is asked for
 * @throws SimulatorError that says in one sentence what is wrong and what to type instead
 */
export function readOptions(
  commandLine: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  random: () => number = Math.random,
): SimulatorOptions | null {
  const { help, 'keep-going': keepGoing = false, messages = false, ...values } = parsed(commandLine);
  if (help) return null;
  const result = schema.safeParse(values);
  if (!result.success) throw new SimulatorError(result.error.issues[0]?.message ?? 'The options cannot be read.');
  const { store, scenario, count, rate, seed, url, key } = result.data;
  if (count / rate > LONGEST_RUN_SECONDS) {
    throw new SimulatorError(`A run of ${count} requests at ${rate} a second takes more than 12 hours; raise --rate.`);
  }
  return {
    store,
    scenario,
    count,
    rate,
    seed: seed ?? Math.floor(random() * SEEDS),
    url: url ?? `http://localhost:${environment.PORT?.trim() || '3000'}`,
    key: key ?? (environment.ADMIN_API_KEY?.trim() || keyOnDisk(environment.DATA_DIR?.trim() || './data')),
    keepGoing,
    messages,
  };
}

function parsed(commandLine: readonly string[]) {
  try {
    return parseArgs({ args: [...commandLine], options: given, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error);
    throw new SimulatorError(`${reason}; see npm run simulate -- --help.`, { cause: error });
  }
}

function keyOnDisk(directory: string): string {
  const file = join(directory, 'admin-api-key');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new SimulatorError(
      `There is no admin key in ${file}; give it with --key or ADMIN_API_KEY, or the server's data directory with DATA_DIR.`,
      { cause: error },
    );
  }
}
