import { describe, expect, it } from 'vitest';
import type { SeenMessage } from '../../../scripts/simulate/admin-api.ts';
import type { KeptEvent } from '../../../scripts/simulate/check/check-events.ts';
import { checkMessages, type RehearsalRecord } from '../../../scripts/simulate/check/check-messages.ts';
import { createDifferences } from '../../../scripts/simulate/check/differences.ts';
import type { FactKind } from '../../../scripts/simulate/event-facts.ts';
import type { ToldStatus } from '../../../scripts/simulate/messages/buyers.ts';
import type { AcceptedMessage } from '../../../scripts/simulate/providers/accepted-message.ts';

const START = Date.parse('2026-11-24T17:05:00.000Z');
const PHONE = '+5511990000001';
const at = (second: number) => new Date(START + second * 1_000);

function event(kind: FactKind, id: string, second: number): KeptEvent {
  const item = { role: 'main', productId: 'p1', productName: 'Curso', offerId: 'o1', amount: 100 } as const;
  const person = { name: 'Íris', email: 'iris@example.invalid', phone: PHONE, document: '1' };
  return {
    seen: { id, kind, rawEvent: kind, occurredAt: at(second).toISOString(), deliveryId: id, orderId: 'order' },
    facts: {
      kind,
      rawEvent: kind,
      identity: id,
      purchase: 't1',
      transactionId: 't1',
      test: false,
      occurredAt: at(second),
      createdAt: at(0),
      currency: 'BRL',
      amount: 100,
      fee: null,
      method: 'pix',
      installments: 1,
      items: [item],
      buyer: { ...person, writtenPhone: person.phone, writtenDocument: person.document },
      tracking: {},
      subscription: null,
    },
  };
}

function message(type: string, eventId: string, rest: Partial<SeenMessage> = {}): SeenMessage {
  const history = [{ status: 'sending', at: at(5).toISOString() }];
  const sent = { status: 'delivered', reason: null, supersededBy: null, instanceId: 'cloud', attempts: 1, history };
  return { id: `message of ${type}`, type, step: 1, eventId, phone: PHONE, ...sent, ...rest };
}

function taken(type: string, second: number, id = `wamid of ${type}`): AcceptedMessage {
  const rest = { imageUrl: null, template: null, messageId: null };
  return { id, phone: PHONE, text: `Oi!\n\n[${type} 1 t1]`, at: at(second), ...rest };
}

interface Run {
  messages: SeenMessage[];
  log: AcceptedMessage[];
  told: [string, ToldStatus][];
  optedOutAt: [string, Date][];
}

/** A Pix of which the buyer was told, and its payment. */
const RIGHT: Run = {
  messages: [message('pix_generated', 'e1'), message('purchase_approved', 'e2')],
  log: [taken('pix_generated', 5), taken('purchase_approved', 9)],
  told: [
    ['wamid of pix_generated', 'delivered'],
    ['wamid of purchase_approved', 'delivered'],
  ],
  optedOutAt: [],
};

function differencesIn(change: Partial<Run>): string[] {
  const { messages, log, told, optedOutAt } = { ...RIGHT, ...change };
  const step = { delay: { after: 0 }, texts: [''] };
  const rehearsal: RehearsalRecord = {
    instances: [{ id: 'cloud', name: 'Cloud', provider: 'whatsapp-cloud', accepted: log }],
    notifications: ['pix_generated', 'purchase_approved'].map((type) => ({ type, enabled: true, steps: [step] })),
    buyers: {
      told: new Map(told),
      optedOutAt: new Map(optedOutAt),
      isOnWhatsApp: () => true,
      wroteBefore: () => true,
      receive: () => undefined,
      settled: async () => undefined,
    },
  };
  const events = [event('pix_generated', 'e1', 0), event('purchase_approved', 'e2', 8)];
  const differences = createDifferences();
  checkMessages(events, messages, rehearsal, () => false, differences);
  return differences.all.map(({ what, found }) => `${what}: ${found}`);
}

const [pix, approval] = RIGHT.messages as [SeenMessage, SeenMessage];

describe('the check of messages', () => {
  it('finds nothing where each was sent once, or has its reason', () => {
    expect(differencesIn({})).toEqual([]);
    const cancelled = { status: 'cancelled', reason: 'superseded', supersededBy: 'e2', instanceId: null };
    const instead = { messages: [{ ...pix, ...cancelled }, approval], log: [taken('purchase_approved', 9)] };
    expect(differencesIn(instead)).toEqual([]);
  });

  it.each<{ fault: string; change: Partial<Run>; found: RegExp }>([
    { fault: 'is sent twice', change: { log: [...RIGHT.log, taken('purchase_approved', 10, 'again')] }, found: /2 of/ },
    {
      fault: 'is planned twice',
      change: { messages: [pix, approval, { ...pix, id: 'twin' }] },
      found: /^messages pix/,
    },
    { fault: 'is lost', change: { messages: [pix], log: RIGHT.log.slice(0, 1) }, found: /^messages purchase_approved/ },
    { fault: 'is said to be sent, and was not', change: { log: RIGHT.log.slice(0, 1) }, found: /approved.*delivered$/ },
    {
      fault: 'is sent, and said not to be',
      change: { messages: [{ ...pix, status: 'failed' }, approval] },
      found: /failed/,
    },
    {
      fault: 'is behind what the provider told',
      change: { messages: [{ ...pix, status: 'sent' }, approval] },
      found: /sent/,
    },
    {
      fault: 'comes after a higher step',
      change: { log: [taken('pix_generated', 9.5), taken('purchase_approved', 9)] },
      found: /after/,
    },
    { fault: 'is sent after the buyer’s word', change: { optedOutAt: [[PHONE, at(4)]] }, found: /buyer’s word: 1/ },
    {
      fault: 'still waits',
      change: { messages: [{ ...pix, status: 'waiting' }, approval], log: RIGHT.log.slice(1) },
      found: /waiting/,
    },
    {
      fault: 'is cancelled for nothing',
      change: {
        messages: [pix, { ...approval, status: 'cancelled', reason: 'superseded', supersededBy: 'e1' }],
        log: RIGHT.log.slice(0, 1),
      },
      found: /nothing explains/,
    },
    {
      fault: 'is unknown to the server',
      change: { log: [...RIGHT.log, taken('chargeback', 10)] },
      found: /chargeback/,
    },
  ])('finds a message that $fault', ({ change, found }) => {
    expect(differencesIn(change)).toContainEqual(expect.stringMatching(found));
  });
});
