import type { CommandVerb } from '../../src/chat/command.ts';
import { publicText } from '../../src/chat/message.ts';
import { chosenStore, namedStoreOption } from '../options/store-option.ts';
import type { CommandServices } from '../services.ts';
import {
  notificationName,
  notificationOption,
  productOption,
  typedNotification,
  typedProduct,
  withProduct,
} from './notification-options.ts';

/** Turns a notification on, for one product or for all. */
export const ligar: CommandVerb<CommandServices> = {
  name: 'ligar',
  description: 'command.notificacoes.ligar',
  formTitle: 'form.notification_on',
  role: 'admin',
  options: [notificationOption, productOption, namedStoreOption],
  async run(context, options) {
    const { translate, services } = context;
    const type = typedNotification(context, options);
    const store = await chosenStore(context, options);
    const product = await typedProduct(context, options, store);
    const settings = await services.notifications.get(store.id, type);
    const changed = product ? withProduct(settings, product.id, { enabled: true }) : { ...settings, enabled: true };
    await services.notifications.save(store.id, changed);
    const values = { notification: notificationName(type, translate), store: store.name, product: product?.name ?? '' };
    return publicText('success', translate(product ? 'notifications.product_on' : 'notifications.turned_on', values));
  },
};
