import type { CommandVerb } from '../../src/chat/command.ts';
import { chosenStore, namedStoreOption } from '../options/store-option.ts';
import type { CommandServices } from '../services.ts';
import {
  notificationName,
  notificationOption,
  productOption,
  stepOption,
  typedNotification,
  typedProduct,
  typedStep,
} from './notification-options.ts';
import { previewReply } from './preview-reply.ts';

/** Shows a message as a buyer reads it; the buyer is a real one, so it asks for more than a viewer. */
export const previa: CommandVerb<CommandServices> = {
  name: 'previa',
  description: 'command.notificacoes.previa',
  formTitle: 'form.preview',
  role: 'operator',
  options: [notificationOption, stepOption, productOption, namedStoreOption],
  async run(context, options) {
    const { translate, services } = context;
    const type = typedNotification(context, options);
    const store = await chosenStore(context, options);
    const settings = await services.notifications.get(store.id, type);
    return await previewReply(context, store, settings, {
      position: typedStep(options, settings),
      productId: (await typedProduct(context, options, store))?.id ?? null,
      title: translate('notifications.preview_title', { notification: notificationName(type, translate) }),
    });
  },
};
