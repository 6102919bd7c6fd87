import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const OWNER_ONLY = 0o600;

/**
 * A secret that is made once and kept in a file that only its owner can read.
 * Two processes that start at once end up with the same one.
 * @returns the secret, and whether this call made it
 */
export async function readOrCreateSecret(
  directory: string,
  name: string,
  create: () => string,
): Promise<{ secret: string; created: boolean }> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, name);
  const secret = create();
  try {
    await writeFile(path, `${secret}\n`, { mode: OWNER_ONLY, flag: 'wx' });
    return { secret, created: true };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return { secret: (await readFile(path, 'utf8')).trim(), created: false };
  }
}
