import { openSnapshot } from '../../../src/database/embedded/snapshot.ts';

/** A process that reads one document of a snapshot, says so, and reads the rest when it is told to. It sends how many there were. */

const [directory = '', database = '', collection = ''] = process.argv.slice(2);
const snapshot = openSnapshot(directory, database);
const documents = snapshot.documents(collection);
documents.next();
process.once('message', async () => {
  process.send?.(1 + [...documents].length);
  await snapshot.close();
  process.disconnect();
});
process.send?.('open');
