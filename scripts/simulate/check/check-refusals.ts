import { countBy } from 'es-toolkit';
import type { SentDelivery } from '../send-deliveries.ts';
import type { Differences } from './differences.ts';

/** What the checklist, in Portuguese, calls each refusal that it counts. Of a wrong URL or method no store is to blame. */
const COUNTED: Readonly<Record<string, string>> = {
  body_empty: 'corpo vazio',
  body_not_json: 'não é JSON',
  body_not_object: 'JSON sem objeto',
  body_too_large: 'maior que 1 MB',
  content_type: 'tipo de conteúdo errado',
};

/**
 * Does the checklist count the requests that were refused.
 * @param before what it said of them before the run
 * @param after what it says now
 */
export function checkRefusals(
  sent: readonly SentDelivery[],
  before: string,
  after: string,
  differences: Differences,
): void {
  const expected = new Map(countsIn(before));
  const refused = sent.flatMap(({ answer }) => COUNTED[answer.error ?? ''] ?? []);
  for (const [reason, count] of Object.entries(countBy(refused, (reason) => reason))) {
    expected.set(reason, (expected.get(reason) ?? 0) + count);
  }
  const found = new Map(countsIn(after));
  // A refusal whose answer was lost is counted all the same, and sent and counted again.
  const mayExceed = sent.some(({ planned, lostAnswers }) => planned.expected.answer === 'refused' && lostAnswers > 0);
  for (const reason of Object.values(COUNTED)) {
    const [least = 0, count = 0] = [expected.get(reason), found.get(reason)];
    if (!mayExceed || count < least) differences.compare(`checklist: refused because ${reason}`, least, count);
  }
}

/** Reads `não é JSON (3), corpo vazio (1)`. */
function countsIn(seen: string): [string, number][] {
  return Object.values(COUNTED).flatMap((reason): [string, number][] => {
    const [, count] = new RegExp(`${reason} \\(([\\d.]+)\\)`).exec(seen) ?? [];
    return count === undefined ? [] : [[reason, Number(count.replaceAll('.', ''))]];
  });
}
