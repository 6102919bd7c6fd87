import type { CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { privateText } from '../../src/chat/message.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { chosenInstance, instanceOption, namedInstanceOption } from '../options/instance-option.ts';
import { phoneOption, typedPhone } from '../options/phone-option.ts';
import { chosenStore, namedStoreOption } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';
import { testSendReply } from '../test-send-reply.ts';
import { type Context, notificationOption, stepOption, typedNotification, typedStep } from './notification-options.ts';

/** Sends a notification, filled in as its preview is, to one's own phone. */
export const testar: CommandVerb<CommandServices> = {
  name: 'testar',
  description: 'command.notificacoes.testar',
  formTitle: 'form.notification_test',
  role: 'operator',
  options: [notificationOption, phoneOption, stepOption, namedInstanceOption, namedStoreOption],
  async run(context, options) {
    const { translate, services, locale } = context;
    const type = typedNotification(context, options);
    const phone = typedPhone(options);
    const store = await chosenStore(context, options);
    const settings = await services.notifications.get(store.id, type);
    const position = typedStep(options, settings);
    const instance = await sendingInstance(context, options, store);
    const { texts, template } = await services.preview(store, settings, { position, productId: null, locale });
    const [rendered] = texts;
    if (!rendered?.ok) {
      const variable = rendered?.missing ?? '';
      return privateText('attention', translate('message_reason.variable_missing', { variable }));
    }
    if (rendered.text === '') return privateText('attention', translate('message_reason.text_empty'));
    const imageUrl = settings.steps[position]?.imageUrl ?? null;
    const filled = template?.ok ? template.template : null;
    return await testSendReply(context, instance, { phone, text: rendered.text, imageUrl, template: filled });
  },
};

/** The instance that was named, else one of the store's, a connected one if there is. */
async function sendingInstance(context: Context, options: OptionValues, store: Store): Promise<Instance> {
  if (typedValue(options, instanceOption.name) !== undefined) return await chosenInstance(context, options);
  const linked = await context.services.instances.ofStore(store.id);
  const instance = linked.find(({ connection }) => connection === 'connected') ?? linked[0];
  if (!instance) throw new ProductError('instance_not_linked', { store: store.name });
  return instance;
}
