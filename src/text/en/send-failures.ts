import type { sendFailures as portuguese } from '../pt-BR/send-failures.ts';

export const sendFailures: Record<keyof typeof portuguese, string> = {
  'send_failure.rate_limited':
    'WhatsApp asked to be sent fewer messages at a time. Wait some minutes; if this goes on, give the instance a longer interval.',
  'send_failure.recipient_rate_limited':
    'This buyer was sent many messages in a row. The next one has to wait some seconds.',
  'send_failure.window_closed':
    'Outside the 24-hour window, and no approved template: Meta lets you write freely only to those who replied lately. Choose one with /notificacoes modelo.',
  'send_failure.not_on_whatsapp':
    'This number does not take messages on WhatsApp. Check the phone with the buyer, or write an e-mail.',
  'send_failure.template_unknown':
    'Meta has no such approved template in that language. Check name and language in the WhatsApp Manager and correct them with /notificacoes modelo.',
  'send_failure.template_paused':
    'Meta paused or disabled the template because buyers rated it badly. Choose another with /notificacoes modelo.',
  'send_failure.template_parameters':
    "The variables are not those that the template asks for. List them in the order of '{{1}}', '{{2}}' with /notificacoes modelo.",
  'send_failure.template_rejected':
    'Meta did not accept the template. See in the WhatsApp Manager whether it is approved and has the same variables.',
  'send_failure.token_refused':
    'The provider did not accept the credentials. Make a new token or key and update the instance.',
  'send_failure.account_restricted':
    'Meta blocked or limited the account. Settle the policy warning or the payment due in the WhatsApp Manager and send a test with /instancia testar.',
  'send_failure.instance_disconnected':
    'The number is disconnected from the provider. Connect it again; for WhatsApp Web, scan the QR code with the phone.',
  'send_failure.address_not_allowed':
    'This address is not among those allowed. Ask whoever looks after the server to add it to the list.',
  'send_failure.provider_unavailable':
    'The provider is down or could not be found. Wait a little; if this goes on, check its address.',
  'send_failure.provider_unreadable':
    'The answer does not look like the provider’s. Check the address of the instance, and whether there is a proxy in between.',
  'send_failure.provider_refused':
    'The provider refused the message. Check the text, the picture and the phone, and send a test.',
  'send_failure.no_answer':
    'The provider did not answer in time, and the message may have arrived. Look at the conversation before sending it again.',
  'send_failure.answer_lost':
    'The provider failed while sending, and the message may have arrived. Check the conversation before sending again.',
};
