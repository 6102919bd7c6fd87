import type { CommandContext } from '../../src/chat/command.ts';
import type { Reply } from '../../src/chat/message.ts';
import type { Store } from '../../src/stores/store-service.ts';
import type { TextKey } from '../../src/text/text.ts';
import { commandLine } from '../command-line.ts';
import { storeReference } from '../options/store-option.ts';
import { yesNoOption } from '../options/yes-no.ts';
import type { CommandServices } from '../services.ts';

export const confirmationOption = yesNoOption('confirmar', 'option.confirm');

/** Asks before something that cannot be taken back; the button repeats the command with `confirmar:sim`. */
export function confirmationReply(
  context: CommandContext<CommandServices>,
  store: Store,
  question: { verb: string; title: TextKey; consequence: TextKey; button: TextKey },
): Reply {
  const { translate } = context;
  const command = commandLine(question.verb, { loja: storeReference(store), [confirmationOption.name]: 'sim' });
  return {
    title: translate(question.title, { store: store.name }),
    tone: 'danger',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate(question.consequence) },
      { type: 'buttons', buttons: [{ label: translate(question.button), command, style: 'danger' }] },
    ],
  };
}
