import { assiny } from './assiny/assiny.ts';
import type { Platform } from './platform.ts';

const PLATFORMS: readonly Platform[] = [assiny];

export const PLATFORM_SLUGS: readonly string[] = PLATFORMS.map((platform) => platform.slug);

/** The platform of that slug (any case, surrounding space ignored), or null when there is none. */
export function findPlatform(slug: string): Platform | null {
  const wanted = slug.trim().toLowerCase();
  return PLATFORMS.find((platform) => platform.slug === wanted) ?? null;
}
