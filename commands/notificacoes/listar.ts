import type { CommandVerb } from '../../src/chat/command.ts';
import { catalogueNotification, recognisedBy } from '../../src/messages/notification-catalogue.ts';
import type { NotificationSettings } from '../../src/messages/notification-settings.ts';
import { chosenStore, storeOption } from '../options/store-option.ts';
import type { CommandServices } from '../services.ts';
import { delayLabel } from './delay.ts';
import { type Context, notificationName } from './notification-options.ts';

/** The table of the help article, with what the store has made of it. */
export const listar: CommandVerb<CommandServices> = {
  name: 'listar',
  description: 'command.notificacoes.listar',
  role: 'viewer',
  options: [storeOption],
  async run(context, options) {
    const { translate, services } = context;
    const store = await chosenStore(context, options);
    const settings = await services.notifications.all(store.id);
    const columns = ['priority', 'name', 'recognised', 'state', 'when'] as const;
    return {
      title: translate('notifications.title', { store: store.name }),
      tone: 'neutral',
      visibility: 'public',
      blocks: [
        {
          type: 'paragraph',
          text: translate(store.happyPath ? 'notifications.happy_path_on' : 'notifications.happy_path_off'),
        },
        {
          type: 'table',
          caption: translate('notifications.caption'),
          columns: columns.map((column) => ({ label: translate(`notifications.${column}`), align: 'left' })),
          rows: settings.map((notification) => row(context, notification, store.platform)),
        },
      ],
    };
  },
};

function row({ translate }: Context, settings: NotificationSettings, platform: string): string[] {
  const { type, enabled, steps, products } = settings;
  const { rank } = catalogueNotification(type);
  const state = translate(enabled ? 'notifications.on' : 'notifications.off');
  return [
    rank === null ? '–' : String(rank),
    notificationName(type, translate),
    recognisedBy(type, platform).join(', '),
    products.length === 0 ? state : translate('notifications.with_products', { state, count: products.length }),
    steps.map(({ delay }) => delayLabel(delay, translate)).join('; '),
  ];
}
