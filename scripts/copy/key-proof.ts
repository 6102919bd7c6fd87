import type { Config } from '../../src/config.ts';
import { createSecretBox } from '../../src/database/secret-box.ts';
import { readSecret } from '../../src/database/secret-file.ts';

const KNOWN_TEXT = 'sininho';

/** Seals a known text with the product's key, so that a restore can tell whether the same key is there; null without a key. */
export async function proveKey(config: Config): Promise<string | null> {
  const key = await keyOf(config);
  return key === null ? null : createSecretBox(key).seal(KNOWN_TEXT);
}

/** Whether the product's key is the one of that proof. */
export async function hasProvenKey(config: Config, proof: string): Promise<boolean> {
  const key = await keyOf(config);
  if (key === null) return false;
  try {
    return createSecretBox(key).open(proof) === KNOWN_TEXT;
  } catch {
    return false;
  }
}

async function keyOf({ secretKey, dataDirectory }: Config): Promise<string | null> {
  return secretKey ?? (await readSecret(dataDirectory, 'secret-key'));
}
