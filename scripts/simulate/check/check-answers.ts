import type { SentDelivery } from '../send-deliveries.ts';
import type { Differences } from './differences.ts';

const KEPT = 200;

/** True when the server has promised to keep a delivery. */
export function isKept({ answer }: SentDelivery): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/** Was each request taken or refused as it has to be, with the right code. */
export function checkAnswers(sent: readonly SentDelivery[], differences: Differences): void {
  for (const { planned, answer } of sent) {
    const { expected } = planned;
    const wanted =
      expected.answer === 'kept' ? { status: KEPT, error: null } : { status: expected.status, error: expected.error };
    differences.compare(`answer to ${planned.label}`, wanted, { status: answer.status, error: answer.error });
  }
}
