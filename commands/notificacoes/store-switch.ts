import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandOption, CommandVerb } from '../../src/chat/command.ts';
import { publicText } from '../../src/chat/message.ts';
import type { TextKey } from '../../src/text/text.ts';
import { chosenStore, storeOption } from '../options/store-option.ts';
import { yesNoOption, yesOrNo } from '../options/yes-no.ts';
import type { CommandServices } from '../services.ts';

const ANSWERS: ReadonlySet<string> = new Set(['sim', 'nao']);

/** A verb that turns one of a store's rules about messages on or off. */
export function storeSwitch({
  name,
  description,
  formTitle,
  option,
  setting,
  turned,
}: {
  name: string;
  description: TextKey;
  formTitle: TextKey;
  option: TextKey;
  setting: 'happyPath' | 'stopOnReply';
  turned: { on: TextKey; off: TextKey };
}): CommandVerb<CommandServices> {
  const onOption: CommandOption<CommandServices> = {
    ...yesNoOption('ligado', option),
    required: true,
    example: 'sim',
    countTrailingWords: (words) => (ANSWERS.has(foldCase(words.at(-1) ?? '')) ? 1 : 0),
  };
  return {
    name,
    description,
    formTitle,
    role: 'admin',
    options: [onOption, storeOption],
    async run(context, options) {
      const { translate, services, workspaceId } = context;
      const isOn = yesOrNo(options, onOption.name) ?? true;
      const store = await chosenStore(context, options);
      await services.stores.update(workspaceId, store.id, { [setting]: isOn });
      return publicText('success', translate(isOn ? turned.on : turned.off, { store: store.name }));
    },
  };
}
