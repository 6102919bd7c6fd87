import { omit } from 'es-toolkit';
import type { Command, CommandContext, CommandVerb } from '../src/chat/command.ts';
import { commandLine } from '../src/chat/command-line.ts';
import { type Badge, type Block, MAXIMUM_CHOICE_BUTTONS, type Reply, type Tone } from '../src/chat/message.ts';
import type { Checklist, ChecklistItem } from '../src/checklist/checklist-service.ts';
import type { Store } from '../src/stores/store-service.ts';
import { chosenStore, storeOption, storeReference } from './options/store-option.ts';
import { typedValue } from './options/typed-value.ts';
import { yesNoOption, yesOrNo } from './options/yes-no.ts';
import { roleButtons } from './role-buttons.ts';
import type { CommandServices } from './services.ts';

/** With none named, all stores are looked at. */
const anyStoreOption = omit(storeOption, ['requiredAmongSeveral']);
const detailedOption = yesNoOption('detalhado', 'option.detailed', 'detalhado');

const ver: CommandVerb<CommandServices> = {
  name: 'ver',
  description: 'command.checklist',
  role: 'viewer',
  options: [anyStoreOption, detailedOption],
  async run(context, options) {
    const detailed = yesOrNo(options, detailedOption.name) ?? false;
    const stores = await context.services.stores.list(context.workspaceId);
    if (stores.length > 1 && typedValue(options, anyStoreOption.name) === undefined) {
      return await checklistsOf(context, stores);
    }
    return await checklistOf(context, await chosenStore(context, options), detailed);
  },
};

/** Is this store ready, and what to do where it is not. */
export const checklist: Command<CommandServices> = {
  name: 'checklist',
  description: 'command.checklist',
  verbs: [ver],
  defaultVerb: 'ver',
};

async function checklistOf(context: CommandContext<CommandServices>, store: Store, detailed: boolean): Promise<Reply> {
  const { translate, services, locale } = context;
  const result = await services.checklist.check(store, locale);
  const { items } = result;
  const shown = detailed ? items : items.filter(({ status }) => status !== 'ok');
  const loja = storeReference(store);
  return {
    title: titleOf(context, store, result),
    tone: toneOf(result),
    visibility: 'public',
    blocks: [
      ...(shown.length > 0 ? [{ type: 'badges' as const, badges: shown.map(itemBadge) }] : []),
      ...(detailed ? [] : foldedBlocks(context, items)),
      ...roleButtons(context, [
        ...(detailed
          ? []
          : [
              {
                label: translate('button.detailed'),
                command: commandLine('/checklist', { loja, detalhado: 'sim' }),
                style: 'secondary' as const,
                role: 'viewer' as const,
              },
            ]),
        {
          label: translate('button.test_alert'),
          command: commandLine('/alertas testar', { loja }),
          style: 'secondary',
          role: 'operator',
        },
      ]),
    ],
  };
}

function titleOf({ translate }: CommandContext<CommandServices>, store: Store, { ready, items }: Checklist): string {
  const attention = items.filter(({ status }) => status === 'attention').length;
  if (!ready) return translate('readiness.blocked', { store: store.name, labels: labelsOf(items, 'blocked') });
  if (attention > 0) return translate('readiness.ready_with', { store: store.name, count: attention });
  return translate('readiness.ready', { store: store.name });
}

/** What is fine in one line, so that what is not stands out. */
function foldedBlocks({ translate }: CommandContext<CommandServices>, items: readonly ChecklistItem[]): Block[] {
  const count = items.filter(({ status }) => status === 'ok').length;
  if (count === 0) return [];
  const key = count === items.length ? 'readiness.all_ok' : 'readiness.ok_count';
  return [{ type: 'paragraph', text: translate(key, { count }) }];
}

/** One line for each store. */
async function checklistsOf(context: CommandContext<CommandServices>, stores: readonly Store[]): Promise<Reply> {
  const { translate, services, locale } = context;
  const results: { store: Store; result: Checklist }[] = [];
  // One after the other: a workspace with many stores should not take the whole database for a moment.
  for (const store of stores) results.push({ store, result: await services.checklist.check(store, locale) });
  const badges = results.map(({ store, result }) => storeBadge(context, store, result));
  return {
    title: translate('readiness.several', { count: stores.length }),
    tone: results.every(({ result }) => toneOf(result) === 'success') ? 'success' : 'attention',
    visibility: 'public',
    blocks: [
      { type: 'badges', badges },
      ...roleButtons(
        context,
        stores.slice(0, MAXIMUM_CHOICE_BUTTONS).map((store) => ({
          label: store.name,
          command: commandLine('/checklist', { loja: storeReference(store) }),
          style: 'secondary',
          role: 'viewer',
        })),
      ),
    ],
  };
}

function storeBadge({ translate }: CommandContext<CommandServices>, store: Store, result: Checklist): Badge {
  const { items } = result;
  if (!result.ready) {
    const labels = labelsOf(items, 'blocked');
    return { status: 'blocked', label: store.name, detail: translate('readiness.store_blocked', { labels }) };
  }
  const labels = labelsOf(items, 'attention');
  if (labels !== '') {
    return { status: 'attention', label: store.name, detail: translate('readiness.store_ready_with', { labels }) };
  }
  return { status: 'ok', label: store.name, detail: translate('readiness.store_ready') };
}

function labelsOf(items: readonly ChecklistItem[], status: ChecklistItem['status']): string {
  return items
    .filter((item) => item.status === status)
    .map(({ label }) => label)
    .join(', ');
}

function itemBadge({ status, label, seen, remedy }: ChecklistItem): Badge {
  return { status, label, detail: seen, ...(remedy === null ? {} : { remedy }) };
}

function toneOf({ ready, items }: Checklist): Tone {
  if (!ready) return 'danger';
  return items.some(({ status }) => status === 'attention') ? 'attention' : 'success';
}
