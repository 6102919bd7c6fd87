import type { CommandVerb } from '../../src/chat/command.ts';
import { namedStoreOption } from '../options/store-option.ts';
import type { CommandServices } from '../services.ts';
import {
  chosenNotification,
  notificationName,
  notificationOption,
  productOption,
  stepOption,
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
    const { translate } = context;
    const { store, settings } = await chosenNotification(context, options);
    return await previewReply(context, store, settings, {
      position: typedStep(options, settings),
      productId: (await typedProduct(context, options, store))?.id ?? null,
      title: translate('notifications.preview_title', { notification: notificationName(settings.type, translate) }),
    });
  },
};
