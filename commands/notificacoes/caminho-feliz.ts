import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandOption, CommandVerb } from '../../src/chat/command.ts';
import { publicText } from '../../src/chat/message.ts';
import { chosenStore, storeOption } from '../options/store-option.ts';
import { yesNoOption, yesOrNo } from '../options/yes-no.ts';
import type { CommandServices } from '../services.ts';

const ANSWERS: ReadonlySet<string> = new Set(['sim', 'nao']);

const onOption: CommandOption<CommandServices> = {
  ...yesNoOption('ligado', 'option.happy_path_on'),
  required: true,
  example: 'sim',
  countTrailingWords: (words) => (ANSWERS.has(foldCase(words.at(-1) ?? '')) ? 1 : 0),
};

/** Whether a higher step of the purchase takes the messages of the lower ones away. */
export const caminhoFeliz: CommandVerb<CommandServices> = {
  name: 'caminho-feliz',
  description: 'command.notificacoes.caminho_feliz',
  formTitle: 'form.happy_path',
  role: 'admin',
  options: [onOption, storeOption],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const store = await chosenStore(context, options);
    const happyPath = yesOrNo(options, onOption.name) ?? true;
    await services.stores.update(workspaceId, store.id, { happyPath });
    const key = happyPath ? 'notifications.happy_path_turned_on' : 'notifications.happy_path_turned_off';
    return publicText('success', translate(key, { store: store.name }));
  },
};
