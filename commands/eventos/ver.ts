import type { CommandContext, CommandVerb } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { Block, Field } from '../../src/chat/message.ts';
import type { DeliveryContent } from '../../src/deliveries/delivery-service.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { formatMoment } from '../../src/text/local-time.ts';
import { chosenDelivery, deliveryOption } from '../options/delivery-option.ts';
import { roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { reasonSentence } from './reason-sentence.ts';

/** One delivery with what came. It may hold a buyer's data, so only the asker sees it. */
export const ver: CommandVerb<CommandServices> = {
  name: 'ver',
  description: 'command.eventos.ver',
  formTitle: 'form.delivery',
  role: 'operator',
  options: [deliveryOption],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const delivery = await services.deliveries.get(workspaceId, (await chosenDelivery(context, options)) ?? '');
    // Its store may have been removed since, which is no reason not to show it.
    const store = (await services.stores.findMany([delivery.storeId])).get(delivery.storeId);
    return {
      title: translate('delivery.title', { id: delivery.id }),
      tone: 'neutral',
      visibility: 'private',
      blocks: [
        { type: 'fields', fields: deliveryFields(context, delivery, store) },
        bodyFile(delivery),
        ...roleButtons(context, [
          {
            label: translate('button.replay'),
            command: commandLine('/eventos reprocessar', { id: delivery.id }),
            style: 'secondary',
            role: 'operator',
          },
        ]),
      ],
    };
  },
};

/** Of the headers only the names: a value may be a secret. */
function deliveryFields(
  { translate, locale }: CommandContext<CommandServices>,
  delivery: DeliveryContent,
  store: Store | undefined,
): Field[] {
  const fields: [string, string][] = [
    [translate('delivery.outcome'), translate(`outcome.${delivery.outcome}`)],
    [translate('delivery.reason'), reasonSentence(delivery, translate)],
    [translate('delivery.kind'), delivery.kind === null ? '' : translate(`kind.${delivery.kind}`)],
    [translate('delivery.received_at'), formatMoment(delivery.receivedAt, store?.timezone ?? 'UTC', locale)],
    [translate('delivery.store'), store?.name ?? ''],
    [translate('delivery.attempts'), String(delivery.attempts)],
    [translate('delivery.headers'), delivery.headers.map(([name]) => name).join(', ')],
  ];
  return fields.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value }));
}

function bodyFile({ id, body }: DeliveryContent): Block {
  const isJson = isJsonText(body);
  return {
    type: 'file',
    name: `${id}.${isJson ? 'json' : 'txt'}`,
    contentType: isJson ? 'application/json' : 'text/plain',
    base64: Buffer.from(body).toString('base64'),
  };
}

function isJsonText(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}
