import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedError } from './errors.ts';

/**
 * LMDB trusts its file: a truncated or overwritten one makes it die by a signal, and an empty one looks new to it. So what can
 * be told from outside is checked before it is opened: that a store which was created is still there, that both descriptions
 * of the file (pages 0 and 1) are LMDB's, and that the file is as long as the newer of them says. Damage inside other pages is
 * not found here; LMDB keeps no checksums.
 */

const DATA_FILE = 'data.mdb';
/** Written once the store exists; names the layout of keys and values (see README.md). */
const FORMAT_FILE = 'format';
const FORMAT = '1\n';

const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
/** Offsets in a description, from `MDB_page` and `MDB_meta` of lmdb-js 3 on 64-bit machines. */
const AT = { magic: 24, version: 28, pageSize: 48, lastPage: 144, transaction: 152 } as const;
const DESCRIPTION_SIZE = 160;

/** @throws EmbeddedError data_directory_damaged */
export function checkDataFile(directory: string): void {
  const path = join(directory, DATA_FILE);
  const created = readFormat(directory);
  if (created !== undefined && created !== FORMAT) {
    throw damaged(path, `its format is ${JSON.stringify(created.trim())}, which this version does not know`);
  }
  if (!existsSync(path)) {
    if (created !== undefined) throw damaged(path, 'it is missing');
    return;
  }
  const file = openFile(path);
  try {
    const { size } = fstatSync(file);
    if (size > 0) checkLength(directory, path, size, newestDescription(file, path));
    else if (created !== undefined) throw damaged(path, 'it is empty');
  } finally {
    closeSync(file);
  }
}

/** Notes that the store was created, so that a file that disappears later is not taken for a first start. */
export function markCreated(directory: string): void {
  if (readFormat(directory) !== undefined) return;
  const file = openSync(join(directory, FORMAT_FILE), 'w', 0o600);
  writeSync(file, FORMAT);
  fsyncSync(file);
  closeSync(file);
}

/**
 * A note that is not whole is none: the process was killed, or the disk was full, while it was written. Nothing is acknowledged
 * before it is whole.
 */
function readFormat(directory: string): string | undefined {
  const path = join(directory, FORMAT_FILE);
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  return text !== FORMAT && FORMAT.startsWith(text) ? undefined : text;
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw damaged(path, 'it cannot be read', cause);
  }
}

interface Description {
  readonly pageSize: number;
  readonly lastPage: bigint;
  readonly transaction: bigint;
}

function newestDescription(file: number, path: string): Description {
  const first = readDescription(file, path, 0);
  const second = readDescription(file, path, first.pageSize);
  return second.transaction > first.transaction ? second : first;
}

function readDescription(file: number, path: string, position: number): Description {
  const bytes = Buffer.alloc(DESCRIPTION_SIZE);
  const complete = isFile(file) && readSync(file, bytes, 0, DESCRIPTION_SIZE, position) === DESCRIPTION_SIZE;
  const valid = bytes.readUInt32LE(AT.magic) === MAGIC && (bytes.readUInt32LE(AT.version) & 0xffff) === DATA_VERSION;
  if (!complete || !valid) throw damaged(path, 'it does not begin as a database file');
  return {
    pageSize: bytes.readUInt32LE(AT.pageSize),
    lastPage: bytes.readBigUInt64LE(AT.lastPage),
    transaction: bytes.readBigUInt64LE(AT.transaction),
  };
}

function isFile(file: number): boolean {
  return fstatSync(file).isFile();
}

/** A file may rightly be a little short: LMDB does not write free pages at its end. Then only reading all of it tells. */
function checkLength(directory: string, path: string, size: number, newest: Description): void {
  const expected = (newest.lastPage + 1n) * BigInt(newest.pageSize);
  if (BigInt(size) >= expected || canBeRead(directory)) return;
  throw damaged(path, `it has ${size} of ${expected} bytes`);
}

/** Reads everything, and begins a write, in a process that may die of it. */
function canBeRead(directory: string): boolean {
  const source = `
    import { ABORT, open } from ${JSON.stringify(import.meta.resolve('lmdb'))};
    const root = open({ path: ${JSON.stringify(directory)}, maxDbs: 8 });
    for (const name of root.getKeys()) {
      const store = root.openDB({ name, keyEncoding: 'binary', encoding: 'binary' });
      for (const { value } of store.getRange()) value.at(-1);
    }
    root.transactionSync(() => {
      root.openDB({ name: 'catalog', keyEncoding: 'binary', encoding: 'binary' }).putSync(Buffer.from([1]), Buffer.alloc(65536));
      return ABORT;
    });`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', source]).status === 0;
}

function damaged(path: string, reason: string, cause?: unknown): EmbeddedError {
  return new EmbeddedError(
    'data_directory_damaged',
    `The data file ${path} is damaged: ${reason}. Restore the directory from a backup; to begin with an empty database, move it away.`,
    { cause },
  );
}
