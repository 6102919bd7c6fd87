import type { Logger } from 'pino';
import type { OutgoingMessage, Sender } from './sender.ts';

/**
 * Sends nothing: says in the log that a message would have gone out, and shows it to whoever asks for it.
 * @param onMessage is given each message whole
 */
export function createLogSender(log: Logger, onMessage: (message: OutgoingMessage) => void): Sender {
  return {
    async send(message) {
      const { id, phone, text, imageUrl } = message;
      const size = { characters: text.length, image: imageUrl !== null };
      log.info({ message: id, phone: maskPhone(phone), ...size }, 'A message went to the log instead of WhatsApp');
      onMessage(message);
      return { outcome: 'accepted', providerMessageId: null };
    },
    async connection() {
      return { state: 'connected' };
    },
  };
}

/** The first two and the last four digits: enough to tell two buyers apart, too little to write to one. */
function maskPhone(phone: string): string {
  const digits = phone.replace(/\D/g, '');
  return `+${digits.slice(0, 2)}…${digits.slice(-4)}`;
}
