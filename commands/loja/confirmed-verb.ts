import type { CommandContext, CommandVerb } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import { privateText, type Reply } from '../../src/chat/message.ts';
import type { Store } from '../../src/stores/store-service.ts';
import type { TextKey } from '../../src/text/text.ts';
import { chosenStore, storeOption, storeReference } from '../options/store-option.ts';
import { yesNoOption, yesOrNo } from '../options/yes-no.ts';
import type { CommandServices } from '../services.ts';

const confirmationOption = yesNoOption('confirmar', 'option.confirm');

interface Question {
  title: TextKey;
  consequence: TextKey;
  button: TextKey;
}

/**
 * A verb of `/loja` that asks before it does what cannot be taken back.
 * @param verb.confirmed does it, and is called once `confirmar:sim` was typed, which the question's button does
 */
export function confirmedVerb(verb: {
  name: string;
  description: TextKey;
  question: Question;
  confirmed(context: CommandContext<CommandServices>, store: Store): Promise<Reply>;
}): CommandVerb<CommandServices> {
  return {
    name: verb.name,
    description: verb.description,
    role: 'admin',
    options: [storeOption, confirmationOption],
    async run(context, options) {
      const isConfirmed = yesOrNo(options, confirmationOption.name);
      const store = await chosenStore(context, options);
      if (isConfirmed) return await verb.confirmed(context, store);
      if (isConfirmed === false) {
        return privateText('neutral', context.translate('store.unchanged', { store: store.name }));
      }
      return questionReply(context, store, `/loja ${verb.name}`, verb.question);
    },
  };
}

function questionReply(
  { translate }: CommandContext<CommandServices>,
  store: Store,
  line: string,
  question: Question,
): Reply {
  const answer = (word: string) => commandLine(line, { loja: storeReference(store), [confirmationOption.name]: word });
  return {
    title: translate(question.title, { store: store.name }),
    tone: 'danger',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate(question.consequence) },
      {
        type: 'buttons',
        buttons: [
          { label: translate(question.button), command: answer('sim'), style: 'danger' },
          { label: translate('button.keep'), command: answer('não'), style: 'secondary' },
        ],
      },
    ],
  };
}
