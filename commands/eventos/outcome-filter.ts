import { foldCase } from '../../src/chat/arguments.ts';
import type { DeliveryOutcome } from '../../src/deliveries/delivery-model.ts';
import type { EventKind } from '../../src/platforms/platform.ts';

/** Which deliveries a word means. */
export interface OutcomeFilter {
  outcome: DeliveryOutcome;
  kind?: EventKind;
}

const FILTERS: Readonly<Record<string, OutcomeFilter>> = {
  processado: { outcome: 'processed' },
  repetido: { outcome: 'duplicate' },
  ignorado: { outcome: 'ignored' },
  desconhecido: { outcome: 'ignored', kind: 'unknown' },
  invalido: { outcome: 'invalid' },
  falha: { outcome: 'failed' },
  aguardando: { outcome: 'received' },
};

/** The words for what became of a delivery, in the order to offer them. */
export const OUTCOME_WORDS = Object.keys(FILTERS);

/** The deliveries that a word means, in the singular or plural and however accented: `inválidos`. Null when it means none. */
export function outcomeFilter(typed: string): OutcomeFilter | null {
  const word = foldCase(typed).replace(/s$/, '');
  return Object.hasOwn(FILTERS, word) ? (FILTERS[word] ?? null) : null;
}
