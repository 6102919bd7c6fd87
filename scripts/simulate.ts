import { readOptions, USAGE } from './simulate/options.ts';
import { runSimulation } from './simulate/run-simulation.ts';
import { SimulatorError } from './simulate/simulator-error.ts';
import { createRunOutput } from './terminal/run-output.ts';

const EXIT_DIFFERENCES = 1;
const EXIT_NO_RUN = 2;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === null) {
    console.log(USAGE);
    return;
  }
  const differences = await runSimulation(options, createRunOutput(process.stdout));
  if (differences.length > 0) process.exitCode = EXIT_DIFFERENCES;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof SimulatorError)) throw error;
  console.error(error.message);
  process.exitCode = EXIT_NO_RUN;
}
