import { storeSwitch } from './store-switch.ts';

/** Whether a buyer's reply takes away the reminders about that purchase. */
export const pararAoResponder = storeSwitch({
  name: 'parar-ao-responder',
  description: 'command.notificacoes.parar_ao_responder',
  formTitle: 'form.stop_on_reply',
  option: 'option.stop_on_reply_on',
  setting: 'stopOnReply',
  turned: { on: 'notifications.stop_on_reply_turned_on', off: 'notifications.stop_on_reply_turned_off' },
});
