import type { EventFacts } from './event-facts.ts';

/** What the server has to make of a request: keep it and read it as this event, keep it as invalid, or refuse it. */
export type Expectation =
  | { answer: 'kept'; meaning: EventFacts }
  | { answer: 'kept'; meaning: 'invalid' }
  /** `error` is the code in the answer. */
  | { answer: 'refused'; status: number; error: string };

/** One request that a run will make. */
export interface PlannedDelivery {
  /** Names it for people: what it is and, where it is about a purchase, which one. */
  label: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  /** Null: a request without a body. */
  body: Uint8Array<ArrayBuffer> | null;
  /** Goes to a URL that no store has. */
  wrongToken: boolean;
  /** Goes out at the same moment as the one before it. */
  withPrevious: boolean;
  expected: Expectation;
}
