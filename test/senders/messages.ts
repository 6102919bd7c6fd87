import type { OutgoingMessage } from '../../src/senders/sender.ts';

export const NOW = new Date('2026-11-24T12:00:00Z');
export const PHONE = '+5511987654321';

/** One that may be written freely, unless `changes` say otherwise. */
export function outgoing(changes: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    id: 'message-1',
    phone: PHONE,
    text: 'Oi, Ana! Seu Pix está esperando.',
    imageUrl: null,
    template: null,
    lastReplyAt: new Date(NOW.getTime() - 60_000),
    ...changes,
  };
}

/** Long enough for every answer that comes. */
export function patience(): AbortSignal {
  return AbortSignal.timeout(30_000);
}
