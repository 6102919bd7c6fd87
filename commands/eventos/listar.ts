import type { CommandContext, CommandOption, CommandVerb } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { Block } from '../../src/chat/message.ts';
import { mayAct } from '../../src/chat/permissions.ts';
import type { Delivery } from '../../src/deliveries/delivery-service.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { formatMoment } from '../../src/text/local-time.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { deliveryOption } from '../options/delivery-option.ts';
import { pageOption } from '../options/page-option.ts';
import { chosenStore, storeOption, storeReference } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import { type RoleButton, roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { deliveryLabel, kindLabel } from './delivery-label.ts';
import { OUTCOME_WORDS, type OutcomeFilter, outcomeFilter } from './outcome-filter.ts';
import { reasonSentence } from './reason-sentence.ts';
import { ver } from './ver.ts';

const PAGE_SIZE = 10;

const outcomeOption: CommandOption<CommandServices> = {
  name: 'resultado',
  description: 'option.outcome',
  required: false,
  countTrailingWords: (words) => (outcomeFilter(words.at(-1) ?? '') ? 1 : 0),
  complete: async () => OUTCOME_WORDS.map((word) => ({ value: word, label: word })),
};

/** The newest deliveries of a store. Nothing in it identifies a buyer. */
export const listar: CommandVerb<CommandServices> = {
  name: 'listar',
  description: 'command.eventos.listar',
  role: 'viewer',
  options: [storeOption, outcomeOption, pageOption],
  async run(context, options) {
    const { translate, services } = context;
    const outcome = typedValue(options, outcomeOption.name);
    const filter = filterOf(outcome);
    const store = await chosenStore(context, options);
    const page = { cursor: typedValue(options, pageOption.name), limit: PAGE_SIZE };
    const { items, nextCursor } = await services.deliveries.list(store, filter, page);
    const buttons = [
      ...(nextCursor === null ? [] : [moreButton(context, store, outcome, nextCursor)]),
      ...(outcome === undefined ? invalidButtons(context, store, items) : []),
    ];
    return {
      title: translate('delivery.list', { store: store.name }),
      tone: 'neutral',
      visibility: 'private',
      blocks: [
        items.length === 0
          ? {
              type: 'paragraph',
              text: translate(outcome === undefined ? 'delivery.none' : 'delivery.none_of_outcome'),
            }
          : {
              type: 'table',
              caption: translate('delivery.caption'),
              columns: [
                { label: translate('delivery.received_at'), align: 'left' },
                { label: translate('delivery.kind'), align: 'left' },
                { label: translate('delivery.outcome'), align: 'left' },
              ],
              rows: items.map((delivery) => deliveryRow(context, store, delivery)),
            },
        ...(items.length > 0 && mayAct(context.user.role, ver.role) ? [viewForm(context, store, items)] : []),
        ...roleButtons(context, buttons),
      ],
    };
  },
};

function filterOf(typed: string | undefined): Partial<OutcomeFilter> {
  if (typed === undefined) return {};
  const filter = outcomeFilter(typed);
  if (!filter) throw new ProductError('outcome_unknown', { outcome: typed, outcomes: OUTCOME_WORDS.join(', ') });
  return filter;
}

function deliveryRow(context: CommandContext<CommandServices>, store: Store, delivery: Delivery): string[] {
  const { translate, locale } = context;
  const outcome = translate(`outcome.${delivery.outcome}`);
  const reason = reasonSentence(delivery, translate);
  return [
    formatMoment(delivery.receivedAt, store.timezone, locale),
    kindLabel(translate, delivery.kind),
    reason ? `${outcome}: ${reason}` : outcome,
  ];
}

/** Leads from the list to one of its deliveries, without a code to copy. */
function viewForm(context: CommandContext<CommandServices>, store: Store, items: readonly Delivery[]): Block {
  const { translate } = context;
  const choices = items.map((delivery) => {
    return { value: delivery.id, label: deliveryLabel(context, store, delivery) };
  });
  return {
    type: 'form',
    title: translate('form.delivery'),
    command: `/eventos ${ver.name}`,
    fields: [
      { name: deliveryOption.name, label: translate('delivery.choose'), kind: 'select', required: true, choices },
    ],
    submitLabel: translate('button.view'),
  };
}

function moreButton(
  { translate }: CommandContext<CommandServices>,
  store: Store,
  resultado: string | undefined,
  cursor: string,
): RoleButton {
  const command = commandLine('/eventos listar', { loja: storeReference(store), resultado, cursor });
  return { label: translate('button.more'), command, style: 'secondary', role: 'viewer' };
}

/** A way to the invalid ones, when some are among those shown. */
function invalidButtons(
  { translate }: CommandContext<CommandServices>,
  store: Store,
  items: readonly Delivery[],
): RoleButton[] {
  if (!items.some(({ outcome }) => outcome === 'invalid')) return [];
  const command = commandLine('/eventos listar', { loja: storeReference(store), resultado: 'invalido' });
  return [{ label: translate('button.only_invalid'), command, style: 'secondary', role: 'viewer' }];
}
