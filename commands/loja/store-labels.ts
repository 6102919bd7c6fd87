import type { CommandContext } from '../../src/chat/command.ts';
import type { Field } from '../../src/chat/message.ts';
import { findPlatform } from '../../src/platforms/registry.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { alertChannel } from '../alert-channel.ts';
import type { CommandServices } from '../services.ts';

export function platformName(store: Store): string {
  return findPlatform(store.platform)?.name ?? store.platform;
}

export function stateLabel({ translate }: CommandContext<CommandServices>, store: Store): string {
  return translate(store.paused ? 'store.state_paused' : 'store.state_active');
}

/** A store's settings without its URL and without the secret header's value. */
export async function storeFields(context: CommandContext<CommandServices>, store: Store): Promise<Field[]> {
  const { translate } = context;
  return [
    { label: translate('store.state'), value: stateLabel(context, store) },
    { label: translate('store.platform'), value: platformName(store) },
    { label: translate('store.alert_channel'), value: await alertChannel(context, store.alerts.channelId) },
    { label: translate('store.timezone'), value: store.timezone },
    { label: translate('store.currency'), value: store.currency },
    { label: translate('store.happy_path'), value: translate(store.happyPath ? 'store.on' : 'store.off') },
    { label: translate('store.stop_on_reply'), value: translate(store.stopOnReply ? 'store.on' : 'store.off') },
    { label: translate('store.queue_limit'), value: translate('store.days', { count: store.queueLimitDays }) },
    { label: translate('store.secret_header'), value: store.secretHeader ?? translate('store.no_secret_header') },
  ];
}
