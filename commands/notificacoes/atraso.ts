import type { CommandOption, CommandVerb } from '../../src/chat/command.ts';
import { publicText } from '../../src/chat/message.ts';
import { withStep } from '../../src/messages/notification-settings.ts';
import { chosenStore, namedStoreOption } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';
import { delayLabel, isDelay, typedDelay } from './delay.ts';
import {
  notificationName,
  notificationOption,
  stepOption,
  typedNotification,
  typedStep,
} from './notification-options.ts';

const delayOption: CommandOption<CommandServices> = {
  name: 'atraso',
  description: 'option.delay',
  required: true,
  example: '2h',
  countTrailingWords(words) {
    if (words.length > 1 && isDelay(words.slice(-2).join(' '))) return 2;
    return isDelay(words.at(-1) ?? '') ? 1 : 0;
  },
};

/** Chooses when a notification is sent; a step after the last one is made. */
export const atraso: CommandVerb<CommandServices> = {
  name: 'atraso',
  description: 'command.notificacoes.atraso',
  formTitle: 'form.delay',
  role: 'admin',
  options: [notificationOption, delayOption, stepOption, namedStoreOption],
  async run(context, options) {
    const { translate, services } = context;
    const type = typedNotification(context, options);
    const delay = typedDelay(typedValue(options, delayOption.name) ?? '');
    const store = await chosenStore(context, options);
    const settings = await services.notifications.get(store.id, type);
    const position = typedStep(options, settings, true);
    await services.notifications.save(store.id, withStep(settings, position, { delay }));
    const values = {
      notification: notificationName(type, translate),
      step: position + 1,
      when: delayLabel(delay, translate),
      store: store.name,
    };
    return publicText('success', translate('notifications.delay_set', values));
  },
};
