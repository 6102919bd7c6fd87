import { deserialize, serialize } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlatformEvent } from '../../../src/platforms/platform.ts';
import { ASSINY_FIXTURES, assinyFixture } from '../../support/assiny/fixtures.ts';
import { RECEIVED_AT, read } from './read.ts';

const ONE_DAY = 24 * 60 * 60 * 1000;

type Container = Record<string, unknown> | unknown[];

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

/** Every place in a JSON value, as the container and the key inside it. */
function placesIn(value: unknown): { container: Container; key: string }[] {
  if (!isContainer(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => [{ container: value, key }, ...placesIn(inner)]);
}

const awkward = fc.constantFrom<unknown>(
  null,
  '',
  0,
  -0,
  -1,
  0.5,
  1e300,
  '0',
  '19700',
  '197.00',
  [],
  {},
  true,
  '\0',
  '\ud800',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  { Time: null, Valid: true },
  { Time: {}, Valid: false },
  JSON.parse('{"__proto__":{"amount":1},"constructor":1}'),
);
const replacement = fc.oneof(awkward, fc.jsonValue());
const fixture = fc.constantFrom(...ASSINY_FIXTURES).map((name) => assinyFixture(name));

const mutated = fc
  .tuple(fixture, fc.array(fc.tuple(fc.nat(), replacement), { minLength: 1, maxLength: 4 }))
  .map(([body, changes]) => {
    for (const [index, value] of changes) {
      const places = placesIn(body);
      const place = places[index % places.length];
      if (place) {
        Object.assign(place.container, { [place.key]: structuredClone(value) });
      }
    }
    return body;
  });

function expectSound(event: PlatformEvent): void {
  for (const amount of [event.amount, event.fee, event.net, ...event.items.map((item) => item.amount)]) {
    expect(amount === null || (Number.isSafeInteger(amount) && amount >= 0)).toBe(true);
  }
  expect(event.dedupeKey.length).toBeGreaterThan(0);
  expect(event.dedupeKey.length).toBeLessThanOrEqual(300);
  expect(event.orderKey === null).toBe(event.kind === 'unknown');
  expect(event.currency).toMatch(/^[A-Z]{3}$/);
  expect(event.buyer.phone ?? '+5511900000001').toMatch(/^\+\d{8,15}$/);
  expect(event.occurredAt.getTime()).toBeLessThanOrEqual(RECEIVED_AT.getTime() + ONE_DAY);
  expect(Object.keys(event.tracking).length).toBeLessThanOrEqual(50);
  // The database can hold all of it, whatever the payload was.
  expect(deserialize(serialize(event, { checkKeys: true })).dedupeKey).toBeTypeOf('string');
}

function expectReadable(body: unknown): void {
  const result = read(body);
  if (result.ok) {
    expectSound(result.event);
  } else {
    expect(result.path).not.toBe('');
    expect(result.reason).toMatch(/\.$/);
  }
  expect(read(structuredClone(body))).toEqual(result);
}

describe('read', () => {
  it('never throws, whatever JSON comes', () => {
    fc.assert(fc.property(fc.jsonValue(), expectReadable), { numRuns: 500 });
    const enveloped = fc.record({
      event: fc.string(),
      data: fc.jsonValue(),
      transaction: fc.jsonValue(),
      client: fc.jsonValue(),
    });
    fc.assert(fc.property(enveloped, expectReadable), { numRuns: 500 });
  });

  it('never throws and never guesses money, however a real payload is broken', () => {
    fc.assert(fc.property(mutated, expectReadable), { numRuns: 3000 });
  });

  it('does not overflow on deep nesting', () => {
    const depth = 100_000;
    const deep = JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
    for (const data of [
      deep,
      { metadata: deep },
      { transaction: { additional_data: deep } },
      { client: deep, offer: deep },
    ]) {
      expect(read({ event: 'refused', data: { client: {}, ...data } }).ok).toBe(true);
    }
  });

  it('gives one key to all redeliveries: later, with other keys in front, with fields that are new', () => {
    const later = fc.date({ min: RECEIVED_AT, max: new Date('2030-01-01T00:00:00Z'), noInvalidDate: true });
    fc.assert(
      fc.property(fixture, later, fc.jsonValue(), (body, receivedAt, news) => {
        const first = read(body);
        const redelivered = Object.fromEntries(Object.entries({ news, ...(body as object) }).reverse());
        const second = read(redelivered, { receivedAt });
        expect(first.ok && second.ok && first.event.dedupeKey === second.event.dedupeKey).toBe(true);
        expect(first.ok && second.ok && first.event.orderKey === second.event.orderKey).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('gives one key even when a time of the payload lies in the future at first', () => {
    const body = {
      event: 'abandoned_checkout',
      data: { created_at: '2026-06-01T00:00:00Z', offer: { id: 'o-1' }, client: { email: 'caio@example.invalid' } },
    };
    const first = read(body);
    const second = read(body, { receivedAt: new Date('2026-07-01T00:00:00Z') });
    expect(first.ok && second.ok && first.event.dedupeKey).toBe(second.ok && second.event.dedupeKey);
  });

  it('cannot be fooled by prototype keys', () => {
    const body = JSON.parse(
      '{"event":"approved_purchase","__proto__":{"test":true},"data":{"__proto__":{"transaction":{"id":"x"}},"constructor":{"a":1},' +
        '"transaction":{"__proto__":{"amount":5},"id":"t-1"}}}',
    );
    expect(read(body)).toMatchObject({ ok: true, event: { transactionId: 't-1', amount: null, test: false } });
    expect(({} as Record<string, unknown>).amount).toBeUndefined();
  });
});
