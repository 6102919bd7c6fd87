import type { CommandContext, CommandOption, OptionValues } from '../../src/chat/command.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { deliveryLabel } from '../eventos/delivery-label.ts';
import type { CommandServices } from '../services.ts';
import { typedValue } from './typed-value.ts';

/** A moment is looked for among so many of the newest deliveries of each store. */
const NEWEST = 200;
/** `24/11/2026 14:05` or `2026-11-24 14:05`, and what follows it in a list. */
const BEGINS_WITH_MOMENT = /^\d[\d/-]+ \d\d:\d\d/;

export const deliveryOption: CommandOption<CommandServices> = {
  name: 'id',
  description: 'option.delivery',
  required: true,
  takesRest: true,
  example: '6743a1f09b1e8a0012c4d5e6',
};

/**
 * The id of the delivery that is meant, by its id or by its moment as the list shows it.
 * @throws ProductError `delivery_several` when more than one came at that moment
 */
export async function chosenDelivery(
  context: CommandContext<CommandServices>,
  options: OptionValues,
): Promise<string | undefined> {
  const typed = typedValue(options, deliveryOption.name);
  if (typed === undefined || !BEGINS_WITH_MOMENT.test(typed)) return typed;
  const ids = await idsAt(context, typed);
  if (ids.length > 1) throw new ProductError('delivery_several', { moment: typed, count: ids.length });
  return ids[0] ?? typed;
}

async function idsAt(context: CommandContext<CommandServices>, moment: string): Promise<string[]> {
  const { services, workspaceId } = context;
  const ids: string[] = [];
  for (const store of await services.stores.list(workspaceId)) {
    const { items } = await services.deliveries.list(store, {}, { limit: NEWEST });
    const meant = items.filter((delivery) => deliveryLabel(context, store, delivery).startsWith(moment));
    ids.push(...meant.map(({ id }) => id));
  }
  return ids;
}
