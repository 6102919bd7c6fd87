import { storeSwitch } from './store-switch.ts';

/** Whether a higher step of the purchase takes the messages of the lower ones away. */
export const caminhoFeliz = storeSwitch({
  name: 'caminho-feliz',
  description: 'command.notificacoes.caminho_feliz',
  formTitle: 'form.happy_path',
  option: 'option.happy_path_on',
  setting: 'happyPath',
  turned: { on: 'notifications.happy_path_turned_on', off: 'notifications.happy_path_turned_off' },
});
