import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext, CommandOption, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import { privateText, type Reply } from '../../src/chat/message.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { chosenDelivery, deliveryOption } from '../options/delivery-option.ts';
import { pageOption } from '../options/page-option.ts';
import { chosenStore, namedStoreOption, storeReference } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import { roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { outcomeFilter } from './outcome-filter.ts';

/** As many at once as people can wait for. */
const MAXIMUM_REPLAYS = 200;
/** What may be put back all together; the others ended as they should. */
const GROUPS = ['invalidos', 'desconhecidos', 'falhas'];

const groupOption: CommandOption<CommandServices> = {
  name: 'todos',
  description: 'option.replay_group',
  required: false,
  countTrailingWords: (words) => (words.length === 1 && GROUPS.includes(foldCase(words[0] ?? '')) ? 1 : 0),
  complete: async () => GROUPS.map((group) => ({ value: group, label: group })),
};
const optionalDelivery = { ...deliveryOption, required: false };

/** Puts deliveries back in the queue, to be read by today's rules; what had its effect has it once all the same. */
export const reprocessar: CommandVerb<CommandServices> = {
  name: 'reprocessar',
  description: 'command.eventos.reprocessar',
  role: 'operator',
  options: [optionalDelivery, groupOption, namedStoreOption, pageOption],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const group = typedValue(options, groupOption.name);
    if (group !== undefined) return await replayGroup(context, options, checkedGroup(group));
    const id = await chosenDelivery(context, options);
    if (id === undefined) throw new ProductError('replay_what');
    await services.deliveries.replay(workspaceId, id);
    return privateText('success', translate('delivery.replayed', { id }));
  },
};

function checkedGroup(typed: string): string {
  const group = GROUPS.find((candidate) => candidate === foldCase(typed));
  if (!group) {
    throw new ProductError('replay_group_unknown', {
      group: typed,
      groups: GROUPS.map((candidate) => `todos:${candidate}`).join(', '),
    });
  }
  return group;
}

async function replayGroup(
  context: CommandContext<CommandServices>,
  options: OptionValues,
  group: string,
): Promise<Reply> {
  const { translate, services, workspaceId } = context;
  const store = await chosenStore(context, options);
  const { items, nextCursor } = await services.deliveries.list(store, outcomeFilter(group) ?? {}, {
    cursor: typedValue(options, pageOption.name),
    limit: MAXIMUM_REPLAYS,
  });
  for (const { id } of items) await services.deliveries.replay(workspaceId, id);
  const command = commandLine('/eventos reprocessar', {
    todos: group,
    loja: storeReference(store),
    cursor: nextCursor ?? undefined,
  });
  return {
    tone: items.length === 0 ? 'neutral' : 'success',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate('delivery.replayed_many', { count: items.length, store: store.name }) },
      ...(nextCursor === null
        ? []
        : roleButtons(context, [
            { label: translate('button.replay_more'), command, style: 'primary', role: 'operator' },
          ])),
    ],
  };
}
