import { groupBy } from 'es-toolkit';
import type { SeenMessage } from '../admin-api.ts';
import type { EventFacts } from '../event-facts.ts';
import { journeyOf, messageKey, paymentOf, rankOf, wantedMessages, writtenMark } from '../messages/message-plan.ts';
import type { Rehearsal, RehearsedInstance } from '../messages/rehearsal.ts';
import type { AcceptedMessage } from '../providers/accepted-message.ts';
import type { KeptEvent } from './check-events.ts';
import type { Differences } from './differences.ts';

const SENT: ReadonlySet<string> = new Set(['sent', 'delivered', 'read']);
/** Why nobody may know whether a message was sent. */
const UNCERTAIN_REASONS: ReadonlySet<string> = new Set(['no_answer', 'provider_unreadable', 'worker_lost']);
/** The last rank before a sale. */
const LAST_RANK_BEFORE_THE_SALE = 4;
/** A message that the provider refuses for now is given up after so many attempts. */
const ATTEMPTS = 8;

/** What a rehearsal knows, as far as messages are judged by it. */
export type RehearsalRecord = Pick<Rehearsal, 'instances' | 'buyers' | 'notifications'>;

/** A line of a provider's log. */
interface Taken extends AcceptedMessage {
  instance: RehearsedInstance;
}

/** A message of the run that was found, with what it is about. */
interface FoundMessage {
  message: SeenMessage;
  facts: EventFacts;
  key: string;
  taken: readonly Taken[];
}

/**
 * Is each message there once, was it sent exactly once or has it its reason, and did nothing come after what ends it: in the API and in the
 * logs of the providers.
 * @param seen the store's messages since the run began
 * @param isEarlier true for an event that was there before the run
 */
export function checkMessages(
  events: readonly KeptEvent[],
  seen: readonly SeenMessage[],
  rehearsal: RehearsalRecord,
  isEarlier: (eventId: string) => boolean,
  differences: Differences,
): void {
  const factsOf = new Map(events.flatMap((event) => (event.seen ? [[event.seen.id, event.facts] as const] : [])));
  const logs = rehearsal.instances.flatMap((instance) =>
    instance.accepted.map((message): Taken => ({ ...message, instance })),
  );
  const byMark = groupBy(logs, ({ phone, text }): string => `${phone} ${markIn(text)}`);
  const found = seen.flatMap((message): FoundMessage[] => {
    const facts = factsOf.get(message.eventId);
    if (!facts) {
      if (!isEarlier(message.eventId)) differences.note(`message ${message.id}`, 'not there', message.type);
      return [];
    }
    const mark = `${message.phone} ${writtenMark(facts, message.type, message.step)}`;
    return [{ message, facts, key: messageKey(facts, message.type, message.step), taken: byMark[mark] ?? [] }];
  });
  const byKey = groupBy(found, ({ key }) => key);
  for (const { key, events: mayBeOf } of wantedMessages(events, rehearsal.notifications)) {
    const these = byKey[key] ?? [];
    const phones = these.map(({ message }) => message.phone);
    differences.compare(`messages ${key}`, [mayBeOf[0]?.facts.buyer?.phone ?? null], phones);
    delete byKey[key];
  }
  for (const key of Object.keys(byKey)) differences.note(`messages ${key}`, 'none', 'one that nothing asks for');
  for (const one of found) checkOutcome(one, factsOf, rehearsal, differences);
  checkNobodyElse(logs, found, differences);
  checkOrder(found, differences);
  checkOptOuts(found, rehearsal, differences);
}

function markIn(text: string): string {
  return /\[[^\]]*\]$/.exec(text)?.[0] ?? '';
}

function checkOutcome(
  { message, facts, key, taken }: FoundMessage,
  factsOf: ReadonlyMap<string, EventFacts>,
  { buyers }: RehearsalRecord,
  differences: Differences,
): void {
  const { status, reason, instanceId } = message;
  const [first] = taken;
  const told = first ? buyers.told.get(first.id) : undefined;
  const what = `what became of ${key}`;
  if (taken.length > 1) differences.note(what, 'one message at the provider', `${taken.length} of them`);
  if (SENT.has(status)) {
    const expected = first
      ? { status: told ?? 'sent', instanceId: first.instance.id }
      : 'not sent, for no provider has it';
    differences.compare(what, expected, first ? { status, instanceId } : status);
  } else if (status === 'uncertain') {
    differences.compare(`${what}: the reason`, true, UNCERTAIN_REASONS.has(reason ?? ''));
  } else if (first) {
    differences.compare(what, told ?? 'sent', status);
  } else {
    const why = `${status}: ${reason}`;
    differences.compare(
      what,
      why,
      isExplained(message, facts, factsOf, buyers) ? why : `${why}, which nothing explains`,
    );
  }
}

