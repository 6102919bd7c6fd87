import { describe, expect, it } from 'vitest';
import { findPlatform, PLATFORM_SLUGS } from '../../src/platforms/registry.ts';

describe('registry of platforms', () => {
  it('finds Assiny however its slug is written', () => {
    expect(PLATFORM_SLUGS).toEqual(['assiny']);
    expect(findPlatform(' Assiny ')?.name).toBe('Assiny');
    expect(findPlatform('hotmart')).toBeNull();
  });
});
