import type { CommandVerb } from '../../src/chat/command.ts';
import { chosenInstance, instanceOption } from '../options/instance-option.ts';
import { phoneOption, typedPhone } from '../options/phone-option.ts';
import type { CommandServices } from '../services.ts';
import { testSendReply } from '../test-send-reply.ts';

/** Sends a short text to one's own phone, at once. */
export const testar: CommandVerb<CommandServices> = {
  name: 'testar',
  description: 'command.instancia.testar',
  formTitle: 'form.instance_test',
  role: 'operator',
  options: [phoneOption, instanceOption],
  async run(context, options) {
    const instance = await chosenInstance(context, options);
    const phone = typedPhone(options);
    const text = context.translate('instance.test_text', { instance: instance.name });
    return await testSendReply(context, instance, { phone, text, imageUrl: null, template: null });
  },
};
