import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../src/config.ts';
import { type Backup, openBackup } from './copy/backup-file.ts';
import { totalOf } from './copy/database-copy.ts';
import { hasProvenKey } from './copy/key-proof.ts';
import { openProductDatabase } from './copy/product-database.ts';
import { readArguments, runCommand, UsageError } from './copy/run-command.ts';
import { emptyDatabase, refuseData, writeCopy } from './copy/write-copy.ts';
import type { RunOutput } from './terminal/run-output.ts';

const USAGE = `Puts the data of a backup into the database.

  npm run restore -- FILE [--force]

  --force   throws away what the database holds; without it only an empty one is taken

Stop Sininho first. It writes to the embedded database in DATA_DIR, or to the server of MONGODB_URI, wherever the backup
was made. A file that is damaged is refused before anything is changed. A restore that was interrupted leaves a database on
which Sininho does not start: run it again with --force.`;

async function restore(output: RunOutput): Promise<void> {
  const { values, positionals } = readArguments('restore', () =>
    parseArgs({
      options: { force: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    }),
  );
  if (values.help) return output.say(USAGE);
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0) throw new UsageError('Name one file: npm run restore -- sininho.backup');
  const config = readConfig(process.env);
  const backup = await openBackup(path);
  const { database, close } = await openProductDatabase(config);
  try {
    if (values.force) await emptyDatabase(database);
    else await refuseData(database, 'Add --force to throw that away.');
    const collections = await writeCopy(backup, database, output);
    output.say(
      `${totalOf(collections)} documents of ${backup.startedAt.toISOString()} are restored. Start Sininho: npm start`,
    );
    await warnOfOtherKey(config, backup, output);
  } finally {
    await close();
  }
}

async function warnOfOtherKey(config: Config, { keyProof }: Backup, output: RunOutput): Promise<void> {
  if (keyProof === null || (await hasProvenKey(config, keyProof))) return;
  output.say(
    `But first put the key of the backup in its place: the file secret-key into ${config.dataDirectory}, or SECRET_KEY. With another key the webhook URLs cannot be shown.`,
  );
}

await runCommand(restore);
