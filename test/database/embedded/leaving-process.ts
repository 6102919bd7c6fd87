import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { startEmbeddedServer } from '../../../src/database/embedded/server.ts';

/** A process that calls `process.exit`, with the code that it is given, while its engine is in the middle of a long transaction. */

const DOCUMENTS = 20_000;
/** An engine that takes so long for a ping is busy with the transaction. */
const BUSY_MILLISECONDS = 30;

const [directory = '', exitCode] = process.argv.slice(2);
const server = await startEmbeddedServer({ directory });
const client = await MongoClient.connect(server.uri('test'));
const items = client.db().collection('items');
await items.insertMany(Array.from({ length: DOCUMENTS }, (_, number) => ({ number, text: 'x'.repeat(200) })));

async function isBusy(): Promise<boolean> {
  const answered = client
    .db()
    .command({ ping: 1 })
    .then(() => true);
  return !(await Promise.race([answered, delay(BUSY_MILLISECONDS, false)]));
}

void items.updateMany({}, { $set: { text: 'changed' } });
while (!(await isBusy()));
process.stdout.write('leaving');
process.exit(Number(exitCode));
