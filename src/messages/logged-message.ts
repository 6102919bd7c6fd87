import type { Message } from '../chat/message.ts';
import { type Locale, translator } from '../text/text.ts';

/** What the console shows of a message that the provider `log` did not send. */
export function loggedMessage(phone: string, text: string, locale: Locale): Message {
  const translate = translator(locale);
  return {
    title: translate('message.logged', { phone: `····${phone.slice(-4)}` }),
    tone: 'neutral',
    blocks: [
      { type: 'paragraph', text },
      { type: 'paragraph', text: translate('message.logged_meaning') },
    ],
  };
}
