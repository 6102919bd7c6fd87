import type { CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { publicText, type Reply } from '../../src/chat/message.ts';
import type { NotificationSettings } from '../../src/messages/notification-settings.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { namedStoreOption } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';
import {
  type Context,
  chosenNotification,
  notificationName,
  notificationOption,
  productOption,
  stepOption,
  typedProduct,
  typedStep,
  withProduct,
} from './notification-options.ts';

/** Turns a notification off: for all, for one product, or one of its steps, which is taken away. */
export const desligar: CommandVerb<CommandServices> = {
  name: 'desligar',
  description: 'command.notificacoes.desligar',
  formTitle: 'form.notification_off',
  role: 'admin',
  options: [notificationOption, stepOption, productOption, namedStoreOption],
  async run(context, options) {
    const { translate, services } = context;
    const { store, settings } = await chosenNotification(context, options);
    const notification = notificationName(settings.type, translate);
    const product = await typedProduct(context, options, store);
    if (product) {
      await services.notifications.save(store.id, withProduct(settings, product.id, { enabled: false }));
      const values = { notification, product: product.name, store: store.name };
      return publicText('success', translate('notifications.product_off', values));
    }
    if (typedValue(options, stepOption.name) !== undefined && settings.steps.length > 1) {
      return await removeStep(context, options, store, settings);
    }
    typedStep(options, settings);
    await services.notifications.save(store.id, { ...settings, enabled: false });
    return publicText('success', translate('notifications.turned_off', { notification, store: store.name }));
  },
};

async function removeStep(
  { translate, services }: Context,
  options: OptionValues,
  store: Store,
  settings: NotificationSettings,
): Promise<Reply> {
  const position = typedStep(options, settings);
  const steps = settings.steps.filter((_, index) => index !== position);
  await services.notifications.save(store.id, { ...settings, steps });
  const notification = notificationName(settings.type, translate);
  const values = { step: position + 1, notification, store: store.name, left: steps.length };
  return publicText('success', translate('notifications.step_removed', values));
}
