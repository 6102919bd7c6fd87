import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlannedDelivery } from '../../../scripts/simulate/planned-delivery.ts';
import { type PlanOptions, planDeliveries, SCENARIOS } from '../../../scripts/simulate/scenarios.ts';

const startedAt = new Date('2026-11-24T14:00:00Z');

const anyPlan = fc.record({
  scenario: fc.constantFrom(...SCENARIOS),
  count: fc.integer({ min: 1, max: 120 }),
  rate: fc.constantFrom(0.5, 20, 1_000),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

/** Some bodies have a megabyte, so plans are compared by their hash. */
function digestOf(plan: readonly PlannedDelivery[]): string {
  const hash = createHash('sha256');
  for (const { body, ...rest } of plan) hash.update(JSON.stringify(rest)).update(body ?? 'no body');
  return hash.digest('hex');
}

function transactionsOf(options: PlanOptions): Set<string> {
  const ids = planDeliveries(options).flatMap(({ expected }) =>
    expected.answer === 'kept' && expected.meaning !== 'invalid' ? (expected.meaning.transactionId ?? []) : [],
  );
  return new Set(ids);
}

describe('the plan of a run', () => {
  it('has as many requests as were asked for, and is the same for the same options', () => {
    fc.assert(
      fc.property(anyPlan, (options) => {
        const plan = planDeliveries({ ...options, startedAt });
        expect(plan).toHaveLength(options.count);
        expect(digestOf(planDeliveries({ ...options, startedAt }))).toBe(digestOf(plan));
      }),
      { numRuns: 60 },
    );
  });

  it('is about other purchases when it is repeated later, and about other stories with another seed', () => {
    const options: PlanOptions = { scenario: 'day', count: 100, rate: 20, seed: 7, startedAt };
    const first = transactionsOf(options);
    const later = transactionsOf({ ...options, startedAt: new Date(startedAt.getTime() + 1) });
    expect(first.size).toBeGreaterThan(10);
    expect([...later].filter((id) => first.has(id))).toEqual([]);
    const labels = (seed: number) => planDeliveries({ ...options, seed }).map(({ label }) => label.split(' of ')[0]);
    expect(labels(8)).not.toEqual(labels(7));
  });

  it('tells the events of a purchase in the order in which they happen, except out of order', () => {
    const backwards = (scenario: PlanOptions['scenario']) => {
      const seen = new Map<string, number>();
      return planDeliveries({ scenario, count: 300, rate: 20, seed: 3, startedAt }).filter(({ expected }) => {
        if (expected.answer !== 'kept' || expected.meaning === 'invalid') return false;
        const { purchase, occurredAt } = expected.meaning;
        const before = seen.get(purchase) ?? 0;
        seen.set(purchase, occurredAt.getTime());
        return occurredAt.getTime() < before;
      }).length;
    };
    expect(backwards('launch')).toBe(0);
    expect(backwards('out-of-order')).toBeGreaterThan(20);
  });

  it('repeats events in the scenario of redeliveries, some of them at the same moment', () => {
    const plan = planDeliveries({ scenario: 'redeliveries', count: 200, rate: 20, seed: 5, startedAt });
    const identities = plan.flatMap(({ expected }) =>
      expected.answer === 'kept' && expected.meaning !== 'invalid' ? [expected.meaning.identity] : [],
    );
    expect(new Set(identities).size).toBeLessThan(140);
    expect(plan.filter(({ withPrevious }) => withPrevious).length).toBeGreaterThan(10);
  });
});
