import { omit } from 'es-toolkit';
import type { CommandContext, CommandOption, OptionValues } from '../../src/chat/command.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import type { ConfirmedSubject } from '../confirmed-verb.ts';
import type { CommandServices } from '../services.ts';
import { typedValue } from './typed-value.ts';

/** Which instance a command is about; nothing is needed where there is only one. */
export const instanceOption: CommandOption<CommandServices> = {
  name: 'instancia',
  description: 'option.instance',
  required: false,
  requiredAmongSeveral: 'instance_which',
  takesRest: true,
  example: 'Atendimento',
  async complete({ workspaceId, services }) {
    const instances = await services.instances.list(workspaceId);
    return instances.map((instance) => ({ value: instanceReference(instance), label: instance.name }));
  },
};

/** The same where the loose words belong to another option, beside which it may stand. */
export const namedInstanceOption: CommandOption<CommandServices> = {
  ...omit(instanceOption, ['takesRest']),
  takesBeside: true,
};

/** What a command line calls an instance by: its name, or its id when the name has quotes, which a command line cannot hold. */
export function instanceReference({ id, name }: Instance): string {
  return /["“”«»]/.test(name) ? id : name;
}

/** @throws ProductError `instance_unknown_named`, `instance_which`, `instance_none` */
export async function chosenInstance(
  { workspaceId, services }: CommandContext<CommandServices>,
  options: OptionValues,
): Promise<Instance> {
  return await services.instances.resolve(workspaceId, typedValue(options, instanceOption.name));
}

/** For a verb of an instance that asks first. */
export const confirmedInstance: ConfirmedSubject<Instance> = {
  option: instanceOption,
  choose: chosenInstance,
  reference: instanceReference,
  values: ({ name }) => ({ instance: name }),
};
