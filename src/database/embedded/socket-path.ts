import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The kernel's limit for the path of a Unix socket is 104 bytes on macOS and 108 on Linux. */
const LONGEST_SOCKET_PATH = 100;
const LONGEST_NAME = 16;

/**
 * A folder that only the owner can enter, for Unix sockets: inside the data directory when the paths stay short enough, else a
 * new one among the temporary files.
 */
export function socketDirectory(directory: string): string {
  const inside = join(directory, 'run');
  if (Buffer.byteLength(inside) + 1 + LONGEST_NAME > LONGEST_SOCKET_PATH)
    return mkdtempSync(join(tmpdir(), 'embedded-'));
  mkdirSync(inside, { recursive: true, mode: 0o700 });
  chmodSync(inside, 0o700);
  return inside;
}
