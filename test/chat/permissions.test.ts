import { describe, expect, test } from 'vitest';
import { mayAct, ROLES } from '../../src/chat/permissions.ts';

describe('roles', () => {
  test.each([
    ['viewer', 'viewer', true],
    ['viewer', 'operator', false],
    ['viewer', 'admin', false],
    ['operator', 'viewer', true],
    ['operator', 'operator', true],
    ['operator', 'admin', false],
    ['admin', 'viewer', true],
    ['admin', 'operator', true],
    ['admin', 'admin', true],
  ] as const)('%s may do what needs %s: %s', (held, required, expected) => {
    expect(mayAct(held, required)).toBe(expected);
  });

  test('the table above names every role', () => {
    expect(ROLES).toEqual(['viewer', 'operator', 'admin']);
  });
});
