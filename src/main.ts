import { pino } from 'pino';
import { type Config, ConfigError, readConfig } from './config.ts';
import { EmbeddedError } from './database/embedded/server.ts';
import { UnfinishedCopyError } from './database/unfinished-copy.ts';
import { type Product, startProduct } from './start.ts';

/** Exit codes of sysexits: a mistake in the configuration, and something that this start needs is not to be had. */
const EXIT_CONFIGURATION = 78;
const EXIT_UNAVAILABLE = 69;

function say(...lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function fail(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function readEnvironment(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message, EXIT_CONFIGURATION);
    throw error;
  }
}

/** What went wrong with a start, and what to do about it; null when it is nothing that we know. */
function remedyOf(error: unknown, config: Config): string | null {
  if (error instanceof EmbeddedError) return `${error.message} (${error.code})`;
  if (error instanceof UnfinishedCopyError) return error.message;
  if (!(error instanceof Error && 'code' in error)) return null;
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${config.port} is in use. Stop the other program, or choose another port: PORT=${config.port + 1} npm start`;
    case 'EACCES':
      return `This user may not use port ${config.port} or write to ${config.dataDirectory}. Choose a port above 1023, or another DATA_DIR.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST=${config.host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for every address.`;
    default:
      return null;
  }
}

function showAdminKey(key: string): void {
  say(
    '',
    `  Admin key: ${key}`,
    '             It is shown this once; it is kept in the data directory for its owner only.',
  );
}

function greet(product: Product, startedAt: number): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  say(
    '',
    `Sininho is ready (${seconds} s).`,
    ...(product.hasConsole ? [`  Console:   ${product.localUrl}/`] : []),
    `  Admin API: ${product.localUrl}/api/v1`,
    '',
  );
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const config = readEnvironment();
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: false }));
  try {
    const product = await startProduct(config, log, {
      onNewAdminKey: showAdminKey,
      onDatabaseFailure: (error) => fail(error.message, EXIT_UNAVAILABLE),
    });
    stopOnSignals(product, log);
    if (await product.ready) greet(product, startedAt);
  } catch (error) {
    const remedy = remedyOf(error, config);
    if (remedy) fail(remedy, EXIT_UNAVAILABLE);
    throw error;
  }
}

function stopOnSignals(product: Product, log: { info(message: string): void }): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second Ctrl+C means now; what was acknowledged is on the disk.
      if (stopping) process.exit(1);
      stopping = true;
      log.info('Stopping; requests in progress are finished first');
      product.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(`The stop was not clean: ${String(error)}`, 1),
      );
    });
  }
}

await main();
