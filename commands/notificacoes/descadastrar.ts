import { privateText } from '../../src/chat/message.ts';
import { confirmedVerb } from '../confirmed-verb.ts';
import { buyerOption, typedPhone } from '../options/phone-option.ts';

/** Writes to a buyer no more, as if they had asked for it themselves by a reply. */
export const descadastrar = confirmedVerb<string>({
  command: '/notificacoes',
  name: 'descadastrar',
  description: 'command.notificacoes.descadastrar',
  formTitle: 'form.opt_out',
  subject: {
    option: buyerOption,
    choose: async (_context, options) => typedPhone(options, buyerOption),
    reference: (phone) => phone,
    values: (phone) => ({ phone: `····${phone.slice(-4)}` }),
  },
  question: {
    title: 'notifications.opt_out_question',
    consequence: 'notifications.opt_out_consequence',
    button: 'button.opt_out',
    unchanged: 'notifications.opt_out_unchanged',
  },
  async confirmed({ translate, services, workspaceId }, phone) {
    await services.optOut(workspaceId, phone, 'command');
    return privateText('success', translate('notifications.opted_out', { phone: `····${phone.slice(-4)}` }));
  },
});
