import type { CommandContext, CommandOption, CommandVerb, OptionValues } from '../src/chat/command.ts';
import { commandLine } from '../src/chat/command-line.ts';
import { privateText, type Reply } from '../src/chat/message.ts';
import type { TextKey, TextValues } from '../src/text/text.ts';
import { yesNoOption, yesOrNo } from './options/yes-no.ts';
import type { CommandServices } from './services.ts';

const confirmationOption = yesNoOption('confirmar', 'option.confirm');

/** What a verb is about: a store, an instance, a phone. */
export interface ConfirmedSubject<Subject> {
  option: CommandOption<CommandServices>;
  choose(context: CommandContext<CommandServices>, options: OptionValues): Promise<Subject>;
  /** What a command line calls it by. */
  reference(subject: Subject): string;
  /** What the verb's sentences call it. */
  values(subject: Subject): TextValues;
}

interface Question {
  title: TextKey;
  consequence: TextKey;
  button: TextKey;
  /** Said when the answer is no. */
  unchanged: TextKey;
}

/**
 * A verb that asks before it does what cannot be taken back.
 * @param verb.command `/loja`
 * @param verb.confirmed does it, and is called once `confirmar:sim` was typed, which the question's button does
 */
export function confirmedVerb<Subject>(verb: {
  command: string;
  name: string;
  description: TextKey;
  formTitle?: TextKey;
  subject: ConfirmedSubject<Subject>;
  question: Question;
  confirmed(context: CommandContext<CommandServices>, subject: Subject): Promise<Reply>;
}): CommandVerb<CommandServices> {
  const { option, choose, reference, values } = verb.subject;

  function questionReply({ translate }: CommandContext<CommandServices>, subject: Subject): Reply {
    const answer = (word: string) =>
      commandLine(`${verb.command} ${verb.name}`, {
        [option.name]: reference(subject),
        [confirmationOption.name]: word,
      });
    return {
      title: translate(verb.question.title, values(subject)),
      tone: 'danger',
      visibility: 'private',
      blocks: [
        { type: 'paragraph', text: translate(verb.question.consequence) },
        {
          type: 'buttons',
          buttons: [
            { label: translate(verb.question.button), command: answer('sim'), style: 'danger' },
            { label: translate('button.keep'), command: answer('não'), style: 'secondary' },
          ],
        },
      ],
    };
  }

  return {
    name: verb.name,
    description: verb.description,
    ...(verb.formTitle ? { formTitle: verb.formTitle } : {}),
    role: 'admin',
    options: [option, confirmationOption],
    async run(context, options) {
      const isConfirmed = yesOrNo(options, confirmationOption.name);
      const subject = await choose(context, options);
      if (isConfirmed) return await verb.confirmed(context, subject);
      if (isConfirmed === false) {
        return privateText('neutral', context.translate(verb.question.unchanged, values(subject)));
      }
      return questionReply(context, subject);
    },
  };
}
