import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from '../src/config.ts';
import { totalOf } from './copy/database-copy.ts';
import { openIdleEmbeddedCopy } from './copy/embedded-copy.ts';
import { readArguments, runCommand, UsageError } from './copy/run-command.ts';
import { connectToServer } from './copy/server.ts';
import { refuseData, writeCopy } from './copy/write-copy.ts';
import type { RunOutput } from './terminal/run-output.ts';

const USAGE = `Copies everything from the embedded database in DATA_DIR to a MongoDB server.

  npm run migrate -- --to mongodb://user:password@host/sininho

Stop Sininho first. The database on the server has to be empty; the embedded data stays as it is. To move from one server
to another, use backup and restore.`;

const EXAMPLE = 'npm run migrate -- --to mongodb://user:password@host/sininho';

async function migrate(output: RunOutput): Promise<void> {
  const { values } = readArguments('migrate', () =>
    parseArgs({ options: { to: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }),
  );
  if (values.help) return output.say(USAGE);
  const uri = readTarget(values.to);
  const { dataDirectory } = readConfig(process.env);
  const copy = await openIdleEmbeddedCopy(dataDirectory);
  try {
    const { database, close } = await connectToServer(uri);
    try {
      await refuseData(database, 'Choose an empty one.');
      const collections = await writeCopy(copy, database, output);
      for (const { name, documents } of collections) output.say(`  ${documents}  ${name}`);
      output.say(
        `All ${totalOf(collections)} documents are there. Now start Sininho with MONGODB_URI, and keep DATA_DIR/secret-key (or SECRET_KEY): it opens the webhook URLs.`,
      );
    } finally {
      await close();
    }
  } finally {
    await copy.close();
  }
}

function readTarget(to: string | undefined): string {
  if (to === undefined) throw new UsageError(`Say where to: ${EXAMPLE}`);
  try {
    const { mongodbUri } = readConfig({ MONGODB_URI: to });
    if (mongodbUri !== null) return mongodbUri;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
  }
  throw new UsageError(`--to has to begin with mongodb:// or mongodb+srv://; for example ${EXAMPLE}`);
}

await runCommand(migrate);
