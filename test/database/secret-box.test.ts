import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSecretBox, hashSecret, secretsEqual } from '../../src/database/secret-box.ts';

const box = createSecretBox('a key');

it('gives back what it sealed, and never seals alike', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (plain) => {
      const sealed = box.seal(plain);
      expect(box.open(sealed)).toBe(Buffer.from(plain, 'utf8').toString('utf8'));
      expect(box.seal(plain)).not.toBe(sealed);
      if (plain.length > 8) expect(sealed).not.toContain(Buffer.from(plain).toString('base64'));
    }),
  );
});

it('opens nothing that was changed anywhere, or sealed with another key', () => {
  const sealed = Buffer.from(box.seal('a token'), 'base64');
  for (let position = 0; position < sealed.length; position += 1) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(sealed.readUInt8(position) ^ 1, position);
    expect(() => box.open(changed.toString('base64'))).toThrow();
  }
  expect(() => box.open('')).toThrow();
  expect(() => createSecretBox('another key').open(sealed.toString('base64'))).toThrow();
});

it('compares secrets of any length', () => {
  expect(secretsEqual('same', 'same')).toBe(true);
  for (const other of ['', 'sam', 'same ', 'Same', 'x'.repeat(10_000)]) expect(secretsEqual('same', other)).toBe(false);
});

it('finds a secret by a hash that does not show it', () => {
  expect(hashSecret('token')).toMatch(/^[0-9a-f]{64}$/);
  expect(hashSecret('token')).toBe(hashSecret('token'));
  expect(hashSecret('token')).not.toBe(hashSecret('token2'));
});
