import type { MessageDocument } from './message-model.ts';

const LONGEST_SPACING_MILLISECONDS = 60 * 60_000;
/** How soon a step is looked at again that waits for an earlier one to leave, or to end without leaving. */
const LOOK_AGAIN_MILLISECONDS = 60_000;

/** What the spacing looks at in a message. */
export type SpacedStep = Pick<MessageDocument, 'dueAt' | 'status' | 'sendingSince' | 'expiresAt'>;

/**
 * Until when a message is held back, so that it does not leave right after an earlier one of the same event, as both would after an
 * outage or when working hours begin. Between them lies the time that was planned, or an hour where more was planned. An earlier one that
 * is still to leave is waited for, until it is too old; one that never left holds nothing back.
 * @param siblings all messages of the event; the message itself may be among them
 * @returns null when it may leave
 */
export function heldUntil(message: SpacedStep, siblings: readonly SpacedStep[], at: Date): Date | null {
  const moments = siblings.flatMap((earlier) => {
    const planned = message.dueAt.getTime() - earlier.dueAt.getTime();
    return planned > 0 ? momentsOf(earlier, Math.min(planned, LONGEST_SPACING_MILLISECONDS), at) : [];
  });
  const latest = Math.max(...moments);
  return latest > at.getTime() ? new Date(latest) : null;
}

function momentsOf({ status, sendingSince, expiresAt }: SpacedStep, spacing: number, at: Date): number[] {
  switch (status) {
    case 'scheduled':
    case 'waiting':
      return expiresAt > at ? [at.getTime() + LOOK_AGAIN_MILLISECONDS] : [];
    case 'sending':
    case 'sent':
    case 'delivered':
    case 'read':
    case 'uncertain': {
      const left = sendingSince?.getTime() ?? Number.NEGATIVE_INFINITY;
      // A moment that lies further ahead is of a clock that was put back.
      return left - at.getTime() > LONGEST_SPACING_MILLISECONDS ? [] : [left + spacing];
    }
    default:
      return [];
  }
}
