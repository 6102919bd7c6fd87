import { fc, test as propertyTest } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { MESSAGE_STATUSES } from '../../src/messages/message-model.ts';
import { heldUntil, type SpacedStep } from '../../src/messages/step-spacing.ts';

const NOON = Date.parse('2026-11-24T15:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = new Date(NOON);

/** @param due minutes from noon @param left minutes from noon, when its last attempt began */
function stepOf(due: number, status: SpacedStep['status'], left: number | null = null): SpacedStep {
  const dueAt = new Date(NOON + due * MINUTE);
  const sendingSince = left === null ? null : new Date(NOON + left * MINUTE);
  return { dueAt, status, sendingSince, expiresAt: new Date(dueAt.getTime() + 48 * HOUR) };
}

/** In minutes from noon. */
function heldFor(due: number, ...siblings: SpacedStep[]): number | null {
  const until = heldUntil(stepOf(due, 'scheduled'), siblings, at);
  return until && (until.getTime() - NOON) / MINUTE;
}

describe('a step that is due', () => {
  test('leaves as long after the earlier one as was planned, and at most an hour after it', () => {
    expect(heldFor(-10, stepOf(-40, 'sent', 0))).toBe(30);
    expect(heldFor(-10, stepOf(-40, 'read', -10))).toBe(20);
    expect(heldFor(-10, stepOf(-24 * 60, 'delivered', -20))).toBe(40);
    expect(heldFor(-10, stepOf(-40, 'uncertain', 0))).toBe(30);
    expect(heldFor(0, stepOf(-30, 'sent', -30))).toBeNull();
    expect(heldFor(0, stepOf(-24 * 60, 'sent', -60))).toBeNull();
  });

  test('waits for one that is still to leave, until that is too old', () => {
    expect(heldFor(0, stepOf(-30, 'waiting'))).toBe(1);
    expect(heldFor(0, stepOf(-30, 'scheduled'))).toBe(1);
    expect(heldFor(0, stepOf(-48 * 60, 'waiting'))).toBeNull();
  });

  test('is held back by the last of several that left', () => {
    expect(heldFor(0, stepOf(-30, 'sent', -5), stepOf(-10, 'sent', -2), stepOf(-20, 'cancelled'))).toBe(25);
  });

  test('is not held back by a clock that was put back by a day', () => {
    expect(heldFor(0, stepOf(-30, 'sent', 24 * 60))).toBeNull();
  });
});

propertyTest.prop([fc.constantFrom('failed', 'cancelled', 'skipped', 'dropped'), fc.integer({ min: -90, max: 0 })])(
  'one that never left holds nothing back',
  (status, left) => {
    expect(heldFor(0, stepOf(-30, status, left))).toBeNull();
  },
);

propertyTest.prop([fc.constantFrom(...MESSAGE_STATUSES), fc.integer({ min: -90, max: 0 }), fc.nat({ max: 300 })])(
  'one that is due at the same time or later holds nothing back',
  (status, left, later) => {
    expect(heldFor(-300, stepOf(-300 + later, status, left))).toBeNull();
  },
);
