import { groupBy } from 'es-toolkit';
import type { SeenDelivery } from '../admin-api.ts';
import type { EventFacts } from '../event-facts.ts';
import type { SentDelivery } from '../send-deliveries.ts';
import { isKept } from './check-answers.ts';
import type { Differences } from './differences.ts';

export type Meaning = EventFacts | 'invalid';

/** A delivery of the run as the server keeps it. */
export interface KeptDelivery {
  seen: SeenDelivery;
  meaning: Meaning;
  label: string;
}

/**
 * Is each delivery that was acknowledged there once, with the right outcome, and is nothing there that was not sent.
 * @param seen the store's deliveries since the run began
 * @param readBody the body of a delivery as text; asked only for those that no answer named
 * @returns the run's deliveries by their id
 */
export async function checkDeliveries(
  sent: readonly SentDelivery[],
  seen: readonly SeenDelivery[],
  readBody: (deliveryId: string) => Promise<string>,
  differences: Differences,
): Promise<Map<string, KeptDelivery>> {
  const kept = new Map<string, KeptDelivery>();
  const unanswered = unansweredOf(sent);
  const acknowledged = acknowledgedOf(sent, differences);
  for (const delivery of seen) {
    const known = acknowledged.get(delivery.id) ?? (await unansweredOne(delivery, unanswered, readBody));
    if (!known) differences.note(`delivery ${delivery.id}`, 'not there, for nobody sent it', delivery.outcome);
    else if (kept.has(delivery.id)) differences.note(`delivery ${delivery.id}`, 'once', 'listed twice');
    else kept.set(delivery.id, { seen: delivery, ...known });
  }
  for (const [id, { label }] of acknowledged) {
    if (!kept.has(id)) differences.note(`delivery ${id}, ${label}`, 'kept, as it was answered', 'nothing');
  }
  checkOutcomes([...kept.values()], differences);
  return kept;
}

type Known = Pick<KeptDelivery, 'meaning' | 'label'>;

function acknowledgedOf(sent: readonly SentDelivery[], differences: Differences): Map<string, Known> {
  const acknowledged = new Map<string, Known>();
  for (const { planned, answer } of sent.filter(isKept)) {
    const { expected, label } = planned;
    // What should have been refused and was kept is told of by its answer.
    if (expected.answer !== 'kept') continue;
    if (answer.deliveryId === null) differences.note(`answer to ${label}`, 'the id of the delivery', 'no id');
    else if (acknowledged.has(answer.deliveryId)) {
      differences.note(`answer to ${label}`, 'an id of its own', `${answer.deliveryId}, as another request got`);
    } else acknowledged.set(answer.deliveryId, { meaning: expected.meaning, label });
  }
  return acknowledged;
}

interface Unanswered {
  known: Known;
  tries: number;
}

/** The tries whose answer was lost, by their body. */
function unansweredOf(sent: readonly SentDelivery[]): Map<string, Unanswered> {
  const unanswered = new Map<string, Unanswered>();
  for (const { planned, lostAnswers } of sent) {
    const { expected, label, body } = planned;
    if (lostAnswers === 0 || expected.answer !== 'kept' || body === null) continue;
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
    const tries = (unanswered.get(text)?.tries ?? 0) + lostAnswers;
    unanswered.set(text, { known: { meaning: expected.meaning, label }, tries });
  }
  return unanswered;
}

async function unansweredOne(
  delivery: SeenDelivery,
  unanswered: ReadonlyMap<string, Unanswered>,
  readBody: (deliveryId: string) => Promise<string>,
): Promise<Known | undefined> {
  if (unanswered.size === 0) return undefined;
  const found = unanswered.get(await readBody(delivery.id));
  if (!found || found.tries === 0) return undefined;
  found.tries -= 1;
  return found.known;
}

function checkOutcomes(kept: readonly KeptDelivery[], differences: Differences): void {
  for (const { seen, meaning, label } of kept) {
    if (meaning !== 'invalid') differences.compare(`kind of ${label}`, meaning.kind, seen.kind);
    else {
      const { outcome, reason } = seen;
      differences.compare(
        `outcome of ${label}`,
        { outcome: 'invalid', says: true },
        { outcome, says: reason !== null },
      );
    }
  }
  const readable = kept.flatMap(({ seen, meaning }) => (meaning === 'invalid' ? [] : [{ seen, facts: meaning }]));
  for (const [identity, told] of Object.entries(groupBy(readable, ({ facts }) => facts.identity))) {
    const outcomes = told.map(({ seen }) => seen.outcome).sort();
    const [first] = told;
    const expected = told.map((_, index) => (index === 0 && first ? firstOutcome(first.facts) : 'duplicate')).sort();
    differences.compare(`outcomes of the deliveries of ${identity}`, expected, outcomes);
  }
}

function firstOutcome({ test, kind }: EventFacts): string {
  return test || kind === 'unknown' ? 'ignored' : 'processed';
}
