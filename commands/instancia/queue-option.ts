import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext, CommandOption, OptionValues } from '../../src/chat/command.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import { nameList } from '../../src/text/name-list.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { chosenInstance, instanceOption } from '../options/instance-option.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';

type Context = CommandContext<CommandServices>;

/** Whose queue is looked at: that of an instance, or what is left to decide of one that was removed. */
export const queueOption: CommandOption<CommandServices> = {
  ...instanceOption,
  async complete(context) {
    const present = (await instanceOption.complete?.(context)) ?? [];
    const removed = (await removedWithUncertain(context)).map(({ id, name }) => ({
      value: id,
      label: context.translate('queue.removed_instance', { instance: name }),
    }));
    return [...present, ...removed];
  },
};

/** The instances that are gone while nobody has said yet what became of some of their messages. */
export async function removedWithUncertain({ services, workspaceId }: Context): Promise<Instance[]> {
  const removed = await services.instances.listRemoved(workspaceId);
  const uncertain = await services.messageQueue.withUncertain(removed.map(({ id }) => id));
  return removed.filter(({ id }) => uncertain.has(id));
}

/**
 * The instance that a person means. One that is gone is meant by its id, by a name that no other one has, or by nothing when it alone is
 * left.
 * @throws ProductError `instance_unknown_named`, `instance_which`, `instance_none`
 */
export async function chosenQueue(
  context: Context,
  options: OptionValues,
): Promise<{ instance: Instance; isRemoved: boolean }> {
  const typed = foldCase(typedValue(options, queueOption.name) ?? '');
  const present = await context.services.instances.list(context.workspaceId);
  const gone = typed === '' ? await onlyRemoved(context, present) : await removedCalled(context, typed, present);
  return gone
    ? { instance: gone, isRemoved: true }
    : { instance: await chosenInstance(context, options), isRemoved: false };
}

/** @throws ProductError `instance_which` */
async function onlyRemoved(context: Context, present: readonly Instance[]): Promise<Instance | undefined> {
  if (present.length > 0) return undefined;
  const removed = await removedWithUncertain(context);
  if (removed.length > 1)
    throw new ProductError('instance_which', { names: nameList(removed.map(({ name }) => name)) });
  return removed[0];
}

async function removedCalled(
  { services, workspaceId }: Context,
  typed: string,
  present: readonly Instance[],
): Promise<Instance | undefined> {
  if (present.some(({ name }) => foldCase(name) === typed)) return undefined;
  const removed = await services.instances.listRemoved(workspaceId);
  return removed.find(({ id, name }) => id === typed || foldCase(name) === typed);
}
