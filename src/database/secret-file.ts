import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const OWNER_ONLY = 0o600;

/**
 * A secret that is made once and kept in a file that only its owner can read.
 * Two processes that start at once end up with the same one, and a process that dies meanwhile leaves none or a whole one.
 * @returns the secret, and whether this call made it
 */
export async function readOrCreateSecret(
  directory: string,
  name: string,
  create: () => string,
): Promise<{ secret: string; created: boolean }> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const existing = await readSecret(directory, name);
  if (existing !== null) return { secret: existing, created: false };
  const secret = create();
  if (await writeOnce(join(directory, name), secret)) return { secret, created: true };
  return { secret: (await readSecret(directory, name)) ?? secret, created: false };
}

/** A secret that was made before; null when there is none. */
export async function readSecret(directory: string, name: string): Promise<string | null> {
  try {
    return (await readFile(join(directory, name), 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** Gives a finished file its name, which a file system does for one of several only. */
async function writeOnce(path: string, secret: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await file.close();
    await rm(draft);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
