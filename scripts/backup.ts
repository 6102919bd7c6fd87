import { parseArgs } from 'node:util';
import { readConfig } from '../src/config.ts';
import { writeBackup } from './copy/backup-file.ts';
import { totalOf } from './copy/database-copy.ts';
import { proveKey } from './copy/key-proof.ts';
import { openProductCopy } from './copy/product-database.ts';
import { readArguments, runCommand, UsageError } from './copy/run-command.ts';
import type { RunOutput } from './terminal/run-output.ts';

const USAGE = `Writes all data into one file, also while Sininho is running.

  npm run backup -- FILE

It reads the embedded database in DATA_DIR, or the server of MONGODB_URI. The file is only for you to read: it holds your
buyers. The key is not in it: keep DATA_DIR/secret-key (or SECRET_KEY) too, at another place.`;

async function backUp(output: RunOutput): Promise<void> {
  const { values, positionals } = readArguments('backup', () =>
    parseArgs({ options: { help: { type: 'boolean', short: 'h' } }, allowPositionals: true }),
  );
  if (values.help) return output.say(USAGE);
  const [path, ...others] = positionals;
  if (path === undefined || others.length > 0) throw new UsageError('Name one file: npm run backup -- sininho.backup');
  const config = readConfig(process.env);
  const copy = await openProductCopy(config);
  try {
    const collections = await writeBackup(path, copy, await proveKey(config), output);
    output.say(`${totalOf(collections)} documents of ${collections.length} collections are in ${path}.`);
    output.say('Keep the key too, at another place: DATA_DIR/secret-key, or SECRET_KEY. It opens the webhook URLs.');
  } finally {
    await copy.close();
  }
}

await runCommand(backUp);
