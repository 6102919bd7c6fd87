import type { CommandContext } from '../../src/chat/command.ts';
import type { Block } from '../../src/chat/message.ts';
import type { Store } from '../../src/stores/store-service.ts';
import type { CommandServices } from '../services.ts';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The webhook URL to copy and where it goes. For private answers only: whoever has the URL can send events to the store.
 * @param steps how to put it there: into a new webhook, or into the one that is there
 */
export function webhookBlocks(
  { translate }: CommandContext<CommandServices>,
  store: Store,
  steps: 'store.webhook_steps' | 'store.rotated_next' = 'store.webhook_steps',
): Block[] {
  const isLocal = LOOPBACK.test(new URL(store.webhookUrl).hostname);
  return [
    { type: 'copy', label: translate('store.webhook_label'), value: store.webhookUrl },
    { type: 'paragraph', text: translate(steps) },
    { type: 'paragraph', text: translate('store.webhook_secret') },
    ...(isLocal ? [{ type: 'paragraph' as const, text: translate('store.webhook_local') }] : []),
  ];
}
