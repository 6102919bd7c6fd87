import { assiny } from '../../../src/platforms/assiny/assiny.ts';
import type { DeliveryContent, PlatformEvent } from '../../../src/platforms/platform.ts';

export const RECEIVED_AT = new Date('2026-03-01T12:00:00Z');
export const BODY_HASH = 'c0ffee'.padEnd(64, '0');

export function read(body: unknown, content: Partial<DeliveryContent> = {}) {
  return assiny.read({ body, bodyHash: BODY_HASH, receivedAt: RECEIVED_AT, ...content });
}

/** The event of a body that must be readable. */
export function eventOf(body: unknown, content: Partial<DeliveryContent> = {}): PlatformEvent {
  const result = read(body, content);
  if (!result.ok) {
    throw new Error(`${result.path}: ${result.reason}`);
  }
  return result.event;
}

/** The path of a body that must not be readable, or null when it was read after all. */
export function invalidPathOf(body: unknown): string | null {
  const result = read(body);
  return result.ok ? null : result.path;
}
