import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Binary, BSONRegExp, Decimal128, Double, deserialize, Int32, Long, ObjectId, serialize, Timestamp } from 'bson';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBackup, writeBackup } from '../../../scripts/copy/backup-file.ts';
import type { CopiedDocument, DatabaseCopy } from '../../../scripts/copy/database-copy.ts';
import { silentOutput } from '../../support/silent-output.ts';

const silent = silentOutput();

let directory = '';
let path = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sininho-backup-'));
  path = join(directory, 'sininho.backup');
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

const EVERY_TYPE = {
  _id: new ObjectId('6b0591e0ccd2e02a42e48453'),
  long: Long.fromString('9007199254740993'),
  whole: new Int32(1),
  double: new Double(1),
  decimal: Decimal128.fromString('1.10'),
  date: new Date('2026-11-24T03:00:00Z'),
  bytes: new Binary(Buffer.from([0, 255])),
  expression: new BSONRegExp('^a', 'i'),
  timestamp: new Timestamp(5n),
  nested: { list: [1, 'dois', null], empty: {} },
};

const INDEX = {
  v: new Int32(2),
  key: { b: new Int32(1), a: new Int32(-1) },
  name: 'mine',
  partialFilterExpression: { at: { $gt: new Date('2026-11-24T03:00:00Z') }, long: EVERY_TYPE.long },
};

function copyOf(collections: Record<string, readonly object[]>): DatabaseCopy {
  const names = Object.keys(collections);
  return {
    ofOneMoment: true,
    startedAt: new Date('2026-11-24T12:00:00Z'),
    collections: names.map((name) => ({ name, documents: collections[name]?.length ?? 0 })),
    indexes: names.map((collection) => ({ collection, specification: INDEX })),
    *documents() {
      for (const name of names)
        for (const document of collections[name] ?? []) yield { collection: name, bytes: serialize(document) };
    },
  };
}

async function readAll(copy: DatabaseCopy): Promise<CopiedDocument[]> {
  const documents: CopiedDocument[] = [];
  for await (const document of copy.documents()) documents.push(document);
  return documents;
}

describe('a backup', () => {
  it('gives every document back byte by byte, large and small, and what its header says', async () => {
    const large = { _id: 1, text: 'ação '.repeat(200_000) };
    const copy = copyOf({ empty: [], things: [EVERY_TYPE, large, { _id: 2 }], last: [{ _id: 'x' }] });
    await writeBackup(path, copy, 'a proof', silent);
    const backup = await openBackup(path);
    expect(backup).toMatchObject({
      ofOneMoment: true,
      startedAt: new Date('2026-11-24T12:00:00Z'),
      keyProof: 'a proof',
      collections: copy.collections,
    });
    expect(backup.indexes.map(({ collection }) => collection)).toEqual(['empty', 'things', 'last']);
    for (const { specification } of backup.indexes) expect(serialize(specification)).toEqual(serialize(INDEX));
    const read = await readAll(backup);
    expect(read.map(({ collection, bytes }) => [collection, Buffer.from(bytes)])).toEqual(
      (await readAll(copy)).map(({ collection, bytes }) => [collection, Buffer.from(bytes)]),
    );
    expect(deserialize(read[0]?.bytes ?? new Uint8Array(), { promoteValues: false, bsonRegExp: true })).toMatchObject({
      long: EVERY_TYPE.long,
      decimal: EVERY_TYPE.decimal,
      double: EVERY_TYPE.double,
    });
  });

  it('is for its owner only, compressed, and never replaces another file', async () => {
    await writeBackup(path, copyOf({ things: [{ text: 'a'.repeat(100_000) }] }), null, silent);
    const { mode, size } = await stat(path);
    expect(mode & 0o777).toBe(0o600);
    expect(size).toBeLessThan(2_000);
    await expect(writeBackup(path, copyOf({}), null, silent)).rejects.toThrow(
      `The file ${path} is there already. Choose another name, or remove it.`,
    );
    expect(await readdir(directory)).toEqual(['sininho.backup']);
  });

  it('leaves nothing behind when the reading breaks off', async () => {
    const broken: DatabaseCopy = {
      ...copyOf({ things: [] }),
      *documents() {
        yield { collection: 'things', bytes: serialize({ _id: 1 }) };
        throw new Error('the server went away');
      },
    };
    await expect(writeBackup(path, broken, null, silent)).rejects.toThrow('the server went away');
    expect(await readdir(directory)).toEqual([]);
  });

  it('is refused when it was cut anywhere or when any byte of it changed', async () => {
    await writeBackup(path, copyOf({ things: [EVERY_TYPE] }), null, silent);
    const whole = await readFile(path);
    const isRefused = async (bytes: Buffer) => {
      await writeFile(path, bytes);
      await expect(openBackup(path)).rejects.toThrow(/is damaged or was cut short|is no backup|newer Sininho/);
    };
    for (let position = 0; position < whole.length; position += 1) {
      await isRefused(whole.subarray(0, position));
      const changed = Buffer.from(whole);
      changed[position] = (changed[position] ?? 0) ^ 0x10;
      await isRefused(changed);
    }
    await isRefused(Buffer.concat([whole, Buffer.from([0])]));
    await writeFile(path, whole);
    await openBackup(path);
  });

  it('of a later layout is refused with the remedy', async () => {
    await writeFile(path, 'sininho-backup 2\n{}\n');
    await expect(openBackup(path)).rejects.toThrow(/made by a newer Sininho \(layout 2\)/);
  });
});