/** Does what the run knows lead to the reason for which a message was not sent. */
function isExplained(
  { status, reason, supersededBy, phone, attempts }: SeenMessage,
  facts: EventFacts,
  factsOf: ReadonlyMap<string, EventFacts>,
  buyers: RehearsalRecord['buyers'],
): boolean {
  switch (`${status} ${reason}`) {
    case 'cancelled superseded':
      return isSuperseded(facts, factsOf.get(supersededBy ?? ''));
    case 'cancelled opted_out':
    case 'skipped opted_out':
      return buyers.optedOutAt.has(phone ?? '');
    case 'skipped no_phone':
    case 'skipped phone_invalid':
      return facts.buyer === null;
    case 'failed not_on_whatsapp':
      return !buyers.isOnWhatsApp(phone ?? '');
    case 'failed window_closed':
      return !buyers.wroteBefore(phone ?? '');
    default:
      return status === 'failed' && attempts >= ATTEMPTS;
  }
}

function isSuperseded(facts: EventFacts, by: EventFacts | undefined): boolean {
  if (!by) return false;
  const rank = rankOf(facts.kind);
  const winner = rankOf(by.kind);
  if (paymentOf(facts) === paymentOf(by)) return winner === null || (rank !== null && winner > rank);
  const isBought = by.items.some((item) => journeyOf({ ...by, items: [item] }) === journeyOf(facts));
  return isBought && rank !== null && winner !== null && winner >= rank;
}

/** Does every message at a provider belong to a message of the server. */
function checkNobodyElse(logs: readonly Taken[], found: readonly FoundMessage[], differences: Differences): void {
  const known = new Set(found.flatMap(({ taken }) => taken.map(({ instance, id }) => `${instance.id} ${id}`)));
  for (const { instance, id, text } of logs) {
    if (!known.has(`${instance.id} ${id}`)) {
      differences.note(`${instance.name}: ${id}`, 'not there, for the server has no such message', markIn(text));
    }
  }
}

/** Was nothing of a lower rank sent after something of a higher one, by the providers' own clocks. */
function checkOrder(found: readonly FoundMessage[], differences: Differences): void {
  const sent = found.flatMap(({ taken, ...one }) =>
    taken.map(({ at }) => ({ ...one, at, rank: rankOf(one.facts.kind) })),
  );
  for (const together of Object.values(groupBy(sent, ({ facts }) => journeyOf(facts)))) {
    for (const lower of together) {
      const higher = together.find((other) => {
        if (lower.rank === null || other.rank === null || other.rank <= lower.rank || other.at >= lower.at)
          return false;
        if (paymentOf(other.facts) === paymentOf(lower.facts)) return true;
        return lower.rank <= LAST_RANK_BEFORE_THE_SALE && other.facts.occurredAt >= lower.facts.occurredAt;
      });
      if (higher) differences.note(`when ${lower.key} was sent`, `not after ${higher.key}`, 'after it');
    }
    differences.compare('the order of a journey', true, true);
  }
}

/** Did nothing begin to be sent to a phone once the server had acknowledged that it wants no more. */
function checkOptOuts(found: readonly FoundMessage[], { buyers }: RehearsalRecord, differences: Differences): void {
  for (const { message, taken, key } of found) {
    const since = buyers.optedOutAt.get(message.phone ?? '');
    if (!since) continue;
    const late = taken.filter(({ at }) => at > since && !message.history.some(beganBefore(since)));
    differences.compare(`${key} after the buyer’s word`, 0, late.length);
  }
}

function beganBefore(moment: Date) {
  return ({ status, at }: SeenMessage['history'][number]) => status === 'sending' && new Date(at) <= moment;
}
