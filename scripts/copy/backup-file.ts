import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type Document, deserialize, EJSON, serialize } from 'bson';
import { z } from 'zod';
import type { RunOutput } from '../terminal/run-output.ts';
import { type CopiedCollection, type CopiedDocument, CopyError, type DatabaseCopy, totalOf } from './database-copy.ts';

/**
 * A backup is one file:
 * - the line `sininho-backup 1`, where 1 is the version of this layout,
 * - the header, a line of JSON,
 * - gzip of records. Each is a byte that says what it is, and a BSON document (which begins with its own length): a collection
 *   that begins, one of its documents, or the end, which tells how many there were,
 * - the SHA-256 of all of that, 32 bytes.
 */
const SIGNATURE = 'sininho-backup';
const VERSION = 1;
const RECORD = { collection: 1, document: 2, end: 3 } as const;
const CHECKSUM_BYTES = 32;
const LONGEST_HEADER_BYTES = 1024 * 1024;
/** The file holds buyers and sealed secrets. */
const OWNER_ONLY = 0o600;
/** Most of what gzip can save, in a third of the time. */
const COMPRESSION_LEVEL = 4;

const headerSchema = z.object({
  startedAt: z.iso.datetime().transform((text) => new Date(text)),
  ofOneMoment: z.boolean(),
  keyProof: z.string().nullable(),
  collections: z.array(z.object({ name: z.string(), documents: z.int().min(0) })),
  /** Specifications are extended JSON. Older backups have none. */
  indexes: z.array(z.object({ collection: z.string(), specification: z.record(z.string(), z.unknown()) })).default([]),
});

/** A backup that was found whole. */
export interface Backup extends DatabaseCopy {
  /** A text that was sealed with the product's key when the backup was made; null when the key was not there. */
  readonly keyProof: string | null;
}

/**
 * Writes a backup. The file gets its name when it is whole and on the disk; another of that name is never replaced.
 * @returns how many documents of each collection it holds
 * @throws CopyError when the file is there already
 */
export async function writeBackup(
  path: string,
  copy: DatabaseCopy,
  keyProof: string | null,
  output: RunOutput,
): Promise<CopiedCollection[]> {
  if (existsSync(path)) throw new CopyError(`The file ${path} is there already. Choose another name, or remove it.`);
  const draft = `${path}.part`;
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', OWNER_ONLY).catch((cause: unknown) => {
    throw new CopyError(`The file ${path} cannot be written. Check its folder and that this user may write there.`, {
      cause,
    });
  });
  const progress = output.begin('Documents', totalOf(copy.collections));
  try {
    const { startedAt, ofOneMoment, collections } = copy;
    const indexes = copy.indexes.map(({ collection, specification }) => ({
      collection,
      specification: EJSON.serialize(specification, { relaxed: false }),
    }));
    const header = { startedAt, ofOneMoment, keyProof, collections, indexes };
    const hash = createHash('sha256');
    const begin = `${SIGNATURE} ${VERSION}\n${JSON.stringify(header)}\n`;
    hash.update(begin);
    await file.writeFile(begin);
    const counts = new Map(collections.map(({ name }) => [name, 0]));
    await pipeline(
      recordsOf(copy, counts, progress.advance),
      createGzip({ level: COMPRESSION_LEVEL }),
      async (compressed: AsyncIterable<Buffer>) => {
        for await (const chunk of compressed) {
          hash.update(chunk);
          await file.writeFile(chunk);
        }
        await file.writeFile(hash.digest());
      },
    );
    await file.sync();
    await rename(draft, path);
    return [...counts].map(([name, documents]) => ({ name, documents }));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    progress.end();
    await file.close();
  }
}

async function* recordsOf(
  copy: DatabaseCopy,
  counts: Map<string, number>,
  onDocument: () => void,
): AsyncGenerator<Buffer> {
  let current: string | null = null;
  for await (const { collection, bytes } of copy.documents()) {
    if (collection !== current) yield record(RECORD.collection, serialize({ name: collection }));
    current = collection;
    yield record(RECORD.document, bytes);
    counts.set(collection, (counts.get(collection) ?? 0) + 1);
    onDocument();
  }
  yield record(RECORD.end, serialize({ documents: [...counts.values()].reduce((sum, count) => sum + count, 0) }));
}

