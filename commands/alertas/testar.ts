import { type AlertContent, alertMessage } from '../../src/alerts/alert-message.ts';
import { describeChannel, inviteOrMoveRemedy } from '../../src/chat/channel-description.ts';
import type { CommandContext, CommandVerb } from '../../src/chat/command.ts';
import { type Message, privateText } from '../../src/chat/message.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { chosenStore, storeOption } from '../options/store-option.ts';
import type { CommandServices } from '../services.ts';

const SAMPLE_AMOUNT = 19_700;

/** Posts an alert that says it is a test, by the same way that real ones go. */
export const testar: CommandVerb<CommandServices> = {
  name: 'testar',
  description: 'command.alertas.testar',
  role: 'operator',
  options: [storeOption],
  async run(context, options) {
    const { translate, services, workspaceId, user, now } = context;
    const store = await chosenStore(context, options);
    const { channelId } = store.alerts;
    if (channelId === null) throw new ProductError('alert_channel_missing', { store: store.name });
    const { label, mayPost } = await describeChannel(services, { workspaceId, channelId }, translate);
    if (!mayPost) {
      const remedy = inviteOrMoveRemedy(services, workspaceId, translate);
      throw new ProductError('alert_channel_closed', { channel: label, remedy });
    }
    // One post for one press, however often a chat delivers it.
    const key = `alert-test:${store.id}:${user.id}:${now.getTime()}`;
    await services.outbox.enqueue({ key, workspaceId, channelId, message: sampleMessage(context, store) });
    return privateText('success', translate('alert_rules.test_sent', { store: store.name, channel: label }));
  },
};

function sampleMessage({ translate, locale, user }: CommandContext<CommandServices>, store: Store): Message {
  const sample: AlertContent = {
    kind: 'purchase_approved',
    amount: SAMPLE_AMOUNT,
    currency: store.currency,
    productName: translate('alert_rules.test_product'),
    buyer: translate('alert_rules.test_buyer'),
    paymentMethod: 'pix',
    installments: null,
    source: null,
    storeName: store.name,
  };
  const message = alertMessage(sample, locale);
  return {
    ...message,
    title: translate('alert_rules.test_title', { title: message.title ?? '' }),
    tone: 'neutral',
    blocks: [{ type: 'paragraph', text: translate('alert_rules.test_note', { user: user.name }) }, ...message.blocks],
  };
}
