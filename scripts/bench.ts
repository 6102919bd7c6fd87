import { parseArgs } from 'node:util';
import { type Bench, isMet } from './bench/bench.ts';
import { chatBench } from './bench/chat-bench.ts';
import { databaseBench } from './bench/database-bench.ts';
import { figureTable } from './bench/figure-table.ts';
import { sendBench } from './bench/send-bench.ts';
import { createRunOutput } from './terminal/run-output.ts';

const BENCHES: Readonly<Record<string, Bench>> = {
  chat: chatBench,
  database: databaseBench,
  send: sendBench,
};

const EXIT_NOT_MET = 1;
const EXIT_USAGE = 78;

const USAGE = `Measures Sininho on this machine and compares it with what it has to reach.

  npm run bench -- NAME… [--runs N]

  NAME       ${Object.keys(BENCHES).join(', ')}
  --runs N   each rate is the best of N runs (default: 3)

With MONGODB_URI or TEST_MONGODB_URI the same is measured on that server. It ends with code 0 when every target is met, and
with 1 when one is not, or when anything was lost.`;

const options = {
  runs: { type: 'string', default: '3' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function readOptions() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const benches = positionals.map((name) => BENCHES[name]).filter((bench) => bench !== undefined);
    const runs = Number(values.runs);
    const isRight = benches.length === positionals.length && benches.length > 0 && Number.isInteger(runs) && runs > 0;
    return values.help || !isRight ? { help: values.help } : { benches, runs };
  } catch {
    return { help: false };
  }
}

const read = readOptions();
const output = createRunOutput(process.stdout);
if (read.benches) {
  const serverUri = process.env.MONGODB_URI || process.env.TEST_MONGODB_URI || null;
  for (const bench of read.benches) {
    const figures = await bench({ runs: read.runs, serverUri }, output);
    output.say(['', ...figureTable(figures), ''].join('\n'));
    if (!figures.every(isMet)) process.exitCode = EXIT_NOT_MET;
  }
} else {
  output.say(USAGE);
  if (!read.help) process.exitCode = EXIT_USAGE;
}