function record(kind: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(kind), bytes]);
}

/**
 * Reads all of a backup once to find out whether it is whole, before anything of it is used.
 * @throws CopyError when there is no such file, when it is no backup, or when it is damaged or cut short
 */
export async function openBackup(path: string): Promise<Backup> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new CopyError(`The file ${path} cannot be read. Check its name and that this user may read it.`, { cause });
  });
  try {
    const { size } = await file.stat();
    const { header, length } = await readHeader(file, path, size);
    const end = size - CHECKSUM_BYTES;
    if (end < length || !(await isWhole(file, end))) throw damaged(path);
    return {
      ...header,
      indexes: header.indexes.map(({ collection, specification }) => ({
        collection,
        specification: EJSON.deserialize(specification, { relaxed: false }) as Document,
      })),
      documents: () => readDocuments(path, length, end),
    };
  } finally {
    await file.close();
  }
}

async function readHeader(file: FileHandle, path: string, size: number) {
  const longest = Math.min(size, LONGEST_HEADER_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(longest), 0, longest, 0);
  const beginning = buffer.subarray(0, bytesRead);
  const [signature, version] = (lineAt(beginning, 0) ?? '').split(' ');
  if (signature !== SIGNATURE) throw new CopyError(`The file ${path} is no backup of Sininho.`);
  if (version !== String(VERSION)) {
    throw new CopyError(`The file ${path} was made by a newer Sininho (layout ${version}). Restore it with that one.`);
  }
  const first = beginning.indexOf('\n') + 1;
  const line = lineAt(beginning, first);
  if (line === null) throw damaged(path);
  const header = headerSchema.safeParse(parsed(line));
  if (!header.success) throw damaged(path);
  return { header: header.data, length: first + Buffer.byteLength(line) + 1 };
}

function lineAt(bytes: Buffer, start: number): string | null {
  const end = bytes.indexOf('\n', start);
  return end < 0 ? null : bytes.toString('utf8', start, end);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

async function isWhole(file: FileHandle, end: number): Promise<boolean> {
  const hash = createHash('sha256');
  for await (const chunk of file.createReadStream({ start: 0, end: end - 1, autoClose: false })) hash.update(chunk);
  const { buffer } = await file.read(Buffer.alloc(CHECKSUM_BYTES), 0, CHECKSUM_BYTES, end);
  return hash.digest().equals(buffer);
}

async function* readDocuments(path: string, start: number, end: number): AsyncGenerator<CopiedDocument> {
  const compressed = createReadStream(path, { start, end: end - 1 });
  const unpacked = createGunzip();
  const unpacking = pipeline(compressed, unpacked);
  // The reader below meets the same error.
  unpacking.catch(() => undefined);
  let collection = '';
  let documents = 0;
  for await (const { kind, bytes } of splitRecords(unpacked)) {
    if (kind === RECORD.collection) collection = String(deserialize(bytes).name);
    else if (kind === RECORD.document) {
      documents += 1;
      yield { collection, bytes };
    } else if (kind === RECORD.end && deserialize(bytes).documents === documents) return;
    else break;
  }
  throw damaged(path);
}

async function* splitRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<{ kind: number; bytes: Buffer }> {
  let data: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    data = data.length === 0 ? chunk : Buffer.concat([data, chunk]);
    while (data.length >= 5) {
      const end = 1 + data.readInt32LE(1);
      if (data.length < end) break;
      yield { kind: data.readUInt8(0), bytes: data.subarray(1, end) };
      data = data.subarray(end);
    }
  }
}

function damaged(path: string): CopyError {
  return new CopyError(`The backup ${path} is damaged or was cut short; nothing was changed. Use another copy of it.`);
}
